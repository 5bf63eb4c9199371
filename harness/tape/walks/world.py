"""Two tapes that are made to do the same things, and asked after each whether they still agree.

world.do(action)        performs it on both; a Disagreement names the first thing that differs
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from typing import Any

from harness.tape.errors import Unsupported
from harness.tape.interface import Tape
from harness.tape.reference.graph import Tensor
from harness.tape.reference.tape import ReferenceTape
from harness.tape.walks.action import Action, Side, perform
from harness.tape.walks.compare import differences, shared_slots

TORN = frozenset({"freed", "modified", "unused input", "hook shape"})  # refusals in the middle of a walk: what it did before is nobody's promise
# Which of two broken values a walk meets first is nobody's promise, nor in which words an untracked input is refused.
EITHER = (frozenset({"freed", "modified"}), frozenset({"untracked input", "retain"}))
WALKING = frozenset({"backward", "backward both", "gradient"})
OWN_MEMORY = "grad-owns-storage"


class Disagreement(Exception):
    """The tape under test did something else than the reference; the message says what, `actions` what led to it."""

    def __init__(self, what: str, actions: tuple[Action, ...]) -> None:
        super().__init__(what)
        self.what, self.actions = what, actions

    @property
    def signature(self) -> str:
        """What differed, without names and numbers: a shorter walk that fails in another way is another finding."""
        bare = re.sub(r"\b[th]\d+\w*|float64|None|-?\d+\.?\d*(?:e[-+]?\d+)?|[\[\],]", " ", self.what.split(", expected")[0])
        return " ".join(bare.split())


class World:
    """`rounding` is what two correct tapes may differ by, relative to the largest number met. `known` names findings that are noted and repaired."""

    def __init__(self, tape: Tape, *, rounding: float, known: frozenset[str] = frozenset(), device: str = "cpu") -> None:
        self._reference = ReferenceTape(device)
        self.actual, self.expected = Side(tape), Side(self._reference)
        self.actions: list[Action] = []
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.refused, self.unsupported, self.noted = Counter[str](), Counter[str](), Counter[str]()
        self._rounding, self._known = rounding, known
        self._parts: dict[type, bool] = {}

    @property
    def tensors(self) -> dict[str, Tensor]:
        """The handles of the reference, by name: what a proposal may look at."""
        return self.expected.handles

    @property
    def peak(self) -> float:
        """The largest magnitude that the reference has computed."""
        return self._reference.engine.peak

    def offers(self, part: type) -> bool:
        """Whether the tape under test has this larger part."""
        if part not in self._parts:
            self._parts[part] = False
            with suppress(Unsupported):
                self.actual.tape.part(part)
                self._parts[part] = True
        return self._parts[part]

    def do(self, action: Action) -> None:
        """One step on both sides, and the comparison; on neither, where the tape under test says that it does not offer it.

        Raises:
            Disagreement: the sides differ, also by what something that is not offered did all the same.
        """
        seen = self._attempt(self.actual, action)
        if isinstance(seen, Unsupported):
            self._pass_over(action)
            return
        if self.actions:
            self.pairs[self.actions[-1].kind, action.kind] += 1
        self.actions.append(action)
        due = self._attempt(self.expected, action)
        self._compare_refusals(action, seen, due)
        if action.verb == "forget":
            self._forget([action.params["name"]])
        kind = "" if due is None else self.expected.tape.refusal(due)
        if kind:
            self.refused[kind] += 1
        if kind in TORN:
            self._mend()
        if OWN_MEMORY in self._known and {"slots", "memory"} <= self.actual.tape.features:
            self._give_own_memory(action)
        self._compare_states(tuple(self.actions))
        if OWN_MEMORY in self._known:  # the slot of a leaf that is forgotten may still look into a cotangent
            self.actual.cotangents, self.expected.cotangents = [], []

    def close(self) -> None:
        """Leave every context, so that the tape's mode is as it was found."""
        for side in (self.actual, self.expected):
            while side.contexts:
                side.contexts.pop().__exit__(None, None, None)
            if "modes" in side.tape.features:
                side.tape.set_recording(True)

    def _attempt(self, side: Side, action: Action) -> Exception | None:
        try:
            perform(side, action)
        except Exception as error:  # which class a refusal has is the tape's own affair; what it means is compared
            return error
        return None

    def _compare_refusals(self, action: Action, seen: Exception | None, due: Exception | None) -> None:
        """Both did it, or both refused for the same reason."""
        if due is not None and not self.expected.tape.refusal(due):
            raise due  # a confusion of the walk's own, never the tape's
        if seen is None and due is None:
            return
        if due is None:
            raise Disagreement(f"{action.verb} was refused ({type(seen).__name__}: {_line(seen)})", tuple(self.actions))
        kind = self.expected.tape.refusal(due)
        if seen is None:
            raise Disagreement(f"{action.verb} was not refused, although {due}", tuple(self.actions))
        named = self.actual.tape.refusal(seen) if "refusals" in self.actual.tape.features else kind
        if named != kind and not any({named, kind} <= group for group in EITHER):
            what = f"{action.verb} was refused for another reason ({type(seen).__name__}: {_line(seen)}), expected {due}"
            raise Disagreement(what, tuple(self.actions))

    def _pass_over(self, action: Action) -> None:
        """What the tape under test does not offer neither side does, and it must have changed nothing."""
        self.unsupported[action.kind] += 1
        if action.verb in WALKING and (action.result or self.actual.hooks):  # the copy of a gradient, or a hook, may have said so half-way
            self.actions.append(action)
            self._mend()
        self._compare_states((*self.actions, action))

    def _compare_states(self, actions: tuple[Action, ...]) -> None:
        for what in differences(self.actual, self.expected, self._rounding * max(1.0, self.peak)):
            raise Disagreement(what, actions)

    def _forget(self, names: list[str]) -> None:
        for side in (self.actual, self.expected):
            for name in names:
                side.handles.pop(name, None)

    def _mend(self) -> None:
        """After a walk that broke off: only leaves are kept, without gradients, and no hook's memory."""
        self._forget([name for name, tensor in self.tensors.items() if self.expected.tape.has_history(tensor)])
        for side in (self.actual, self.expected):
            side.seen.clear()
            for handle in side.handles.values():
                side.tape.clear_grad(handle)

    def _give_own_memory(self, action: Action) -> None:
        """Note slots that share memory; after every backward, give each slot its own, since one that is forgotten may share it unseen."""
        self.noted[OWN_MEMORY] += sum(1 for _ in shared_slots(self.actual))
        if action.verb != "backward":
            return
        for handle in self.expected.handles.values():
            _renew(self.expected.tape, handle)
        for name, handle in self.actual.handles.items():
            try:
                _renew(self.actual.tape, handle)
            except Exception as error:  # the reference could, so that the tape's own gradient does not fit its own slot
                what = f"a copy of the gradient of {name} was refused by its slot ({type(error).__name__}: {_line(error)})"
                raise Disagreement(what, tuple(self.actions)) from None


def _renew(tape: Tape, handle: Any) -> None:
    """A copy of the gradient in place of the gradient."""
    slot = tape.slot(handle)
    if slot is not None:
        with tape.grad_mode(True):
            tape.assign_grad(handle, tape.apply("clone", slot))


def _line(error: Exception | None) -> str:
    return str(error).splitlines()[0] if str(error) else ""
