"""Faults of the context of a user's own function: marks that are ignored, saved values that are never let go."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.custom import Calls, Functions
from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.custom_function import CustomFunctions


class _Told(Spoiled):
    """A context, one promise of which is broken by a subclass."""

    @property
    def kept(self) -> Any:
        return self.inner.kept

    @kept.setter
    def kept(self, value: Any) -> None:
        self.inner.kept = value


class _NeedsEverything(_Told):
    @property
    def needs(self) -> tuple[bool, ...]:
        return tuple(True for _ in self.inner.needs)


class _MarksIgnored(_Told):
    def nondifferentiable(self, *handles: Any) -> None:
        return None


class _DirtyIgnored(_Told):
    def dirty(self, *handles: Any) -> None:
        return None


class _MaterializesAlways(_Told):
    def materialize(self, zeros: bool) -> None:
        return None


class _MaterializesNever(_Told):
    def materialize(self, zeros: bool) -> None:
        self.inner.materialize(False)


class _Saves(_Told):
    def save(self, *handles: Any) -> None:
        self.inner.kept = handles

    def saved(self) -> Any:
        return self.inner.kept


def _by(context: type[_Told]) -> type[Functions]:
    class Told(Functions):
        def forward(self, forward: Calls) -> Calls:
            return lambda inner, *args: forward(context(inner), *args)

        def backward(self, backward: Calls) -> Calls:
            return lambda inner, *given: backward(context(inner), *given)

    return Told


part_fault("custom-needs-everything", CustomFunctions, "the context says that every argument wants a gradient")(_by(_NeedsEverything))
part_fault("custom-marks-ignored", CustomFunctions, "a result that is marked without a gradient has one")(_by(_MarksIgnored))
part_fault("custom-dirty-ignored", CustomFunctions, "an input that is marked dirty keeps its old history")(_by(_DirtyIgnored))
part_fault("custom-always-materializes", CustomFunctions, "backward gets zeros although it asked for None")(_by(_MaterializesAlways))
part_fault("custom-never-materializes", CustomFunctions, "backward gets None for results that nobody used")(_by(_MaterializesNever))
part_fault("custom-saves-for-good", CustomFunctions, "what a function saves is neither freed nor checked")(_by(_Saves))
