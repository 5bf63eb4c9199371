"""A backend that is wrong on purpose: another backend with one fault from `harness.backends.faulty.faults`.

Every law names the faults that it must break on; a law that lets its fault pass is worth nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.backends.faulty.faults import FAULTS, Change, Fault, first_entry, of_last_call
from harness.backends.faulty.products import KEPT_BITS, of_rounded
from harness.backends.faulty.tape import faulty_tape, load_faults
from harness.backends.protocol import Arrays, Backend, Description, Function, Hvp, Jvp, Vjp
from harness.ops.products import SUMS_OF_PRODUCTS
from harness.program.layout import lay_out

if TYPE_CHECKING:
    from harness.tape.interface import Tape

_REMEMBERED = 64  # arrays whose memory order is kept for the fault "contiguous-cotangent": more than one case ever makes between array() and vjp()


class FaultyBackend(Backend):
    """`inner` with the fault called `fault`."""

    def __init__(self, inner: Backend, fault: str) -> None:
        known = FAULTS | {name: Fault(summary, special="tape") for name, summary in load_faults().items() if name not in FAULTS}
        if fault not in known:
            close = get_close_matches(fault, known, n=1)
            raise LookupError(f"no fault is called {fault!r}. {f'Did you mean {close[0]!r}?' if close else 'Known: ' + ', '.join(known)}")
        self.name, self.version, self.capabilities = f"faulty:{fault}:{inner.name}", inner.version, inner.capabilities
        self._inner, self._name, self._fault = inner, fault, known[fault]
        self._calls = 0
        self._buffers: deque[tuple[Any, np.ndarray]] = deque(maxlen=_REMEMBERED)
        self.spell, self.preamble, self.literal = inner.spell, inner.preamble, inner.literal  # type: ignore[method-assign]
        self.owned, self.call, self.strides, self.tf32 = inner.owned, inner.call, inner.strides, inner.tf32  # type: ignore[method-assign]
        self.sharing = inner.sharing  # type: ignore[method-assign]

    def devices(self) -> tuple[str, ...]:
        """As the inner backend's."""
        return self._inner.devices()

    def dtypes(self, device: str) -> tuple[str, ...]:
        """As the inner backend's."""
        return self._inner.dtypes(device)

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        """As the inner backend's; the memory behind a strided array is remembered."""
        made = self._inner.array(values, dtype=dtype, device=device, layout=layout)
        if layout != "contiguous":
            self._buffers.append((made, lay_out(np.asarray(values), layout)[0]))
        return made

    def numpy(self, array: Any) -> np.ndarray:
        """As the inner backend's."""
        return self._inner.numpy(array)

    def describe(self, array: Any) -> Description:
        """As the inner backend's."""
        return self._inner.describe(array)

    def op(self, name: str) -> Callable[..., Any] | None:
        """As the inner backend's: forwards are right, so that only the derivative is at fault; in some faults products lose digits."""
        call, bits = self._inner.op(name), KEPT_BITS.get(self._fault.special)
        return of_rounded(self._inner, call, bits) if call is not None and bits is not None and name in SUMS_OF_PRODUCTS else call

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """The inner vjp with the fault in it."""
        self._calls += 1
        if self._fault.special == "raises":
            raise RuntimeError("internal assertion failed: a node of the graph has no input")
        read, read_at = tuple(self._misread(w) for w in cotangents), [self._inner.numpy(x) for x in primals]
        points = of_last_call(primals, [x.shape for x in read_at]) if self._fault.special == "last call" else primals
        outputs, gradients = self._inner.vjp(function, points, read)
        lost = self._fault.special == "none" and not any(self._inner.numpy(w).any() for w in cotangents)
        if self._fault.special == "mutates":
            self._scale_in_place(cotangents)
        if self._fault.beside is not None:
            return outputs, tuple(self._remade((g,), partial(self._fault.beside, x))[0] for g, x in zip(gradients, read_at, strict=True))
        lonely = {"alone": len(primals), "one output": len(cotangents)}.get(self._fault.special) == 1
        return self._remade(outputs, self._fault.value), self._remade(gradients, lambda g: 2 * g) if lonely else self._spoiled(gradients, lost)

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """The inner jvp with the fault in it."""
        outputs, results = self._inner.jvp(function, primals, tangents)
        return outputs, self._remade(results, self._fault.tangent)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """The inner routes; with the fault "wrong-route" the first doubles the gradient."""
        return self._first_doubled(self._inner.reverse_routes())

    def forward_routes(self) -> Mapping[str, Jvp]:
        """The inner routes; with the fault "wrong-route" the first doubles the tangent."""
        return self._first_doubled(self._inner.forward_routes())

    def hvps(self) -> Mapping[str, Hvp]:
        """The inner compositions: "wrong-hvp" doubles the first, "first-order-only" makes all zero, "asymmetric-hvp" spoils an entry."""
        spoil: dict[str, Change] = {"hvp": lambda h: 2 * h, "first-order": np.zeros_like, "asymmetric": first_entry(lambda h: 1.5 * h)}
        ways, change = self._inner.hvps(), spoil.get(self._fault.special)
        changed = list(ways)[: 1 if self._fault.special == "hvp" else None]
        return {name: self._spoiled_hvp(way, change) if name in changed else way for name, way in ways.items()}

    def nested_jvp(self, function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """The inner one; "first-order-only" makes it zero, "wrong-nesting" mixes the two tangents up."""
        change: Change | None = np.zeros_like if self._fault.special == "first-order" else None
        return self._remade(self._inner.nested_jvp(function, primals, tangents, tangents if self._fault.special == "nesting" else others), change)

    def third(self, function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """The inner one; with the fault "wrong-third" the first entry is too large by half."""
        change = first_entry(lambda entry: 1.5 * entry) if self._fault.special == "third" else None
        return self._remade(self._inner.third(function, primals, cotangents, tangents, others), change)

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        """The inner one; with the fault "unbatched" every row is the first."""
        return self._remade(self._inner.batched_vjp(function, primals, cotangents), self._first_row())

    def batched_jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """The inner one; with the fault "unbatched" every row is the first."""
        return self._remade(self._inner.batched_jvp(function, primals, tangents), self._first_row())

    def tape(self, device: str) -> Tape:
        """The inner tape, with the fault if it is one of a tape."""
        return faulty_tape(self._inner.tape(device), self._name)

    def reset(self) -> None:
        """As the inner backend's."""
        self._inner.reset()

    def _first_doubled(self, routes: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._fault.special != "route":
            return routes
        name, route = next(iter(routes.items()))
        return {**routes, name: lambda *asked: (lambda y, found: (y, self._remade(found, lambda a: 2 * a)))(*route(*asked))}

    def _spoiled_hvp(self, way: Hvp, change: Change | None) -> Hvp:
        return lambda function, primals, cotangents, tangents: self._remade(way(function, primals, cotangents, tangents), change)

    def _first_row(self) -> Change | None:
        return (lambda g: np.broadcast_to(g[:1], g.shape)) if self._fault.special == "unbatched" else None

    def _misread(self, cotangent: Any) -> Any:
        if self._fault.special == "contiguous":
            buffer = next((memory for made, memory in self._buffers if made is cotangent), None)
            if buffer is not None and buffer.size:
                return self._like(cotangent, np.resize(buffer, self._inner.describe(cotangent).shape))
        return self._remade((cotangent,), self._fault.cotangent)[0]

    def _spoiled(self, gradients: Arrays, lost: bool) -> Arrays:
        if lost or self._fault.special == "missing":
            return (None, *gradients[1:])
        if self._fault.special == "dtype":
            return tuple(g if g is None else self._recast(g) for g in gradients)
        if self._fault.special == "alternates" and self._calls % 2:
            return self._remade(gradients, lambda g: g * (1 + 2 * float(np.finfo(g.dtype).eps)))
        return gradients if self._calls <= self._fault.after else self._remade(gradients, self._fault.gradient)

    def _remade(self, arrays: Arrays, change: Change | None) -> Arrays:
        if change is None:
            return arrays
        return tuple(array if array is None else self._like(array, change(self._inner.numpy(array))) for array in arrays)

    def _like(self, array: Any, values: np.ndarray) -> Any:
        described = self._inner.describe(array)
        return self._inner.array(np.asarray(values), dtype=described.dtype, device=described.device)

    def _recast(self, array: Any) -> Any:
        described = self._inner.describe(array)
        other = next(d for d in self._inner.dtypes(described.device) if d != described.dtype and d.startswith(described.dtype[:5]))
        return self._inner.array(self._inner.numpy(array), dtype=other, device=described.device)

    def _scale_in_place(self, cotangents: Arrays) -> None:
        for cotangent in cotangents:
            if hasattr(cotangent, "mul_"):
                cotangent.detach().mul_(2)
