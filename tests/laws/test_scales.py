"""Entries of very different sizes in one leaf, and leaves of extreme sizes."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.along import direction
from tests.laws.examples import case_of


def logarithm() -> Case:
    """log at 1e-20, 1 and 1e20."""
    return case_of(single("log", ((3,),), ("primal",)), (np.array([1e-20, 1.0, 1e20]),), (np.array([1.0, -2.0, 3.0]),))


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_leaf_of_many_sizes_is_decided_in_proportion_to_its_entries(law: str) -> None:
    result = laws()[law].check(load_backend("torch"), logarithm())
    assert (result.verdict, result.vacuous) == (Verdict.HOLDS, False)


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "scaled-gradient"), ("vjp-eq-fd", "flipped-entry"), ("jvp-eq-fd", "scaled-tangent")])
def test_wrong_derivative_of_a_leaf_of_many_sizes_is_broken(law: str, fault: str) -> None:
    assert laws()[law].check(load_backend(f"faulty:{fault}:torch"), logarithm()).verdict is Verdict.BROKEN


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_direction_has_the_size_of_the_leaf_even_where_squares_overflow(size: float) -> None:
    case = logarithm()
    (step,) = direction(msgspec.structs.replace(case, primals=(np.full(3, size),)))
    assert np.max(np.abs(step / case.tangents[0])) == pytest.approx(size, rel=0.5)
