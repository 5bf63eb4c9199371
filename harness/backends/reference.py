"""Our own autograd as a backend: the reference tape of `harness.tape`, on NumPy, on a device and a half.

    vjp:  one walk per output, added up            jvp:  J v = d/dw <J^T w, v>, a walk through a walk

The second device, "pretend:0", has the same memory and the rules of a real one: operands do not mix, moving is differentiable. Laws about
devices run on it where there is no GPU.

Source of the jvp: Townsend, A new trick for calculating Jacobian vector products (2017).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harness import __version__
from harness.backends.protocol import Arrays, Backend, Description, Function
from harness.tape.reference.graph import Storage, Tensor
from harness.tape.reference.rules import RULES
from harness.tape.reference.tape import DEVICES, ReferenceTape
from harness.tape.reference.walker import Engine

_DTYPES = ("float64", "float32")
_PRIVATE = {"sum_to", "expand", "pad", "view", "narrow", "move", "cast", "write", "bernoulli"}  # parts of adjoints, or of the tape


class ReferenceBackend(Backend):
    """The specification, checked like everybody else."""

    name = "reference"
    version = __version__
    capabilities = frozenset({"jvp", "tape"})

    def __init__(self) -> None:
        self._engine = Engine()

    def devices(self) -> tuple[str, ...]:
        """The CPU, and one that is none."""
        return DEVICES

    def dtypes(self, device: str) -> tuple[str, ...]:
        """NumPy's two real ones; no complex."""
        return _DTYPES

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Tensor:
        """A constant; NumPy's memory order is of no concern."""
        given = np.asarray(values)
        return Tensor(np.array(given, dtype=dtype if given.dtype.kind == "f" else given.dtype), Storage(device))

    def numpy(self, array: Any) -> np.ndarray:
        """A copy."""
        return np.array(array.array)

    def describe(self, array: Any) -> Description:
        """Shape, dtype and device."""
        if not isinstance(array, Tensor):
            raise TypeError(f"expected a tensor of harness.tape; got {type(array).__name__}")
        return Description(array.array.shape, array.array.dtype.name, array.storage.device)

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op on the backend's engine."""
        return partial(self._engine, name) if name in RULES and name not in _PRIVATE else None

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """Walk from each output that depends on a primal."""
        leaves = tuple(Tensor(x.array, Storage(x.storage.device), flag=True) for x in primals)
        outputs = function(*leaves)
        total: list[Tensor | None] = [None] * len(leaves)
        for output, cotangent in zip(outputs, cotangents, strict=True):
            for i, part in enumerate(self._walk(output, leaves, cotangent)):
                before = total[i]
                total[i] = part if before is None else before if part is None else self._engine("add", before, part)
        return outputs, tuple(g if g is None else Tensor(g.array.copy(), Storage(g.storage.device)) for g in total)

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """Walk through the walk: its result is linear in the cotangent, and J v is that map's transpose."""
        leaves = tuple(Tensor(x.array, Storage(x.storage.device), flag=True) for x in primals)
        outputs = function(*leaves)
        return outputs, tuple(self._tangent(output, leaves, tangents) for output in outputs)

    def tape(self, device: str) -> ReferenceTape:
        """A tape with the backend's engine."""
        return ReferenceTape(device, self._engine)

    def reset(self) -> None:
        """Back to recording."""
        self._engine.modes.recording = True

    def _walk(self, output: Tensor, leaves: Arrays, cotangent: Tensor, create: bool = False) -> tuple[Tensor | None, ...]:
        if not self._engine.requires_grad(output):
            return (None,) * len(leaves)
        return self._engine.gradient(output, leaves, cotangent, keep=True, create=create, allow_unused=True)

    def _tangent(self, output: Tensor, leaves: Arrays, tangents: Arrays) -> Tensor:
        k, device = self._engine, output.storage.device
        cotangent = Tensor(np.zeros_like(output.array), Storage(device), flag=True)
        tangent: Tensor = Tensor(np.zeros_like(output.array), Storage(device))
        for gradient, direction in zip(self._walk(output, leaves, cotangent, create=True), tangents, strict=True):
            if gradient is not None and k.requires_grad(gradient):
                slope = k("sum", k("multiply", gradient, direction))  # <J^T w, v>, linear in w
                (part,) = self._walk(slope, (cotangent,), Tensor(np.ones_like(slope.array), Storage(device)))
                tangent = tangent if part is None else k("add", tangent, part)
        return tangent
