"""A layout finding says which array in which memory it takes."""

from __future__ import annotations

import msgspec
import numpy as np

from harness.backends import load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.each_alone import each_alone
from properties.laws.neighbourhood import neighbourhood
from tests.laws.examples import case_of, product, signed_product

LAYOUTS = laws()["layout-independent"]


def laid_out(*layouts: str) -> Case:
    """The product of examples.py: two primals, a cotangent, two tangents."""
    return msgspec.structs.replace(signed_product(), layouts=layouts)


def normalized() -> Case:
    """Two channels of three numbers, a weight and a bias."""
    program = single("batch_norm", ((3, 2), (2,), (2,)), ("primal",) * 3, eps=1e-5)
    x = np.array([[1.0, -2.0], [0.5, 4.0], [-3.0, 1.5]])
    return case_of(program, (x, np.array([1.0, 2.0]), np.array([0.5, -1.0])), (np.array([[1.0, -1.0], [2.0, 0.5], [-0.5, 1.5]]),))


def test_each_array_that_is_not_contiguous_is_asked_alone() -> None:
    told = dict(each_alone(laid_out("permuted", "strided", "offset", "contiguous", "strided")))
    assert list(told) == [
        "x0 permuted (shape (2, 2), strides (1, 2), offset 0)",
        "x1 strided (shape (2,), strides (2,), offset 0)",
        "the cotangent offset (shape (2, 2), strides (2, 1), offset 3)",
        "the tangent of x1 strided (shape (2,), strides (2,), offset 0)",
    ]
    alone = told["x1 strided (shape (2,), strides (2,), offset 0)"]
    assert alone.layouts == ("contiguous", "strided", "contiguous", "contiguous", "contiguous")


def test_an_array_that_its_layout_cannot_hold_is_not_asked_alone() -> None:
    case = laid_out("expanded_all", "strided", "contiguous", "contiguous", "contiguous")
    assert np.ptp(case.primals[0]) > 0
    assert [told for told, _ in each_alone(case)] == ["x1 strided (shape (2,), strides (2,), offset 0)"]


def test_layout_finding_names_the_array_that_is_enough_and_its_strides() -> None:
    result = LAYOUTS.check(load_backend("faulty:contiguous-cotangent:torch"), laid_out("permuted", "strided", "permuted", "contiguous", "contiguous"))
    assert result.verdict is Verdict.BROKEN
    assert result.reason.endswith("It takes no more than the cotangent offset (shape (2, 2), strides (2, 1), offset 3).")


def test_layout_finding_says_that_no_array_alone_is_enough() -> None:
    result = LAYOUTS.check(_WrongForTwo(), laid_out("permuted", "strided", "contiguous", "contiguous", "contiguous"))
    assert result.verdict is Verdict.BROKEN
    assert result.reason == "No array alone is enough: it takes several that are not contiguous."


def test_layout_that_changes_nothing_has_no_reason() -> None:
    assert LAYOUTS.check(load_backend("torch"), product()).reason == ""


def test_one_array_of_a_case_is_strided_alone() -> None:
    results = [LAYOUTS.check(load_backend("torch"), msgspec.structs.replace(normalized(), seed=seed)) for seed in range(21)]
    reasons = {result.reason.partition(". ")[2] for result in results if result.verdict is Verdict.BROKEN}
    where = {"strided": "strides (2,), offset 0", "stepped": "strides (3,), offset 1"}
    assert reasons == {f"It takes no more than x1 {layout} (shape (2,), {there})." for layout, there in where.items()}


def test_batch_of_one_is_asked_as_the_image_that_it_was_made_of() -> None:
    """torch's batch_norm reads a contiguous cotangent beside it as if that were channels-last: image.permute(2, 0, 1)[None]."""
    program = single("batch_norm_running", ((1, 2, 3, 2),), ("primal",), running_mean=[0.0, 0.0], running_var=[1.0, 1.0], eps=1e-5)
    x = np.arange(12.0).reshape(1, 2, 3, 2)
    result = LAYOUTS.check(load_backend("torch"), case_of(program, (x,), (x - 5.0,)))
    assert result.verdict is Verdict.BROKEN
    assert result.reason == "It takes no more than x0 unsqueezed (shape (1, 2, 3, 2), strides (2, 1, 4, 2), offset 0)."


def test_neighbours_of_a_finding_are_its_arrays_each_in_its_memory_alone() -> None:
    case = msgspec.structs.replace(normalized(), layouts=("permuted", "strided", "contiguous", *["contiguous"] * 4))
    verdicts = neighbourhood(laws()["vjp-eq-fd"], load_backend("torch"), case)
    assert verdicts["contiguous"] is Verdict.HOLDS
    assert verdicts["with x1 strided (shape (2,), strides (2,), offset 0) alone"] is Verdict.BROKEN
    assert verdicts["with x0 permuted (shape (3, 2), strides (1, 3), offset 0) alone"] is Verdict.HOLDS


def test_memory_alone_matters_where_both_sides_vanish_in_contiguous_memory() -> None:
    """Cotangent and tangent point at two numbers; torch reads a channels-last cotangent of instance_norm as if it were row-major."""
    program = single("instance_norm_running", ((1, 2, 1, 2),), ("primal",), running_mean=[0.0, 0.0], running_var=[2.0, 2.0], eps=1e-5)
    cotangent, tangent = np.eye(4)[1].reshape(1, 2, 1, 2), np.eye(4)[2].reshape(1, 2, 1, 2)
    case = msgspec.structs.replace(case_of(program, (np.zeros((1, 2, 1, 2)),), (cotangent,)), tangents=(tangent,))
    strided = msgspec.structs.replace(case, layouts=("contiguous", "channels_last", "contiguous"))
    assert laws()["jvp-vjp-duality"].check(load_backend("torch"), strided).verdict is Verdict.BROKEN
    assert neighbourhood(laws()["jvp-vjp-duality"], load_backend("torch"), strided)["contiguous"] is Verdict.HOLDS


def test_arrays_are_not_asked_alone_where_memory_does_not_matter() -> None:
    case = laid_out("permuted", "strided", "contiguous", "contiguous", "contiguous")
    verdicts = neighbourhood(laws()["vjp-eq-fd"], load_backend("faulty:negated-gradient:torch"), case)
    assert verdicts["contiguous"] is Verdict.BROKEN
    assert not [name for name in verdicts if "alone" in name]


class _WrongForTwo(TorchBackend):
    """Torch, with gradients twice too large where no primal is contiguous."""

    def vjp(self, function, primals, cotangents):
        outputs, gradients = super().vjp(function, primals, cotangents)
        factor = 1.0 if any(x.is_contiguous() for x in primals) else 2.0
        return outputs, tuple(factor * g for g in gradients)
