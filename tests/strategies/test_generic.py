"""The op of a case at generic numbers: what is redrawn, and what stays."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.ops.catalogue import catalogue, lookup
from harness.ops.op import apply_reference
from harness.program import Case, Opaque, Program
from harness.strategies import edge_cases
from harness.strategies.generic import generic
from harness.strategies.operation import SMOOTH_MARGIN
from tests.laws.examples import cube, product


def edge(op: str, name: str, dtype: str = "float64") -> Case:
    cases = edge_cases("vjp-eq-fd", op, backend="torch", device="cpu", dtype=dtype, layouts=("contiguous", "permuted"))
    return next(case for case in cases if case.drawn["edges"][0] == name)


def test_real_arrays_and_directions_are_redrawn_and_the_rest_stays() -> None:
    case = edge("take_along_axis", "all equal")
    again = generic(case, 0)
    assert again is not None
    assert again.subject == case.subject
    assert [x.shape for x in again.arrays] == [x.shape for x in case.arrays]
    np.testing.assert_array_equal(again.primals[1], case.primals[1])
    assert len(np.unique(again.primals[0])) == again.primals[0].size
    assert set(again.layouts) <= {"contiguous"}
    assert not again.drawn


def test_seeds_give_different_numbers_and_each_the_same_again() -> None:
    first, second, again = generic(product(), 0), generic(product(), 1), generic(product(), 0)
    assert first is not None
    assert second is not None
    assert again is not None
    assert first.id == again.id != second.id


@pytest.mark.parametrize("op", ["hypot", "max", "cholesky", "polar", "log", "clip", "dist"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_generic_numbers_lie_in_the_domain_and_away_from_kinks(op: str, dtype: str) -> None:
    again = generic(edge(op, "huge" if op == "hypot" else "all equal", dtype), 0)
    assert again is not None
    assert isinstance(again.subject, Program)
    [instruction] = again.subject.instructions
    assert lookup(op).contains(again.primals, instruction.params)
    assert lookup(op).margin_at(again.primals, instruction.params) >= SMOOTH_MARGIN
    [result] = apply_reference(lookup(op), again.primals, instruction.params)
    assert result.shape == again.cotangents[0].shape


def test_one_tensor_twice_stays_one() -> None:
    again = generic(edge("multiply", "one tensor twice"), 0)
    assert again is not None
    assert len(again.primals) == len(again.tangents) == 1


def test_nearly_every_op_has_generic_numbers() -> None:
    without = [op for op in catalogue() if not any(generic(case, 0) for case in _some(op))]
    assert len(without) <= len(catalogue()) // 50, without


def test_a_program_of_several_ops_and_a_function_of_somebodys_have_none() -> None:
    assert generic(cube(), 0) is None
    assert generic(msgspec.structs.replace(cube(), subject=Opaque("mypkg.ops:swish")), 0) is None


def _some(op: str) -> list[Case]:
    dtype = "float64" if lookup(op).real else "complex128"
    return [case for case, _ in zip(edge_cases("", op, backend="torch", device="cpu", dtype=dtype), range(12), strict=False)]
