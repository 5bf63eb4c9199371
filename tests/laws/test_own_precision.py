"""In single and half precision: what the precision explains is left open, what is wrong stays broken."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from harness import check_gradients
from harness.backends import load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import Case, single
from harness.verdict import Result, Verdict
from properties.laws import laws
from tests.laws.examples import case_of


class _Scaled(TorchBackend):
    """A torch whose gradients are three times too large, in single and half precision only."""

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        return outputs, tuple(g if g.dtype == torch.float64 else 3 * g for g in gradients)


def case_in(dtype: str, name: str, x: list[float]) -> Case:
    held = np.array(x, dtype="float16" if dtype == "float16" else "float32").astype(np.float64)
    return msgspec.structs.replace(case_of(single(name, ((len(x),),), ("primal",)), (held,), (np.array([1.0, -0.5, 2.0]),)), dtype=dtype)


def results_of(function: Any, x: torch.Tensor, *names: str) -> list[Result]:
    return [result for result in check_gradients(function, x, laws=list(names)).results if result.law in names]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("name", ["sin", "exp", "sqrt", "tanh"])
def test_gradient_that_is_wrong_in_low_precision_only_stays_broken(dtype: str, name: str) -> None:
    case = case_in(dtype, name, [0.25, 1.5, 0.75])
    assert laws()["vjp-eq-fd"].check(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert laws()["vjp-eq-fd"].check(_Scaled(), case).verdict is Verdict.BROKEN


def test_function_that_asks_for_its_dtype_is_not_broken() -> None:
    x = torch.tensor([0.0, 1e-7, 1.0], dtype=torch.float32)
    found = results_of(lambda x: torch.sqrt(x + torch.finfo(x.dtype).eps), x, "jvp-eq-fd", "hvp-eq-fd")
    assert [result.verdict for result in found] == [Verdict.INCONCLUSIVE] * 2
    assert found[0].reason == "the function asks for its dtype: in float32 itself it has the slope that is claimed, in float64 another."


def test_values_that_rounding_has_replaced_are_not_broken() -> None:
    torch.manual_seed(0)
    q, _ = torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64))
    for function, spectrum in ((torch.linalg.pinv, [1.0, 0.5, 1e-6, 3e-7]), (torch.linalg.inv, [1.0, 1e-3, 1e-5, 1e-9])):
        found = results_of(function, (q * torch.tensor(spectrum, dtype=torch.float64) @ q.mT).float(), "vjp-eq-fd", "jvp-eq-fd", "hvp-eq-fd")
        assert Verdict.BROKEN not in {result.verdict for result in found}


NEARLY_SINGULAR = [[0.251953125, 0.25, 0.250244140625], [0.25 + 2**-25, 0.25, 0.25], [0.25 + 2**-25, 0.25, 0.25], [0.251953125] * 3]
REGULAR = [[1.0, 0.25, -0.5], [0.5, 2.0, 0.25], [-0.25, 0.5, 3.0], [0.125, 1.0, -1.0]]
STEP = [[-1.384, 1.22, 1.722], [-0.422, 0.366, 0.94], [-0.0991, 0.568, -1.159], [1.239, 0.934, 0.212]]


@pytest.mark.parametrize(
    ("backend", "matrix", "expected"),
    [
        ("torch", NEARLY_SINGULAR, Verdict.INCONCLUSIVE),  # its least singular value is 2e-9 of the largest
        ("torch", REGULAR, Verdict.HOLDS),
        ("faulty:wrong-hvp:torch", REGULAR, Verdict.BROKEN),
    ],
)
def test_gradient_that_rounding_has_replaced_has_no_second_derivative_to_tell(backend: str, matrix: list[list[float]], expected: Verdict) -> None:
    held = tuple(np.array(x, dtype="float32").astype(np.float64) for x in (matrix, STEP))
    case = case_of(single("svdvals", ((4, 3),), ("primal",)), held[:1], (np.array([1.38, 0.79, 1.19]),))
    result = laws()["hvp-eq-fd"].check(load_backend(backend), msgspec.structs.replace(case, dtype="float32", tangents=held[1:]))
    assert result.verdict is expected
    assert ("rounding has replaced the function" in result.reason) is (expected is Verdict.INCONCLUSIVE)


class _WrongTwice(_Scaled):
    """Second derivatives that are neither those of the function nor those of its wrong gradient."""

    def hvps(self) -> Any:
        return {name: self._wrong(way) for name, way in super().hvps().items()}

    @staticmethod
    def _wrong(way: Any) -> Any:
        return lambda *given: tuple(h if h.dtype == torch.float64 else -2 * h for h in way(*given))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("name", ["sin", "exp"])
def test_gradient_that_is_wrong_is_no_excuse_for_its_derivative(dtype: str, name: str) -> None:
    case = msgspec.structs.replace(case_in(dtype, name, [0.25, 1.5, 0.75]), tangents=(np.array([1.0, -0.5, 0.25]),))
    assert laws()["hvp-eq-fd"].check(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert laws()["hvp-eq-fd"].check(_WrongTwice(), case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("name", ["vjp-eq-fd", "jvp-eq-fd", "hvp-eq-fd", "vjp-zero"])
def test_derivative_beyond_the_range_of_half_precision_is_open(name: str) -> None:
    (result,) = results_of(torch.rsqrt, torch.tensor([6e-8, 1.0], dtype=torch.float16), name)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == "the derivative lies beyond the largest number of float16, so that infinity or NaN is all that there can be."


def test_infinity_within_the_range_of_half_precision_is_broken() -> None:
    class Infinite(TorchBackend):
        def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
            outputs, gradients = super().vjp(function, primals, cotangents)
            return outputs, tuple(g if g.dtype == torch.float64 else g / 0 for g in gradients)

    assert laws()["vjp-eq-fd"].check(Infinite(), case_in("float16", "sin", [0.25, 1.5, 0.75])).verdict is Verdict.BROKEN


class _Unbatchable(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    def backward(ctx: Any, w: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return torch.tensor((w * x.cos()).tolist(), dtype=x.dtype).reshape(x.shape)


def test_derivative_of_ones_own_that_cannot_be_batched_is_not_broken() -> None:
    x = torch.tensor([0.3, -1.0], dtype=torch.float64)
    assert check_gradients(_Unbatchable.apply, x).verdict is Verdict.HOLDS
    alone = check_gradients(_Unbatchable.apply, x, laws=["batched-vjp-eq-loop"])
    assert alone.verdict is Verdict.UNSUPPORTED
    assert "the derivative cannot be batched: RuntimeError: Cannot access data pointer" in alone.results[0].reason
