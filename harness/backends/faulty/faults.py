"""Deliberate faults: each is one way in which real autograds have been wrong, and the negative control of a law.

A fault says what it does to the numbers that pass through a derivative (NumPy in, NumPy out); `FaultyBackend` puts it into a backend.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.backends.faulty.tape import controls

Change = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Fault:
    """What goes wrong: a change of what vjp returns (`gradient`) or reads (`cotangent`), of what jvp returns (`tangent`), of the `value`."""

    summary: str
    gradient: Change | None = None
    tangent: Change | None = None
    cotangent: Change | None = None
    value: Change | None = None
    beside: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None  # (primal, gradient) -> gradient
    after: int = 0  # calls of vjp that are still right
    special: str = ""  # a fault that the wrapper itself carries out


def first_entry(change: Callable[[complex], complex]) -> Change:
    """Apply `change` to the first entry only."""

    def changed(x: np.ndarray) -> np.ndarray:
        out = x.copy()
        if out.size:
            out.flat[0] = change(out.flat[0])
        return np.asarray(out)

    return changed


def of_last_call(primals: tuple[Any, ...], shapes: Sequence[tuple[int, ...]]) -> tuple[Any, ...]:
    """The second half of `primals` twice, where they may be those of two calls: all that is left to a function that keeps the last on itself."""
    half = len(primals) // 2
    return primals[half:] * 2 if half and list(shapes[:half]) == list(shapes[half:]) else primals


FAULTS: dict[str, Fault] = {
    "scaled-gradient": Fault("every gradient is 0.05 % too large", gradient=lambda g: g * (1 + 5e-4)),
    "negated-gradient": Fault("every gradient has the wrong sign", gradient=np.negative),
    "zeroed-entry": Fault("the first entry of every gradient is zero", gradient=first_entry(lambda _: 0.0)),
    "flipped-entry": Fault("the first entry of every gradient has the wrong sign", gradient=first_entry(lambda g: -g)),
    "nan-entry": Fault("the first entry of every gradient is NaN", gradient=first_entry(lambda _: np.nan)),
    "reversed-entries": Fault("the entries of every gradient are in reverse order", gradient=lambda g: g.ravel()[::-1].reshape(g.shape)),
    "missing-gradient": Fault("the first gradient is None", special="missing"),
    "none-for-zero": Fault("the first gradient for a zero cotangent is None", special="none"),
    "wrong-shape": Fault("every gradient has one axis too many", gradient=lambda g: g[None]),
    "wrong-dtype": Fault("every gradient comes back in another precision", special="dtype"),
    "absolute-cotangent": Fault("the cotangent's sign is ignored", cotangent=np.abs),
    "clamped-cotangent": Fault(
        "the magnitude of every entry of the cotangent is clamped to 1", cotangent=lambda w: w * np.minimum(1, 1 / np.maximum(np.abs(w), 1))
    ),
    "contiguous-cotangent": Fault("the cotangent's memory is read as if it were contiguous", special="contiguous"),
    "mutated-cotangent": Fault("the cotangent is scaled in place", special="mutates"),
    "shifted-value": Fault("the value returned beside the gradient is off by 1", value=lambda y: y + 1),
    "leaking-gradient": Fault("entries that nothing depends on get a gradient", gradient=lambda g: np.where(g == 0, 1e-3, g)),
    "zero-times-masked": Fault("every gradient has 0 times the primal added", beside=lambda x, g: np.where(np.isfinite(x), g, np.nan)),
    "leaning-gradient": Fault("gradients of negative numbers are 0.1 % too large", beside=lambda x, g: np.where(np.real(x) >= 0, g, 1.001 * g)),
    "raising-backward": Fault("every vjp stops with an internal error", special="raises"),
    "doubled-when-alone": Fault("a gradient that is asked for alone is doubled", special="alone"),
    "doubled-when-one-output": Fault("the gradient of a function of one output is doubled", special="one output"),
    "last-call-only": Fault("of two calls of a function the gradient of the first is taken where the second was made", special="last call"),
    "stale-after-10": Fault("from the eleventh vjp on, gradients are doubled", gradient=lambda g: 2 * g, after=10),
    "alternating": Fault("every second vjp differs by some ulps", special="alternates"),
    "scaled-tangent": Fault("every output tangent is 0.05 % too large", tangent=lambda v: v * (1 + 5e-4)),
    "zeroed-tangent": Fault("every output tangent is zero", tangent=np.zeros_like),
    "wrong-route": Fault("one of the other routes to the gradient doubles it", special="route"),
    "wrong-hvp": Fault("one of the compositions of modes doubles the second derivative", special="hvp"),
    "first-order-only": Fault("second derivatives are silently zero", special="first-order"),
    "wrong-nesting": Fault("a jvp inside a jvp takes the inner tangent for both", special="nesting"),
    "asymmetric-hvp": Fault("the first entry of every second derivative is too large by half", special="asymmetric"),
    "wrong-third": Fault("the first entry of every third derivative is too large by half", special="third"),
    "hidden-tf32": Fault("the operands of every product of float32 matrices are rounded to 10 bits", special="tf32"),
    "coarse-products": Fault("the operands of every product of float32 matrices are rounded to 7 bits", special="coarse"),
    "unbatched": Fault("a batched derivative repeats its first row", special="unbatched"),
    **{name: Fault(summary, special="tape") for name, summary in controls().items()},
}
