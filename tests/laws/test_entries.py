"""A result says of which entry it speaks: of which gradient, output or tangent, not of which place in a vector of ours."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends.protocol import Arrays, Function
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.entries import names_of, of_gradients, of_tangents, of_values
from tests.laws.examples import case_of


def divided(dtype: str = "float64") -> Case:
    x, y, w = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -0.25]), np.array([[1.0, -1.0], [2.0, 0.5]])
    program = single("divide", ((2, 2), (2,)), ("primal", "primal"))
    return case_of(program, *(((x, y), (w,)) if dtype == "float64" else ((x + 0j, y + 1j), (w - 1j,))), dtype=dtype)


class Spoiled(TorchBackend):
    """The last entry of the gradient of the second primal is wrong, contiguous primals apart."""

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        values, (first, second) = super().vjp(function, primals, cotangents)
        if primals[1].is_contiguous():
            return values, (first, second)
        wrong = second.clone()
        wrong[-1] += 1
        return values, (first, wrong)


class Late(TorchBackend):
    """From the second call on the gradient of the second primal is another one."""

    def __init__(self) -> None:
        self._calls = 0

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        values, (first, second) = super().vjp(function, primals, cotangents)
        self._calls += 1
        return values, (first, second * (1.5 if self._calls > 1 else 1.0))


def test_each_place_of_a_flat_vector_has_the_name_of_its_entry():
    case = divided()
    name = names_of([*of_values(case), *of_gradients(case), *of_tangents(case)])
    assert [name(i) for i in (0, 3, 4, 8, 9, 10, 13)] == [
        "out[0, 0]",
        "out[1, 1]",
        "d <w, out> / d x0[0, 0]",
        "d <w, out> / d x1[0]",
        "d <w, out> / d x1[1]",
        "d out[0, 0] / d v",
        "d out[1, 1] / d v",
    ]


def test_a_complex_entry_is_two_places_and_a_second_walk_has_the_names_of_the_first():
    name = names_of(of_gradients(divided("complex128")))
    entries = [*["x0[0, 0]"] * 2, "x0[0, 1]", "x0[1, 1]", "x1[0]", "x1[1]", "x0[0, 0]"]
    assert [name(i) for i in (0, 1, 2, 7, 8, 11, 12)] == [f"d <w, out> / d {entry}" for entry in entries]


def test_nothing_is_named_where_nothing_is_known():
    assert names_of(())(3) == ""


def test_a_number_has_the_name_of_its_array():
    program = single("exp", ((),), ("primal",))
    case = case_of(program, (np.array(1.0),), (np.array(1.0),))
    assert names_of([*of_values(case), *of_gradients(case)])(1) == "d <w, out> / d x0"


def test_a_layout_finding_names_the_entry_of_the_gradient():
    case = msgspec.structs.replace(divided(), layouts=("contiguous", "strided", "contiguous", "contiguous", "contiguous"))
    result = laws()["layout-independent"].check(Spoiled(), case)
    assert (result.verdict, result.where) == (Verdict.BROKEN, "d <w, out> / d x1[1]")


@pytest.mark.parametrize(("law", "of"), [("outputs-alone", "<w, out>"), ("vjp-linear", "<a u + b w, out>")])
def test_other_laws_name_it_too(law, of):
    result = laws()[law].check(Late(), divided())
    assert result.verdict is Verdict.BROKEN
    assert result.where in (f"d {of} / d x1[0]", f"d {of} / d x1[1]")


class Batched(TorchBackend):
    """The second row of a batch is wrong in one entry."""

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        first, second = super().batched_vjp(function, primals, cotangents)
        wrong = second.clone()
        wrong[1, 0] += 1
        return first, wrong


def test_of_a_batch_the_row_is_named_too():
    result = laws()["batched-vjp-eq-loop"].check(Batched(), divided())
    assert (result.verdict, result.where) == (Verdict.BROKEN, "rows of d <w, out> / d x1[1, 0]")
