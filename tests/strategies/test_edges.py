"""Edge families: each reaches what it is named after."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ops.catalogue import catalogue, lookup
from harness.program import Case
from harness.strategies import edge_cases


def edges_of(op: str, dtype: str = "float64") -> dict[str, Case]:
    return {case.drawn["edges"][0]: case for case in edge_cases("a law", op, backend="torch", device="cpu", dtype=dtype)}


def test_the_empty_axis_edge_has_no_element():
    assert edges_of("exp")["empty axis"].primals[0].size == 0


def test_the_huge_edge_goes_beyond_the_usual_bound():
    assert np.max(np.abs(edges_of("negative")["huge"].primals[0])) > 1e9


def test_the_negative_zero_edge_keeps_the_sign():
    x = edges_of("negative", "float32")["all -0"].primals[0]
    assert x.size == 0 or np.all(np.signbit(x))


def test_one_tensor_twice_is_one_input_read_twice():
    case = edges_of("multiply")["one tensor twice"]
    assert [given.name for given in case.subject.inputs] == ["x0"]
    assert case.subject.instructions[0].args == ("x0", "x0")
    assert len(case.tangents) == 1


def test_equal_leaves_are_two_inputs_of_the_same_values():
    case = edges_of("multiply")["equal leaves"]
    assert len(case.primals) == 2
    assert np.array_equal(case.primals[0], case.primals[1])


def test_an_op_of_one_operand_has_no_twins():
    assert not {"one tensor twice", "equal leaves"} & set(edges_of("exp"))


def test_edge_cases_are_the_same_each_time():
    first, second = ([case.id for case in edge_cases("a law", "exp", backend="torch", device="cpu", dtype="float64")] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("op", sorted(catalogue()))
def test_every_op_has_edges_inside_its_domain(op):
    assert len(edges_of(op, "float64" if lookup(op).real else "complex128")) >= 3
