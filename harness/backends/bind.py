"""A case's subject on a backend: a plain function of the differentiable primals, its constants filled in.

bound.function(*bound.primals) -> outputs          bound.at(points) -> outputs as NumPy arrays
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from harness.backends.jitter import Jitter, Signs
from harness.backends.protocol import Arrays, Backend, Died, Function, Unsupported
from harness.ops.defaults import given as told
from harness.program import Case, Program, evaluate
from harness.program.layout import SHARED, fitting
from harness.program.opaque import resolve

_REAL_PART = {"complex128": "float64", "complex64": "float32"}
_COMPLEX = {real: complex_ for complex_, real in _REAL_PART.items()}
_PARTNERS = {"f": _REAL_PART, "c": _COMPLEX}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Bound:
    """The subject of `case` in `dtype` on the case's device."""

    backend: Backend
    case: Case
    dtype: str
    function: Function
    primals: Arrays

    def array(self, values: np.ndarray, layout: str = "contiguous") -> Any:
        """`values` on the case's device, in this dtype."""
        return self.backend.array(values, dtype=part_dtype(values, self.dtype), device=self.case.device, layout=layout)

    def at(self, points: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """The outputs at `points` (one array per differentiable primal), without derivatives."""
        return self.numpy(self.function(*map(self.array, points)))

    def at_lent(self, points: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
        """The same at row-major points in memory that the caller will use again."""
        return self.numpy(self.function(*map(self._lent, points)))

    def values(self) -> tuple[np.ndarray, ...]:
        """The outputs at `primals`, without derivatives."""
        return self.numpy(self.function(*self.primals))

    def attempt(self, call: Callable[[], _T]) -> _T | Exception:
        """What `call` returns, or the exception that it refuses with, whatever that is; the backend is set straight then.

        Raises:
            Died: the process of the backend ended, or is mute: that is no refusal.
        """
        try:
            return call()
        except Died:
            raise
        except Exception as refusal:
            self.backend.reset()
            return refusal

    def numpy(self, arrays: Arrays) -> tuple[np.ndarray, ...]:
        return tuple(self.backend.numpy(array) for array in arrays)

    def cotangents(self, values: Sequence[np.ndarray] | None = None) -> Arrays:
        """The case's cotangents (or `values` in their place) in their layouts."""
        layouts = self.case.layouts[len(self.case.primals) :]
        return self._laid_out(self.case.cotangents if values is None else values, layouts)

    def tangents(self, values: Sequence[np.ndarray] | None = None) -> Arrays:
        """The case's tangents (or `values` in their place) in their layouts."""
        layouts = self.case.layouts[len(self.case.primals) + len(self.case.cotangents) :]
        return self._laid_out(self.case.tangents if values is None else values, layouts)

    @cached_property
    def _lent(self) -> Callable[[np.ndarray], Any]:
        """Values -> an array in their memory, or a copy."""
        lent, dtype, device = getattr(self.backend, "lent", None), self.dtype, self.case.device  # of a harness.backends.lending.Lender, timed or not
        if lent is None or not self.case.of_ops:  # an op looks at its primals during its call only: a function of somebody's may remember them
            return self.array
        return lambda values: lent(values, dtype=part_dtype(values, dtype), device=device)

    def _laid_out(self, values: Sequence[np.ndarray], layouts: Sequence[str]) -> Arrays:
        """`values` in `layouts`; contiguous where a layout can only hold the case's own, repeating ones."""
        return tuple(self.array(x, fitting(x, layout)) for x, layout in zip(values, _padded(layouts, len(values)), strict=True))


def bind(backend: Backend, case: Case, *, dtype: str | None = None, jitter: Signs | None = None) -> Bound:
    """The case's subject on `backend`, in the case's dtype or another one.

    With `jitter`, every value that is read or computed is multiplied by 1 + eps s, s = jitter(its shape), some ulps up or down: the spread of
    several such runs is what rounding alone can do (Vignes, A stochastic arithmetic for reliable scientific computation, 1993).

    Raises:
        Unsupported: the backend lacks an op of the program.
    """
    kind = dtype or case.dtype
    shaken = Jitter(backend, case.device, kind, jitter)
    primals = [shaken.values(x) if i in case.differentiable else x for i, x in enumerate(case.primals)]
    given = _inputs(backend, case, primals, kind)

    def placed(*points: Any) -> Arrays:
        inputs = list(given)
        for position, point in zip(case.differentiable, points, strict=True):
            inputs[position] = point
        return run(*inputs)

    run = _runner(backend, case.subject, shaken)
    function = run if case.differentiable == tuple(range(len(given))) else placed  # nothing to fill in
    ready = function if shaken.active else backend.prepare(function, case, kind)  # every call must shake anew: nothing of it may be compiled in
    return Bound(backend, case, kind, ready, tuple(given[i] for i in case.differentiable))


def _inputs(backend: Backend, case: Case, primals: Sequence[np.ndarray], kind: str) -> list[Any]:
    """`primals` as the case's inputs, each in its layout; real (complex) ones that are "shared" in one piece of memory."""
    layouts = list(map(fitting, primals, _padded(case.layouts, len(primals))))
    given = [backend.array(x, dtype=part_dtype(x, kind), device=case.device, layout=layout) for x, layout in zip(primals, layouts, strict=True)]
    for letter in "fc":
        places = [i for i, x in enumerate(primals) if layouts[i] == SHARED and x.dtype.kind == letter]
        values = [primals[i] for i in places]
        together = backend.sharing(values, dtype=part_dtype(values[0], kind), device=case.device) if len(places) > 1 else ()
        for i, array in zip(places, together, strict=False):
            given[i] = array
    return given


def part_dtype(values: np.ndarray, dtype: str) -> str:
    """`dtype`, or its real or complex partner where the values are of the other kind: |z| has a real cotangent, fft(x) a complex one."""
    partners = _PARTNERS.get(values.dtype.kind)
    return dtype if partners is None else partners.get(dtype, dtype)


def _runner(backend: Backend, subject: Any, shaken: Jitter) -> Function:
    if not isinstance(subject, Program):
        opaque = resolve(subject, backend)
        return (lambda *inputs: tuple(shaken(output) for output in opaque(*inputs))) if shaken.active else opaque

    def apply(op: str, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        call = backend.op(op)
        if call is None:
            raise Unsupported(f"backend {backend.name} has no op {op!r}.")
        result = call(*args, **(params if backend.omits else told(params)))
        return tuple(map(shaken, result)) if isinstance(result, tuple | list) else shaken(result)

    return lambda *inputs: evaluate(subject, apply, inputs)


def _padded(layouts: Sequence[str], count: int) -> list[str]:
    return [*layouts[:count], *["contiguous"] * (count - len(layouts[:count]))]
