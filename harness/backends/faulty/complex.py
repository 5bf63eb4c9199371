"""Faults of complex numbers on a tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.tape import WrappedTape, tape_fault


class _Shown(WrappedTape):
    def shown(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def grad(self, leaf: Any) -> Any:
        found = self.inner.grad(leaf)
        return found if found is None else self.shown(found)


@tape_fault("complex-conjugated", "complex gradients come back conjugated", control=True)
class ComplexConjugated(_Shown):
    def shown(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(np.conj(values))


@tape_fault("complex-halved", "complex gradients are the derivative by z*, half of what is due", control=True)
class ComplexHalved(_Shown):
    def shown(self, values: np.ndarray) -> np.ndarray:
        return values / 2 if values.dtype.kind == "c" else values


@tape_fault("complex-slots", "every gradient is complex", control=True)
class ComplexSlots(_Shown):
    def shown(self, values: np.ndarray) -> np.ndarray:
        return values + 0j


@tape_fault("complex-seed-one", "a complex output of one element has 1 for a cotangent by default", control=True)
class ComplexSeedOne(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        value = self.inner.value(output)
        self.inner.backward(
            output, np.ones_like(value) if cotangent is None and value.dtype.kind == "c" and value.size == 1 else cotangent, **options
        )


@tape_fault("complex-seed-real-part", "of a complex cotangent for a real output the real part is taken", control=True)
class ComplexSeedRealPart(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        real = isinstance(cotangent, np.ndarray) and self.inner.value(output).dtype.kind == "f"
        self.inner.backward(output, np.asarray(cotangent.real) if real else cotangent, **options)


@tape_fault("complex-detour-doubled", "a real value made complex counts twice in the gradient", control=True)
class ComplexDetourDoubled(WrappedTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        if op != "complex":
            return self.inner.apply(op, *args, **params)
        doubled = (self.inner.apply("add", x, self.inner.apply("subtract", x, self.inner.detach(x))) for x in args)
        return self.inner.apply(op, *doubled, **params)
