"""Which choices at a tie of singular values are open: those that some matrix beside it has."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.ties import OPEN
from tests.laws.examples import case_of

LAW = laws()["vjp-eq-fd"].check


def zero_matrix(seed: int) -> Case:
    """Its gradient is diag(w), that of diagonal matrices beside it whose first entry is the larger; along each entry alone the slope is w_0 or 0."""
    case = case_of(single("svdvals", ((2, 2),), ("primal",)), (np.zeros((2, 2)),), (np.array([0.5895, 0.6751]),), seed=seed)
    return msgspec.structs.replace(case, drawn={"margin": 0.0})


@pytest.mark.parametrize("seed", range(6))
def test_the_gradient_of_a_diagonal_matrix_beside_0_is_open(seed: int) -> None:
    result = LAW(load_backend("torch"), zero_matrix(seed))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, OPEN)


def test_a_gradient_that_no_matrix_beside_0_has_is_broken() -> None:
    assert LAW(load_backend("faulty:scaled-gradient:torch"), zero_matrix(3)).verdict is Verdict.BROKEN


def test_a_gradient_lost_at_tiny_numbers_is_broken() -> None:
    """Beside 1e-100 lie numbers of that size: at numbers as large as 2^-16 the slopes of atan2 are as good as 0, of either sign."""
    points = 1e-100 * np.array([1.75, -0.25, -2.5]), 1e-100 * np.array([0.5, -0.5, 2.5])
    case = case_of(single("atan2", ((3,), (3,)), ("primal", "primal")), points, (np.array([0.5, -1.0, 0.25]),))
    case = msgspec.structs.replace(case, drawn={"margin": 0.0})
    assert LAW(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert LAW(load_backend("faulty:zeroed-entry:torch"), case).verdict is Verdict.BROKEN
