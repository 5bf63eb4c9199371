"""What is wrong where entries of a primal are equal is told from what rounding does there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from harness.backends.protocol import Arrays, Function
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Result, Verdict
from harness.verdict.asking import WRONG_WHERE_EQUAL
from properties.laws import laws
from properties.laws.equals import alike, apart, moved, told_apart
from tests.laws.examples import case_of

Factor = Callable[[torch.Tensor], Any]
SEEDS = range(12)


class Spoiled(TorchBackend):
    """Gradients times a factor that hangs on the first primal."""

    def __init__(self, factor: Factor) -> None:
        self._factor = factor

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        values, gradients = super().vjp(function, primals, cotangents)
        return values, tuple(g * self._factor(primals[0]) for g in gradients)


def squared(x: np.ndarray, seed: int, dtype: str = "float64") -> Case:
    return case_of(single("matrix_power", (x.shape,), ("primal",), n=2), (x,), (np.array([[0.5, -1.0], [2.0, 1.0]]),), seed=seed, dtype=dtype)


def judged(factor: Factor, x: np.ndarray, seed: int, dtype: str = "float64") -> Result:
    return laws()["vjp-eq-fd"].check(Spoiled(factor), squared(x, seed, dtype))


def where_symmetric(wrong: float) -> Factor:
    return lambda a: wrong if torch.equal(a, a.mT) else 1.0


def where_not_symmetric(a: torch.Tensor) -> float:
    return 1.0 if torch.equal(a, a.mT) else 1.01


def with_the_last_bits(a: torch.Tensor) -> float:
    """Noise of a percent: where the entries lie among numbers some ulps apart."""
    return float(1 + 0.01 * torch.sin(1e18 * a.double().sum()))


SYMMETRIC = np.array([[1.5, -0.75], [-0.75, 0.5]])


@pytest.mark.parametrize(("dtype", "wrong"), [("float64", 1.01), ("float32", 1.5)])
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_wrong_of_symmetric_matrices_only_is_broken_with_every_seed(seed: int, dtype: str, wrong: float) -> None:
    """Shaken one entry at a time, half of the runs keep the symmetry of two by two: the fault itself looks like rounding."""
    assert judged(where_symmetric(wrong), SYMMETRIC, seed, dtype).verdict is Verdict.BROKEN


def test_it_says_so() -> None:
    reasons = {judged(where_symmetric(1.01), SYMMETRIC, seed).reason for seed in SEEDS}
    assert WRONG_WHERE_EQUAL in reasons


@pytest.mark.parametrize("seed", SEEDS)
def test_rounding_where_entries_are_equal_is_no_finding(seed: int) -> None:
    assert judged(with_the_last_bits, SYMMETRIC, seed).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_wrong_only_beside_equal_entries_is_not_said_to_be_wrong_here(seed: int) -> None:
    assert judged(where_not_symmetric, SYMMETRIC, seed).verdict is not Verdict.BROKEN


@pytest.mark.parametrize("seed", SEEDS)
def test_moving_alike_keeps_every_equality_and_moving_apart_breaks_every_one(seed: int) -> None:
    x = np.repeat([0.25, -1.75, 3.0], 40).reshape(2, 60)
    case, rng = squared(x, seed), np.random.default_rng(seed)
    assert np.unique(moved(case, rng, alike).primals[0]).size <= 3
    assert np.unique(moved(case, rng, apart).primals[0]).size == 120


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_entries_so_large_that_an_ulp_is_no_small_step_are_no_finding(seed: int) -> None:
    """The Hessian of logsumexp(x, x) is not 0, that an ulp beside is: 2048 apart, one of the two numbers is all of the sum. No step shows it."""
    case = case_of(single("logsumexp", ((2,),), ("primal",), axis=(0,), keepdims=False), (np.full(2, -1.25e19),), (np.array(1.0),), seed=seed)
    assert laws()["hvp-eq-fd"].check(TorchBackend(), case).verdict is not Verdict.BROKEN


def test_only_one_op_alone_is_told_apart() -> None:
    """A function may have a structure narrower than an ulp of its primals; a sum of maximum and minimum has two subgradients that do not add up."""
    x = np.full(2, 0.75)
    twice = Program((Input("x0", (2,)),), (Instruction("exp", ("x0",), ("v0",)), Instruction("exp", ("v0",), ("v1",))), ("v1",))
    assert told_apart(TorchBackend(), case_of(single("exp", ((2,),), ("primal",)), (x,), (np.ones(2),)), lambda bound: x) is not None
    assert told_apart(TorchBackend(), case_of(twice, (x,), (np.ones(2),)), lambda bound: x) is None


@pytest.mark.parametrize("large", [1e12, -1e12])
def test_a_large_pair_of_equal_size_hides_nothing_of_a_small_one(large):
    def measure(bound):
        return np.zeros(4)

    def asked(*entries: float):
        return told_apart(TorchBackend(), squared(np.reshape(entries, (2, 2)), 0), measure)

    assert asked(1e12, large, 0.5, 0.5) is not None
    assert asked(1e12, large, 0.5, 3.0) is None
    case = squared(np.array([[1e12, large], [0.5, 0.5]]), 0)
    x = moved(case, np.random.default_rng(0), apart).primals[0]
    assert (x[0] == case.primals[0][0]).all()
    assert x[1, 0] != x[1, 1]


def test_a_gradient_wrong_at_opposite_entries_is_broken_as_one_at_equal_ones_is():
    def where_skew(a: torch.Tensor) -> float:
        return 1.01 if torch.equal(a, -a.mT) else 1.0

    results = [judged(where_skew, np.array([[0.0, 1.5], [-1.5, 0.0]]), seed) for seed in SEEDS]
    assert {result.verdict for result in results} == {Verdict.BROKEN}
    assert WRONG_WHERE_EQUAL in {result.reason for result in results}
