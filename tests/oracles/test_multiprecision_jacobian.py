"""The Jacobian of the catalogue's references at exactly the primals: kinks one ulp away, tails, magnitudes, and what an ulp moves it by."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pytest

from harness.oracles.multiprecision_array import context, exact
from harness.oracles.multiprecision_jacobian import Jacobian, jacobian, sensitivity
from harness.program import Program, single

TINY = float(np.finfo(float).smallest_subnormal)
ABOVE_ONE = float(np.nextafter(1.0, 2.0))


def subject(op: str, *inputs: list[Any], **params: Any) -> tuple[Program, list[np.ndarray], list[tuple[int, int]]]:
    arrays = [np.array(x) for x in inputs]
    program = single(op, tuple(x.shape for x in arrays), ("primal",) * len(arrays), **params)
    return program, arrays, [(k, i) for k, x in enumerate(arrays) for i in range(x.size)]


def of(op: str, *inputs: list[Any], **params: Any) -> Jacobian:
    return jacobian(*subject(op, *inputs, **params))


def entries(found: Jacobian) -> list[list[float]]:
    return np.array(found.entries, dtype=float).tolist()


def test_slope_is_that_of_the_side_that_the_primal_lies_on() -> None:
    found = of("relu", [TINY, -TINY])
    assert entries(found) == [[1.0, 0.0], [0.0, 0.0]]
    assert found.smooth.all()
    assert entries(of("maximum", [1.0], [ABOVE_ONE])) == [[0.0, 1.0]]


def test_kink_and_tie_at_the_primals_have_no_derivative() -> None:
    assert of("abs", [0.0, 1.0]).smooth.tolist() == [[False, True], [True, True]]
    assert not of("maximum", [1.0], [1.0]).smooth.any()


@pytest.mark.parametrize("count", range(2, 8))
def test_order_of_equal_numbers_has_no_derivative_though_none_moves_the_middle_alone(count: int) -> None:
    assert not of("sort", [1.5] * count, axis=0, descending=False).smooth.any()
    assert of("sort", [1.5 + k for k in range(count)], axis=0, descending=False).smooth.all()
    assert of("sum", [1.5] * count, axis=0, keepdims=False).smooth.all()


def test_jump_has_no_derivative_though_it_be_odd() -> None:
    assert of("frac", [2.0, 2.5]).smooth.tolist() == [[False, True], [True, True]]
    assert not of("atan2", [0.0], [0.0]).smooth.any()


@pytest.mark.parametrize(("exponent", "slope"), [(2, 0.0), (3, 0.0), (1, 1.0)])
def test_what_shrinks_with_the_step_is_exactly_0(exponent: int, slope: float) -> None:
    found = of("power", [0.0], exponent=exponent)
    assert entries(found) == [[slope]]
    assert found.smooth.all()


def test_tail_far_below_the_rounding_of_the_value_is_known_to_its_last_digit() -> None:
    [[found]] = entries(of("tanh", [20.0]))
    assert found == pytest.approx(1.6993417021166355e-17, rel=1e-15)


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_slope_does_not_depend_on_the_size_of_the_primals(size: float) -> None:
    assert entries(of("multiply", [size, 2 * size], [size])) == [[size, 0.0, size], [0.0, size, 2 * size]]
    assert entries(of("vector_norm", [3 * size, 4 * size], ord=2, axis=None, keepdims=False))[0] == pytest.approx([0.6, 0.8], rel=1e-14)


def test_op_of_two_operands_that_broadcast_has_the_entries_of_each() -> None:
    found = of("multiply", [2.0, 3.0], [5.0])
    assert entries(found) == [[5.0, 0.0, 2.0], [0.0, 5.0, 3.0]]
    assert found.error.max() < 1e-30


def test_softmax_at_a_tie_has_its_formula() -> None:
    found = of("softmax", [1.0, 1.0, 3.0], axis=0)
    y = np.exp([1.0, 1.0, 3.0]) / np.exp([1.0, 1.0, 3.0]).sum()
    np.testing.assert_allclose(np.array(entries(found)), np.diag(y) - np.outer(y, y), rtol=1e-14)


def test_point_outside_of_the_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="the function has no real, finite value here"):
        of("log", [-1.0])


def test_numbers_too_far_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="numbers so far apart cannot be followed with fewer than 500 digits"):
        of("add", [1e300], [1e-300])


def test_sensitivity_is_the_derivative_of_the_entry_times_the_primal() -> None:
    def plus() -> Any:
        return np.ones

    program, inputs, places = subject("exp", [3.0])
    [[moved]] = sensitivity(program, inputs, places, 1, [plus], 1e-15)
    assert moved == pytest.approx(5e-15 * math.exp(3.0), rel=1e-12), "of (1 + d) exp((1 + d) x), by x: 2 f' + x f''"


@pytest.mark.parametrize(("first", "moved"), [(1.0, 2 * 0.5 + 0.5**2), (-1.0, 0.5**2)])
def test_sensitivity_is_of_the_second_order_too(first: float, moved: float) -> None:
    """Of (1 + d) (1 + d s) x, by x, where the moves of the value and of its primal undo each other in the first order for s = -1."""
    program, inputs, places = subject("negative", [3.0])
    assert sensitivity(program, inputs, places, 1, [partial(_signs, first)], 0.5).tolist() == [[pytest.approx(moved)]]


def test_sensitivity_is_the_most_of_all_runs() -> None:
    program, inputs, places = subject("subtract", [1.0], [1.0])
    runs = [partial(_signs, first) for first in (1.0, -1.0)]
    assert sensitivity(program, inputs, places, 1, runs, 1e-15).tolist() == [[pytest.approx(2e-15), pytest.approx(2e-15)]]


def _signs(first: float) -> Any:
    signs = iter((first, 1.0, 1.0))
    return lambda shape: np.full(shape, next(signs))


def test_padding_leaves_bare_numbers() -> None:
    found = of("conv1d", [[[1.0, 2.0]]], [[[3.0]]], stride=1, padding=1, dilation=1, groups=1)
    assert entries(found) == [[0.0, 0.0, 0.0], [3.0, 0.0, 1.0], [0.0, 3.0, 2.0], [0.0, 0.0, 0.0]]


def test_padding_around_nothing_leaves_no_float() -> None:
    padded = exact(np.pad(exact(np.zeros((0, 2))), ((1, 1), (0, 0)), constant_values=1.5))
    assert [type(number) for number in padded.ravel()] == [context().mpf] * 4
    assert (padded == 1.5).all()
