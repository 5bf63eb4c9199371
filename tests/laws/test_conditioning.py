"""What rounding inside an op can do, measured at neighbours of the point."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import Backend, load_backend
from harness.backends.bind import Bound
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.conditioning import sampled
from tests.laws.examples import case_of

ZERO = np.zeros((1, 1))


@pytest.fixture(scope="module")
def torch() -> Backend:
    return load_backend("torch")


def equal_points() -> Case:
    """A triplet of equal points: torch adds 1e-6 to their difference and divides by that, so that a second derivative of 0 is 1e6 - 1e6."""
    program = single("triplet_margin_loss", ((1, 1),) * 3, ("primal",) * 3, margin=0.5, swap=False, reduction="none")
    return case_of(program, (ZERO,) * 3, (np.ones(1),), seed=4)


def negated(x: np.ndarray) -> Case:
    return case_of(single("negative", (x.shape,), ("primal",)), (x,), (np.ones(x.shape),))


def test_rounding_beside_a_constant_of_the_op_is_no_finding_at_zero(torch: Backend) -> None:
    assert laws()["hessian-compositions-agree"].check(torch, equal_points()).verdict is not Verdict.BROKEN


def test_a_wrong_second_derivative_at_zero_is_broken() -> None:
    case = case_of(single("cosh", ((1, 1),), ("primal",)), (ZERO,), (np.ones((1, 1)),))
    assert laws()["hessian-compositions-agree"].check(load_backend("faulty:wrong-hvp:torch"), case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("x", [np.zeros(2), np.array([0.0, 1e3]), np.array([1.0, 2.0])], ids=str)
def test_neighbours_move_every_number(torch: Backend, x: np.ndarray) -> None:
    seen: list[np.ndarray] = []

    def error(bound: Bound) -> np.ndarray:
        seen.append(bound.case.points[0])
        return np.zeros(1)

    sampled(torch, negated(x), error)
    assert np.all(np.ptp(seen, axis=0) > 0)


def test_what_differs_alike_at_all_neighbours_is_not_rounding(torch: Backend) -> None:
    assert sampled(torch, negated(np.zeros(2)), lambda bound: np.full(2, 3.0)).tolist() == [0, 0]
