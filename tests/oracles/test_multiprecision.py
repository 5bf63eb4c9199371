"""Programs in 40 digits: the same values as NumPy, and derivatives that the finite-difference oracle's bound covers."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from harness.ops.catalogue import catalogue
from harness.ops.op import apply_reference
from harness.oracles import differentiate
from harness.oracles.multiprecision import along, derivative, supports
from harness.oracles.multiprecision_ops import BEYOND, apply, expressible
from harness.program import Program, single
from tests.ops.choosing import Point, points

OPS = [op for op in catalogue().values() if expressible(op.name)]


def _program(name: str, point: Point) -> Program:
    op = catalogue()[name]
    roles = tuple("primal" if op.operand(i).role == "array" else op.operand(i).role for i in range(len(point.shapes)))
    results = len(op.result_shapes(point.shapes, point.params))
    return single(name, point.shapes, roles, results, **point.params)


def _usable(name: str) -> list[Point]:
    op = catalogue()[name]
    found = [p for p in points(op, 12) if op.contains(p.values, p.params) and op.margin(p.values, p.params) > 0.1 and p.values[0].size]
    return [p for p in found if supports(_program(name, p))][:3]


def test_most_ops_are_expressible() -> None:
    assert len(OPS) >= 300


def test_every_op_beyond_mpmath_is_one_of_the_catalogue() -> None:
    assert set(catalogue()) >= BEYOND


@pytest.mark.parametrize("name", [op.name for op in OPS])
def test_program_in_mpmath_has_the_values_and_derivatives_of_numpy(name: str) -> None:
    op, rng = catalogue()[name], np.random.default_rng(0)
    for point in _usable(name):
        primal = [op.operand(i).role == "array" for i in range(len(point.values))]
        direction = [np.round(rng.normal(size=x.shape) * 64) / 64 if moves else None for x, moves in zip(point.values, primal, strict=True)]
        exact = along(_program(name, point), point.values, direction)

        def phi(t: float, point: Point = point, direction: list[np.ndarray | None] = direction) -> np.ndarray:
            moved = tuple(x if v is None else np.asarray(x + t * v) for x, v in zip(point.values, direction, strict=True))
            return np.concatenate([y.ravel() for y in apply_reference(op, moved, point.params)])

        values = np.array([float(y) for value, _ in exact for y in np.ravel(value)])
        tangents = np.array([float(y) for _, tangent in exact for y in np.ravel(tangent)])
        estimate = differentiate(phi, scale=0.25)
        np.testing.assert_allclose(values, phi(0.0), rtol=1e-9, atol=1e-12)
        assert estimate.status == "smooth"
        assert np.all(np.abs(estimate.value - tangents) <= estimate.bound + 1e-40)  # of the 50 digits


def test_derivative_is_right_to_forty_digits() -> None:
    value, slope = derivative(lambda x: mpmath.exp(mpmath.sin(x)), 0.7)
    with mpmath.workdps(60):
        x = mpmath.mpf(0.7)
        assert abs(value - mpmath.exp(mpmath.sin(x))) < mpmath.mpf("1e-40")
        assert abs(slope - mpmath.exp(mpmath.sin(x)) * mpmath.cos(x)) < mpmath.mpf("1e-39")


def test_chain_of_ops_agrees_with_its_closed_form() -> None:
    program = single("exp", ((2,),), ("primal",))
    ((value, tangent),) = along(program, [np.array([0.5, -1.0])], [np.array([2.0, 3.0])])
    assert [float(y) for y in value] == pytest.approx([math.exp(0.5), math.exp(-1)], rel=1e-15)
    assert [float(y) for y in tangent] == pytest.approx([2 * math.exp(0.5), 3 * math.exp(-1)], rel=1e-15)


def test_op_without_a_formula_is_named() -> None:
    with pytest.raises(LookupError, match=r"the op 'qr' cannot be evaluated in mpmath"):
        apply("qr", (np.eye(2),), {})
    assert not supports(single("qr", ((2, 2),), ("primal",)))
