"""Errors that HOLDS along one direction would hide."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Result, Verdict
from properties.laws import laws
from properties.laws.asked_again import asked_along
from tests.laws.examples import case_of

CHECK = laws()["vjp-eq-fd"].check


class _Changed(TorchBackend):
    """A torch whose gradients are changed."""

    def __init__(self, change: Any) -> None:
        super().__init__()
        self._change = change

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        return outputs, self._change(gradients)


def rectified(size: int) -> Case:
    """relu with a kink in every tenth entry."""
    x = np.random.default_rng(7).standard_normal(size)
    x[::10] = 0.0
    return case_of(single("relu", ((size,),), ("primal",)), (x,), (np.ones(size),))


def added(small: float, large: float) -> Case:
    """sum(a) + sum(b)."""
    steps = (
        Instruction("sum", ("a",), ("s",), {"axis": (0,), "keepdims": False}),
        Instruction("sum", ("b",), ("t",), {"axis": (0,), "keepdims": False}),
    )
    program = Program((Input("a", (4,)), Input("b", (4,))), (*steps, Instruction("add", ("s", "t"), ("y",))), ("y",))
    rng = np.random.default_rng(3)
    return case_of(program, (rng.standard_normal(4) * small, rng.standard_normal(4) * large), (np.ones(()),))


@pytest.mark.parametrize("size", [20, 1000])
def test_wrong_slopes_beside_kinks_are_broken(size: int) -> None:
    assert CHECK(load_backend("torch"), rectified(size)).verdict is Verdict.HOLDS
    assert CHECK(_Changed(lambda gradients: tuple(1.2 * g for g in gradients)), rectified(size)).verdict is Verdict.BROKEN


def test_subgradient_outside_of_the_slopes_is_broken_among_many() -> None:
    case = rectified(20)
    wrong = _Changed(lambda gradients: tuple(g.masked_fill(g == 0, 1.5) for g in gradients))
    assert CHECK(wrong, case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("size", [1e-4, 1e-6, 1e-8])
def test_wrong_gradient_of_a_small_leaf_beside_a_large_one_is_broken(size: float) -> None:
    case = added(size, 1 / size)
    assert CHECK(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert CHECK(_Changed(lambda gradients: (2 * gradients[0], gradients[1])), case).verdict is Verdict.BROKEN


def test_wrong_entry_of_a_leaf_of_unlike_entries_is_broken() -> None:
    program = single("sum", ((3,),), ("primal",), axis=(0,), keepdims=False)
    case = case_of(program, (np.array([1e-8, 1e8, 1.0]),), (np.ones(()),))

    def doubled(gradients: Any) -> Any:
        wrong = gradients[0].clone()
        wrong[0] *= 2
        return (wrong,)

    assert CHECK(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert CHECK(_Changed(doubled), case).verdict is Verdict.BROKEN


def test_direction_that_decided_is_contiguous_where_its_layout_cannot_hold_it() -> None:
    case = msgspec.structs.replace(rectified(3), tangents=(np.ones(3),), layouts=("contiguous", "contiguous", "expanded"))
    decided = Result(law="jvp-eq-fd", verdict=Verdict.BROKEN, details={"tangents": [[0.0, 1.0, 0.0]]})
    assert asked_along(case, decided).layouts == ("contiguous",) * 3
    assert asked_along(case, Result(law="jvp-eq-fd", verdict=Verdict.BROKEN)).layouts[2] == "expanded"


def test_complex_entries_are_asked_along_both_parts_and_in_their_own_dtype() -> None:
    x = np.array([-1e8 + 1j, 1 + 1j])
    case = case_of(single("negative", ((2,),), ("primal",)), (x,), (np.ones(2, complex),), dtype="complex128")
    case = msgspec.structs.replace(case, tangents=(np.array([0.5 - 1j, 1 + 0.25j]),))
    assert CHECK(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert laws()["jvp-eq-fd"].check(load_backend("torch"), case).verdict is Verdict.HOLDS
    turned = _Changed(lambda gradients: tuple(g + g.new_tensor([0, 1e-3j]) for g in gradients))
    assert CHECK(turned, case).verdict is Verdict.BROKEN
