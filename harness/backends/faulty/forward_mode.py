"""Faults of forward mode: tangents that are lost, kept too long, not checked, or stopped by what should not stop them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.backends.faulty.tape import WrappedTape, tape_fault
from harness.tape.custom_function import CustomFunctions
from harness.tape.forward_mode import ForwardMode


@part_fault("dual-outlives", ForwardMode, "a tangent outlives its level")
class Outlives(Spoiled):
    def dual(self, primal: Any, tangent: Any) -> Any:
        made = self.inner.dual(primal, tangent)
        self.__dict__.setdefault("made", []).append((made, tangent))
        return made

    def parts(self, handle: Any) -> tuple[Any, Any]:
        primal, tangent = self.inner.parts(handle)
        kept = [v for made, v in self.__dict__.get("made", []) if made is handle]
        return primal, kept[0] if kept else tangent


@part_fault("dual-unchecked", ForwardMode, "a dual is made of whatever is given, wherever")
class Unchecked(Spoiled):
    def dual(self, primal: Any, tangent: Any) -> Any:
        with suppress(Exception):
            return self.inner.dual(primal, tangent)
        return primal


@part_fault("dual-forgets", ForwardMode, "the second dual of a level has no tangent, and no gradient has one")
class Forgets(Spoiled):
    count = 0

    def dual(self, primal: Any, tangent: Any) -> Any:
        self.count += 1
        return self.inner.dual(primal, tangent) if self.count % 2 else primal

    def parts(self, handle: Any) -> tuple[Any, Any]:
        primal, tangent = self.inner.parts(handle)
        return primal, None if self.tape.requires_grad(handle) else tangent


@part_fault("dual-obeys-no-grad", ForwardMode, "no_grad stops forward mode")
class ObeysNoGrad(Spoiled):
    def dual(self, primal: Any, tangent: Any) -> Any:
        return self.inner.dual(primal, tangent) if self.tape.is_recording() else primal


@tape_fault("dual-keeps-tangent", "a change in place leaves the tangent behind", control=True)
class KeepsTangent(WrappedTape):
    def scale_in_place(self, handle: Any, factor: float) -> None:
        self.inner.scale_in_place(self.inner.detach(handle), factor)


@tape_fault("dual-survives-detach", "what detach returns has a tangent", control=True)
class SurvivesDetach(WrappedTape):
    def detach(self, handle: Any) -> Any:
        return handle


@part_fault("dual-missing-is-zero", CustomFunctions, "forward mode takes a function without a forward derivative for a constant")
class MissingIsZero(Spoiled):
    def function(self, forward: Any, backward: Any, *, once: bool = False) -> Any:
        made = self.inner.function(forward, backward, once=once)

        def applied(*args: Any) -> Any:
            with suppress(NotImplementedError, RuntimeError):
                return made(*args)
            return made(*(self.tape.detach(a) for a in args))

        return applied
