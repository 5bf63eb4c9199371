"""Faults of where a backward starts, with what, and towards which inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.backends.faulty.tape import WrappedTape, engine_fault, tape_fault
from harness.tape.reference.graph import Tensor
from harness.tape.reference.walker import Engine
from harness.tape.walking import Walking


@tape_fault("implicit-seed-halved", "a missing cotangent is taken as a half", control=True)
class ImplicitSeedHalved(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        small = cotangent is None and self.inner.requires_grad(output) and self.inner.value(output).size == 1
        self.inner.backward(output, np.full_like(self.inner.value(output), 0.5) if small else cotangent, **options)


@tape_fault("leaf-root-ignored", "a backward from a leaf does nothing", control=True)
class LeafRootIgnored(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        if not (self.inner.requires_grad(output) and self.inner.is_leaf(output)):
            self.inner.backward(output, cotangent, **options)


@part_fault("surplus-seeds-dropped", Walking, "cotangents beyond the number of outputs are dropped")
class SurplusSeedsDropped(Spoiled):
    def backward(self, outputs: Any, cotangents: Any, **options: Any) -> None:
        self.inner.backward(outputs, None if cotangents is None else cotangents[: len(outputs)], **options)


@engine_fault("seed-cast", "a cotangent of another dtype is cast", control=True)
class SeedCast(Engine):
    def cotangent(self, root: Tensor, given: Tensor | None) -> Tensor:
        return super().cotangent(root, None if given is None else self.cast(given, root.array.dtype.name))


@part_fault("first-root-only", Walking, "of several outputs only the first counts")
class FirstRootOnly(Spoiled):
    def backward(self, outputs: Any, cotangents: Any, **options: Any) -> None:
        self.inner.backward(outputs[:1], None if cotangents is None else cotangents[:1], **options)


@part_fault("roots-once", Walking, "an output named twice counts once")
class RootsOnce(Spoiled):
    def backward(self, outputs: Any, cotangents: Any, **options: Any) -> None:
        kept = [i for i, y in enumerate(outputs) if not any(y is z for z in outputs[:i])]
        self.inner.backward([outputs[i] for i in kept], None if cotangents is None else [cotangents[i] for i in kept], **options)


@part_fault("constant-roots-refused", Walking, "among several outputs a constant without a cotangent is refused")
class ConstantRootsRefused(Spoiled):
    def backward(self, outputs: Any, cotangents: Any, **options: Any) -> None:
        if not all(self.inner.tape.requires_grad(y) for y in outputs):
            raise RuntimeError("an output does not require grad")
        self.inner.backward(outputs, cotangents, **options)


@part_fault("inputs-once", Walking, "an input named twice gets its gradient at the first place only")
class InputsOnce(Spoiled):
    def gradient(self, outputs: Any, wrt: Any, cotangents: Any, **options: Any) -> Any:
        found = self.inner.gradient(outputs, wrt, cotangents, **options)
        return tuple(None if any(x is y for y in wrt[:i]) else g for i, (x, g) in enumerate(zip(wrt, found, strict=True)))


@part_fault("results-reversed", Walking, "gradients come back in the reverse order of the inputs")
class ResultsReversed(Spoiled):
    def gradient(self, outputs: Any, wrt: Any, cotangents: Any, **options: Any) -> Any:
        return tuple(reversed(self.inner.gradient(outputs, wrt, cotangents, **options)))


@part_fault("batched-first-row", Walking, "every row of a batch of cotangents is taken as the first")
class BatchedFirstRow(Spoiled):
    def gradient(self, outputs: Any, wrt: Any, cotangents: Any, *, batched: bool = False, **options: Any) -> Any:
        if batched:
            cotangents = [w[:1].repeat(len(w), axis=0) for w in cotangents]
        return self.inner.gradient(outputs, wrt, cotangents, batched=batched, **options)


@part_fault("materialize-ignored", Walking, "zeros for unused inputs, where asked for, are None")
class MaterializeIgnored(Spoiled):
    def gradient(self, outputs: Any, wrt: Any, cotangents: Any, *, materialize: bool = False, **options: Any) -> Any:
        return self.inner.gradient(outputs, wrt, cotangents, **(options | {"allow_unused": True} if materialize else options))


@tape_fault("loop-recorded-once", "an op applied to its own result at once is recorded the first time only", control=True)
class LoopRecordedOnce(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.last: tuple[str, Any] = ("", None)

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        made = self.inner.apply(op, *args, **params)
        if op == "square" and self.last[0] == op and args[0] is self.last[1]:
            gap = self.inner.apply("subtract", made, args[0])
            made = self.inner.apply("add", args[0], self.inner.detach(gap))
        self.last = (op, made)
        return made
