"""PyTorch as a backend: reverse mode (three routes), forward mode (two), and its imperative tape, on the CPU and on CUDA.

    vjp:  torch.autograd.grad(f(x), x, w, allow_unused=True)
    jvp:  torch.autograd.forward_ad, a dual number per primal

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name under which everyone writes it, and so do our scripts)

from harness.backends.lending import Lender
from harness.backends.protocol import Arrays, Backend, Description, Function, Hvp, Jvp, Vjp
from harness.backends.torch.arrays import copied, described, lent, literal_of, on_host, views
from harness.backends.torch.limits import limited, limits_told
from harness.backends.torch.module import call_module, owned_arrays
from harness.backends.torch.native_cases import NativeSource
from harness.backends.torch.routes import (
    HVPS,
    batched_jvp,
    batched_vjp,
    jvp_by_duals,
    jvp_by_transform,
    nested_jvp,
    recorded,
    third,
    vjp_by_backward,
    vjp_by_transform,
)
from harness.backends.torch.script import DERIVATIVES
from harness.backends.torch.settings import TorchSettings
from harness.backends.torch.spelling import SPELLINGS, compile_call, spell
from harness.backends.torch.tape import TorchTape
from harness.backends.torch.tf32 import in_tf32
from harness.program.layout import lay_out

_NAMESPACE = {"torch": torch, "F": F}
_DTYPES = ("float64", "float32", "bfloat16", "float16", "complex128", "complex64")


class TorchBackend(NativeSource, Lender, TorchSettings, Backend):
    """The installed torch. Conventions at kinks: docs/reference/torch-conventions.md."""

    name = "torch"
    version = torch.__version__
    omits = True
    capabilities = frozenset(
        {"jvp", "tape", "reverse_routes", "forward_routes", "layouts", "complex", "second_order", "third_order", "batching", "tf32"}
    )
    lent = staticmethod(lent)

    def devices(self) -> tuple[str, ...]:
        """The CPU and every CUDA device."""
        return ("cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count())))

    def dtypes(self, device: str) -> tuple[str, ...]:
        """The floating and complex dtypes; torch has all of them on both devices."""
        return _DTYPES

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> torch.Tensor:
        """A tensor with the strides that `layout` asks for; integers and booleans keep their dtype."""
        if layout == "contiguous":
            return copied(values, dtype, device)
        buffer, shape, strides, offset = lay_out(np.asarray(values), layout)
        return torch.as_strided(copied(buffer, dtype, device), shape, strides, offset)

    def sharing(self, values: Sequence[np.ndarray], *, dtype: str, device: str) -> Arrays:
        """Views of one storage."""
        return views(values, dtype, device)

    def numpy(self, array: torch.Tensor) -> np.ndarray:
        """A copy on the host, lazy conjugation, negation and zeros carried out."""
        return on_host(array)

    def describe(self, array: Any) -> Description:
        """Shape, dtype and device of a tensor."""
        return described(array)

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op as `spell` writes it."""
        return _op(name) if name in SPELLINGS else None

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `torch.autograd.grad`; a gradient that torch calls unused is None."""
        leaves = tuple(primal.detach().requires_grad_() for primal in primals)
        outputs = function(*leaves)
        roots, seeds = recorded(outputs, cotangents)
        if not roots:
            return outputs, (None,) * len(leaves)
        with limits_told():
            return outputs, torch.autograd.grad(roots, leaves, seeds, allow_unused=True)

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By dual numbers."""
        return jvp_by_duals(function, primals, tangents)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """`.backward()` into `.grad`, and the functional transform."""
        return {"Tensor.backward": vjp_by_backward, "torch.func.vjp": vjp_by_transform}

    def forward_routes(self) -> Mapping[str, Jvp]:
        """The functional transform."""
        return {"torch.func.jvp": jvp_by_transform}

    def hvps(self) -> Mapping[str, Hvp]:
        """The three compositions that give a whole Hessian-vector product."""
        return HVPS

    def nested_jvp(self, function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """By `torch.func.jvp` of `torch.func.jvp`."""
        return nested_jvp(function, primals, tangents, others)

    def third(self, function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """By `torch.autograd.grad` three times."""
        return third(function, primals, cotangents, tangents, others)

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        """By `is_grads_batched`."""
        return batched_vjp(function, primals, cotangents)

    def batched_jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """By `torch.func.vmap` of `torch.func.jvp`."""
        return batched_jvp(function, primals, tangents)

    def tf32(self, device: str) -> AbstractContextManager[None]:
        """By `torch.backends.cuda.matmul.fp32_precision`."""
        return in_tf32(device)

    def tape(self, device: str) -> TorchTape:
        """Tensors themselves are the tape."""
        return TorchTape(self, device)

    def owned(self, function: Callable[..., Any]) -> Mapping[str, tuple[torch.Tensor, bool]]:
        """The parameters and buffers of an `nn.Module`; a frozen parameter is not differentiated."""
        return owned_arrays(function)

    def call(self, function: Callable[..., Any], owned: Mapping[str, torch.Tensor], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """A module by `torch.func.functional_call`."""
        return limited(call_module, (function, owned, args, kwargs), {}) if owned else limited(function, args, kwargs)

    def strides(self, array: torch.Tensor) -> tuple[int, ...]:
        """`tensor.stride()`."""
        return tuple(array.stride())

    def spell(self, op: str, args: Sequence[str], params: Mapping[str, Any]) -> str:
        """`torch.sum(x, dim=0)` and the like."""
        return spell(op, args, dict(params))

    def preamble(self) -> str:
        """Imports of a script."""
        return "import torch\nimport torch.nn.functional as F"

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`torch.tensor(...)`, and `as_strided` where the layout is not contiguous."""
        return literal_of(values, dtype, device, layout)

    def derivatives(self) -> str:
        """By `torch.autograd.grad` and by dual numbers."""
        return DERIVATIVES


@cache
def _op(name: str) -> Callable[..., Any]:
    return partial(_call, name)


def _call(name: str, /, *args: Any, **params: Any) -> Any:
    return compile_call(name, len(args), _NAMESPACE)(*args, **params)
