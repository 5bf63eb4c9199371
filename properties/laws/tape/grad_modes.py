"""Recording, off and on: per context, per call, per step of a generator, per thread; and only in the forward.

leaving a mode restores what was found at entry, whatever that was and however it is left
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

from properties.laws.tape.deeds import Expect, Stage, deed_law
from properties.laws.tape.tasks import LAWS as TASKS

_MODES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation"
_NO_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html"
_SET = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html"


class _Deliberate(Exception):
    """Raised inside a mode that must survive it."""


def nesting(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    for outer in (False, True):
        with tape.grad_mode(outer):
            for inner in (False, True):
                try:
                    with tape.grad_mode(inner):
                        expect(tape.is_recording() is inner, f"recording is {not inner} inside a mode that says {inner}")
                        expect(tape.requires_grad(stage.times(x, 2.0)) is inner, f"inside {outer}, {inner} a result requires grad: {not inner}")
                        raise _Deliberate
                except _Deliberate:
                    expect(tape.is_recording() is outer, f"an exception out of {inner} did not restore {outer}")
        expect(tape.is_recording(), "recording is off after all modes were left")


def function_form(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    for recording in (False, True):
        tape.set_recording(recording)
        expect(tape.requires_grad(stage.times(x, 2.0)) is recording, f"switched to {recording}, a result requires grad: {not recording}")


def decorated(stage: Stage, expect: Expect) -> None:
    tape = stage.tape

    def depth(n: int) -> list[bool]:
        """How it is, all the way down."""
        return [tape.is_recording(), *(wrapped(n - 1) if n else [])]

    wrapped = tape.no_grad()(depth)  # type: ignore[operator]  # announced by the feature
    expect(wrapped(3) == [False] * 4, "a decorated recursive function is not in its mode at every depth")
    expect(tape.is_recording(), "the caller's mode is not restored")
    expect(getattr(wrapped, "__name__", "") == "depth", "the decorated function has lost its name")


def stepwise(stage: Stage, expect: Expect) -> None:
    tape = stage.tape

    def steps() -> Iterator[bool]:
        while True:
            yield tape.is_recording()

    generator = tape.no_grad()(steps)()  # type: ignore[operator]
    for _ in range(2):
        expect(next(generator) is False, "a decorated generator is not in its mode")
        expect(tape.is_recording(), "between two steps of a decorated generator its mode leaks to the caller")
    generator.close()
    expect(tape.is_recording(), "closing a decorated generator leaves recording off")


def per_thread(stage: Stage, expect: Expect) -> None:
    tape, seen = stage.tape, []

    def look() -> None:
        seen.append(tape.is_recording())
        with tape.no_grad():
            seen.append(tape.is_recording())

    with tape.no_grad():
        thread = Thread(target=look)
        thread.start()
        thread.join()
        expect(not tape.is_recording(), "a thread has changed the mode of its parent")
    expect(seen == [True, False], f"a new thread sees recording {seen}, expected on, then off inside no_grad")


LAWS = (
    deed_law(
        "mode-nesting",
        "grad_modes",
        "Modes nest; leaving one, by an exception too, restores the mode found at entry.",
        "mode after = mode before",
        _MODES,
        nesting,
        faults=("exit-turns-on", "never-leaves", "no-nesting", "enable-ignored"),
        features={"modes"},
    ),
    deed_law(
        "mode-function-form",
        "grad_modes",
        "The function form acts at once.",
        "set_grad_enabled(b) => recording = b",
        _SET,
        function_form,
        faults=("switch-ignored",),
        features={"modes"},
    ),
    deed_law(
        "mode-decorator",
        "grad_modes",
        "As a decorator the mode holds per call, re-entrantly, and the function keeps its name.",
        "f decorated = f in the mode",
        _NO_GRAD,
        decorated,
        faults=("mode-lies",),
        features={"mode_decorators"},
    ),
    deed_law(
        "mode-generator",
        "grad_modes",
        "A decorated generator is in its mode during its steps, and only then.",
        "mode between steps = the caller's",
        _NO_GRAD,
        stepwise,
        faults=("decorator-leaks",),
        features={"mode_decorators"},
    ),
    deed_law(
        "mode-thread-local",
        "grad_modes",
        "A new thread starts with recording on and does not change its parent's mode.",
        "mode is per thread",
        _NO_GRAD,
        per_thread,
        faults=("mode-reaches-threads",),
    ),
    *TASKS,
)
