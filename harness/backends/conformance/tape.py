"""The imperative side on the smallest sequence that shows what it means.

y = x * x;  backward(y, w) twice, two graphs:   x.grad = 2 x w,  then  4 x w
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.backends.conformance.shortfall import Shortfall
from harness.backends.protocol import Backend
from harness.tape.interface import Tape

_X, _W = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, -2.0], [0.5, 4.0]])


def tape_shortfalls(backend: Backend) -> Iterator[Shortfall]:
    """On every device, where a tape is claimed."""
    for device in backend.devices() if "tape" in backend.capabilities else ():
        tape = backend.tape(device)
        if not isinstance(tape, Tape):
            yield Shortfall("`tape(device)` must return a harness.tape.Tape.", f"It returned {type(tape).__name__}.", "Subclass it.")
            return
        yield from _gradients(tape)
        yield from _recording(tape)


def _gradients(tape: Tape) -> Iterator[Shortfall]:
    leaf = tape.leaf(_X)
    if not np.array_equal(tape.value(leaf), _X):
        yield Shortfall("`value(leaf(x))` must be x.", f"It is {tape.value(leaf).tolist()}.", "Copy the values in and out.")
    if tape.grad(leaf) is not None:
        yield Shortfall("The gradient must be None before the first backward.", f"It is {tape.grad(leaf)}.", "Return None while there is none.")
    for times in (1, 2):
        tape.backward(tape.apply("multiply", leaf, leaf), _W)
        grad, due = tape.grad(leaf), times * 2 * _X * _W
        if grad is None or not np.array_equal(grad, due):
            seen = None if grad is None else grad.tolist()
            why = f"After {times} of y = x * x the gradient is {seen}, not {due.tolist()}."
            yield Shortfall("`backward` must add f'(x)^T w to the gradient of each leaf.", why, "Accumulate, with the cotangent as it is.")
    tape.clear_grad(leaf)
    if tape.grad(leaf) is not None:
        yield Shortfall("`clear_grad` must forget the gradient.", "It is still there.", "Set it to None.")


def _recording(tape: Tape) -> Iterator[Shortfall]:
    leaf = tape.leaf(_X)
    if not tape.requires_grad(leaf) or tape.requires_grad(tape.leaf(_X, requires_grad=False)):
        yield Shortfall("`requires_grad` must tell the leaves that ask for a gradient.", "It does not.", "Return what `leaf` was told.")
    before = tape.is_recording()
    with tape.no_grad():
        inside, made = tape.is_recording(), tape.apply("multiply", leaf, leaf)
    if not before or inside or not tape.is_recording():
        why = f"Recording was {before} before, {inside} inside and {tape.is_recording()} after it."
        yield Shortfall("`no_grad()` must switch recording off, and on again when it is left.", why, "Restore the mode in `finally`.")
    if tape.requires_grad(made):
        yield Shortfall("A result made under `no_grad()` must not require a gradient.", "It does.", "Record nothing inside.")
