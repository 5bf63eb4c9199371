"""What narrow tables may settle: beside a near kink, and on a real plateau; never on a plateau that rounding makes."""

from __future__ import annotations

import numpy as np
import pytest

from harness.oracles.inquiry import EASE, Inquiry

AN_HONEST_TABLE = 40  # evaluations; the ladder alone takes more


def steps(t: float) -> float:
    """A staircase with wide steps of a third, none of them beside 0."""
    return float(np.floor(3 * (t + 0.002) * 20) / 3 + 7)


def cast(t: float) -> float:
    """1 + t / 1000 in single precision: flat on 6e-5 around 0, though its slope is no 0."""
    return float(np.float32(1 + t / 1000))


def beside_a_kink(t: float) -> float:
    return abs(t - 3e-5) + 2 * t


def test_real_plateau_is_settled_by_a_table_when_nothing_is_claimed() -> None:
    estimate = Inquiry(steps).quick(claim=0.0)
    assert (estimate.status, estimate.value) == ("smooth", 0.0)
    assert estimate.evaluations < AN_HONEST_TABLE


def test_plateau_of_rounding_does_not_confirm_that_there_is_no_slope() -> None:
    assert Inquiry(cast).quick(claim=0.0).status == "unresolved"


def test_slope_on_a_plateau_is_not_confirmed() -> None:
    assert Inquiry(steps).quick(claim=1e-3).status == "unresolved"


def test_slope_between_the_point_and_a_near_kink_is_settled_by_a_narrow_table() -> None:
    required = 2e-11  # more than any narrow table can reach here, for rounding
    estimate = Inquiry(beside_a_kink).quick(claim=1.0, required=required)
    assert estimate.status == "smooth"
    assert abs(float(estimate.value) - 1) < required < float(estimate.bound) <= EASE * required


@pytest.mark.parametrize("claim", [1 + 1e-6, 3.0])
def test_other_slope_beside_a_near_kink_is_not_confirmed(claim: float) -> None:
    assert Inquiry(beside_a_kink).quick(claim=claim).status == "unresolved"
