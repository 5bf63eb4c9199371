"""Faults of mixed precision: dtypes that leak or are never lowered, contexts that do not nest, scalers that step anyway."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.backends.faulty.tape import WrappedTape, tape_fault
from harness.tape.mixed_precision import MixedPrecision, Scaler
from harness.tape.writing import Dtypes


@tape_fault("amp-lowers-leaves", "a gradient that came through few digits stays in them", control=True)
class LowersLeaves(WrappedTape):
    def slot(self, leaf: Any) -> Any:
        found = self.inner.slot(leaf)
        return found if found is None else self.inner.part(Dtypes).cast(found, "bfloat16")


@part_fault("amp-never", MixedPrecision, "autocast does nothing")
class Never(Spoiled):
    def autocast(self, *, enabled: bool = True) -> AbstractContextManager[Any]:
        return nullcontext()


@part_fault("amp-ignores-off", MixedPrecision, "autocast cannot be switched off inside autocast")
class IgnoresOff(Spoiled):
    def autocast(self, *, enabled: bool = True) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = self.inner.autocast(enabled=True)
        return context


@part_fault("amp-detaches", MixedPrecision, "nothing is recorded under autocast")
class Detaches(Spoiled):
    def autocast(self, *, enabled: bool = True) -> AbstractContextManager[Any]:
        both = ExitStack()
        both.enter_context(self.inner.autocast(enabled=enabled))
        both.enter_context(self.tape.no_grad())
        return both


class _Scaling(Spoiled):
    """Scalers of the kind that `spoiled` makes of right ones."""

    spoiled: type[Spoiled]

    def scaler(self, factor: float) -> Any:
        made = type(self).spoiled(self.inner.scaler(factor))
        made.tape = self.tape
        return made


class _Again(Spoiled):
    def scale(self, loss: Any) -> Any:
        return self.inner.scale(self.inner.scale(loss))


class _Scaled(Spoiled):
    def unscale(self, optimizer: Any) -> None:
        return None

    def step(self, optimizer: Any) -> None:
        optimizer.step()


class _Anyway(Spoiled):
    def step(self, optimizer: Any) -> None:
        self.inner.unscale(optimizer)
        optimizer.step()


class _Fixed(Spoiled):
    def __init__(self, inner: Scaler) -> None:
        super().__init__(inner)
        self.first = inner.factor()

    def factor(self) -> float:
        return self.first


@part_fault("scaler-scales-once-more", MixedPrecision, "a loss is scaled twice")
class ScalesOnceMore(_Scaling):
    spoiled = _Again


@part_fault("scaler-never-unscales", MixedPrecision, "gradients stay scaled")
class NeverUnscales(_Scaling):
    spoiled = _Scaled


@part_fault("scaler-steps-anyway", MixedPrecision, "a step is taken although a gradient is not finite")
class StepsAnyway(_Scaling):
    spoiled = _Anyway


@part_fault("scaler-keeps-factor", MixedPrecision, "the factor is the same for ever")
class KeepsFactor(_Scaling):
    spoiled = _Fixed
