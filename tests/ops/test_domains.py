"""Domains tell inside from outside, and bring anything in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.ops.catalogue import lookup
from harness.ops.domain import NONZERO, OFF_CUT, POSITIVE, Domain, interval
from harness.ops.matrices import FULL_RANK, NONSINGULAR, POSITIVE_DEFINITE, SQUARE, TRIANGULAR
from harness.ops.op import Op, Operand
from harness.ops.special import OFF_POLES
from harness.ops.trigonometric import OFF_POLES as OFF_TANGENT_POLES

SINGULAR = [[1.0, 2.0], [2.0, 4.0]]
IDENTITY = [[1.0, 0.0], [0.0, 1.0]]

CASES = [
    (POSITIVE, [0.5], [-0.5]),
    (interval(-1.0, 1.0), [0.5], [1.5]),
    (interval(high=2.0), [-5.0], [2.0]),
    (NONZERO, [-0.5], [1e-3]),
    (OFF_POLES, [-1.5], [-2.0]),
    (OFF_TANGENT_POLES, [0.0], [np.pi / 2]),
    (NONSINGULAR, IDENTITY, SINGULAR),
    (FULL_RANK, [[1.0], [0.0]], [[0.0], [0.0]]),
    (POSITIVE_DEFINITE, [[2.0, 1.0], [-1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]),
    (TRIANGULAR, [[1.0, 0.0], [3.0, 1.0]], [[1.0, 0.0], [3.0, 0.0]]),
]


@pytest.mark.parametrize("domain", [POSITIVE_DEFINITE, FULL_RANK, NONSINGULAR], ids=lambda domain: domain.name)
def test_a_matrix_that_is_not_finite_lies_in_no_domain_of_eigenvalues_and_stays(domain: Domain) -> None:
    overflowed = np.array([[np.inf, 0.0], [0.0, 1.0]])
    assert not domain.contains(overflowed)
    np.testing.assert_array_equal(domain.project(overflowed), overflowed)


NAMES = [domain.name for domain, _, _ in CASES]


@pytest.mark.parametrize(("domain", "inside", "outside"), CASES, ids=NAMES)
def test_domain_tells_inside_from_outside(domain: Domain, inside: list[float], outside: list[float]) -> None:
    assert domain.contains(np.array(inside))
    assert not domain.contains(np.array(outside))
    assert domain.contains(domain.project(np.array(outside)))


@pytest.mark.parametrize(("domain", "inside", "outside"), CASES, ids=NAMES)
def test_domain_leaves_what_is_inside_where_it_is(domain: Domain, inside: list[float], outside: list[float]) -> None:
    np.testing.assert_allclose(domain.project(np.array(inside)), inside, rtol=1e-15)


@pytest.mark.parametrize("domain", [SQUARE, NONSINGULAR, POSITIVE_DEFINITE, TRIANGULAR], ids=lambda domain: domain.name)
def test_square_domain_refuses_other_matrices(domain: Domain) -> None:
    assert domain.contains(np.eye(2))
    assert not domain.contains(np.ones((2, 1)))


@pytest.mark.parametrize(("real", "complex", "admitted"), [(True, False, "real"), (False, True, "complex"), (True, True, "either")])
def test_op_takes_the_numbers_that_it_is_defined_for(real: bool, complex: bool, admitted: str) -> None:
    op = Op("double", "f", lambda x: 2 * x, (Operand("x"),), "https://example.org", real=real, complex=complex)
    assert op.contains((np.array([1.0]),), {}) == (admitted != "complex")
    assert op.contains((np.array([1.0j]),), {}) == (admitted != "real")


def test_op_refuses_real_beside_complex_operands() -> None:
    op = Op("add", "f", np.add, (Operand("x"), Operand("y")), "https://example.org", complex=True)
    assert not op.contains((np.array([1.0]), np.array([1.0j])), {})


def test_an_op_is_not_defined_where_numpy_finds_a_matrix_singular():
    anywhere = replace(lookup("inv"), operands=(Operand("x"),))
    assert anywhere.contains((np.eye(2),), {})
    assert not anywhere.contains((np.zeros((2, 2)),), {})


def test_complex_numbers_keep_off_the_cut_and_reals_stay_positive():
    assert OFF_CUT.contains(np.array([0.5]))
    assert not OFF_CUT.contains(np.array([-0.5]))
    assert OFF_CUT.contains(np.array([-1 + 0.5j, -1 - 0.5j, 0.5 + 0j]))
    assert not OFF_CUT.contains(np.array([1 + 1j, -1 + 0j]))
    assert OFF_CUT.project(np.array([-2.0, 3.0])).min() > 0
    moved = OFF_CUT.project(np.array([-2 + 0j, complex(-2.0, -0.0), 3 - 1j]))
    np.testing.assert_allclose(moved, [-2 + 1e-3j, -2 - 1e-3j, 3 - 1j])


def test_complex_tangents_keep_off_their_poles_and_overflow_far_from_them():
    tan, tanh = (lookup(name).operands[0].domain for name in ("tan", "tanh"))
    assert tan.contains(np.array([0.3 + 1000j]))
    assert tanh.contains(np.array([1000.0]))
    assert not tan.contains(np.array([0.5 * np.pi + 0j]))
    assert not tanh.contains(np.array([0.5j * np.pi]))
    assert tanh.contains(tanh.project(np.array([0.5j * np.pi])))
    assert tanh.project(np.array([0.0, 1.0])).dtype == float
