"""Mixed precision: which dtypes a gradient passes through, that contexts nest, and that a scaled loss has the gradients of the loss.

dtype(x @ y) = low, dtype(x.grad) = dtype(x)          d (s loss) / s = d loss

The numbers are small integers and halves, which no precision rounds. Only single precision is lowered, so that these laws take it in every cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.tape.mixed_precision import MixedPrecision
from harness.tape.optimizing import Optimizing
from harness.tape.writing import Dtypes
from properties.laws.tape.deeds import Expect, Family, Stage

_AMP = "https://docs.pytorch.org/docs/stable/amp.html"
_EXAMPLES = "https://docs.pytorch.org/docs/stable/notes/amp_examples.html"
LEFT = np.array([[2.0, -3.0], [0.5, 4.0]], "float32")
RIGHT = np.array([[1.0, 2.0], [-1.0, 0.5]], "float32")
SEED = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")
SCALE, RATE = 8.0, 0.5

family = Family("mixed precision", _AMP)


def product(stage: Stage, x: Any, y: Any) -> Any:
    """X @ y."""
    return stage.tape.apply("matmul", x, y)


@family.law(
    "amp-grad-dtype",
    "Under autocast a product has few digits, its operands' gradients have the dtype of their leaves, and backward needs no context.",
    "dtype(x @ y) = low, dtype(x.grad) = dtype(x)",
    faults=("amp-lowers-leaves", "amp-never"),
    features="slots",
)
def dtypes(stage: Stage, expect: Expect) -> None:
    tape, part, kind = stage.tape, stage.tape.part(MixedPrecision), stage.tape.part(Dtypes)
    for within in (False, True):
        x, y = tape.leaf(LEFT), tape.leaf(RIGHT)
        with part.autocast():
            z = product(stage, x, y)
            seed = kind.cast(tape.leaf(SEED, requires_grad=False), part.low)
            if within:
                tape.backward(z, seed)
        expect(kind.dtype(z) == part.low, f"under autocast a product of float32 is {kind.dtype(z)}, not {part.low}")
        if not within:
            tape.backward(z, seed)
        for leaf, due in ((x, SEED @ RIGHT.T), (y, LEFT.T @ SEED)):
            where = f"a backward {'within' if within else 'after'} autocast"
            expect(stage.holds(leaf, due), f"{where} gives {tape.grad(leaf)}, not {due}")
            expect(kind.dtype(tape.slot(leaf)) == "float32", f"{where} gives a gradient of {kind.dtype(tape.slot(leaf))} to a leaf of float32")


@family.law(
    "amp-nested-disable",
    "autocast switched off inside autocast takes the operands' own precision; gradients pass through both regions, and leaving restores each.",
    "autocast { off { dtype(x @ y) = dtype(x) } dtype(x @ y) = low }",
    faults=("amp-ignores-off", "amp-never"),
)
def nested(stage: Stage, expect: Expect) -> None:
    tape, part, kind = stage.tape, stage.tape.part(MixedPrecision), stage.tape.part(Dtypes)
    x, y = tape.leaf(LEFT), tape.leaf(RIGHT, requires_grad=False)
    with part.autocast():
        low = product(stage, x, y)
        with part.autocast(enabled=False):
            full = product(stage, kind.cast(low, "float32"), y)
        again = product(stage, x, y)
    outside = product(stage, x, y)
    found = [kind.dtype(value) for value in (low, full, again, outside)]
    due = [part.low, "float32", part.low, "float32"]
    expect(found == due, f"products under autocast, with it switched off, under it again and outside are {found}, not {due}")
    tape.backward(full, SEED)
    expect(stage.holds(x, SEED @ RIGHT.T @ RIGHT.T), "the gradient through both regions is wrong")


@family.law(
    "amp-eq-plain",
    "Where no number is rounded, values and gradients under autocast are those outside.",
    "autocast(f) = f for exact numbers",
    faults=("amp-detaches",),
    source=_EXAMPLES,
)
def same(stage: Stage, expect: Expect) -> None:
    tape, part, kind = stage.tape, stage.tape.part(MixedPrecision), stage.tape.part(Dtypes)

    def run(x: Any, y: Any) -> Any:
        h = tape.apply("relu", product(stage, x, y))
        return kind.cast(tape.apply("sum", tape.apply("multiply", h, h)), "float32")

    plain, cast = [(tape.leaf(LEFT), tape.leaf(RIGHT)) for _ in range(2)]
    due = run(*plain)
    with part.autocast():
        seen = run(*cast)
    tape.backward(due)
    tape.backward(seen)
    expect(stage.equals(seen, tape.value(due)), f"under autocast the value is {tape.value(seen)}, outside {tape.value(due)}")
    for one, other in zip(cast, plain, strict=True):
        expect(stage.holds(one, tape.grad(other)), f"under autocast the gradient is {tape.grad(one)}, outside {tape.grad(other)}")


@family.law(
    "loss-scaling-linear",
    "Gradients of a scaled loss, unscaled, are those of the loss, and the step that follows is its step.",
    "d (s loss) / s = d loss",
    faults=("scaler-scales-once-more", "scaler-never-unscales"),
    source=_EXAMPLES,
)
def linear(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, part = stage.tape, stage.tape.part(MixedPrecision)
    due = 2 * stage.small
    for first in (True, False):
        x = tape.leaf(stage.small)
        optimizer, scaler = tape.part(Optimizing).optimizer("sgd", [[x]], [{"lr": RATE}]), part.scaler(SCALE)
        tape.backward(scaler.scale(tape.apply("sum", stage.times(x, x))))
        expect(stage.holds(x, SCALE * due), f"the gradient of a loss scaled by {SCALE} is not {SCALE} times its own")
        if first:
            scaler.unscale(optimizer)
            expect(stage.holds(x, due), "unscaled, the gradient of a scaled loss is not that of the loss")
        scaler.step(optimizer)
        expect(stage.equals(x, stage.small - RATE * due), f"the step after a scaled loss, unscaled {'by hand' if first else 'by it'}, is another")
        scaler.update()
        expect(scaler.factor() == SCALE, f"after one finite step the factor is {scaler.factor()}, not {SCALE}")


@family.law(
    "scaler-skips-nonfinite",
    "Where a scaled gradient is not finite the step is skipped and the factor lowered; the next finite one is taken.",
    "g not finite: x unchanged, s lower",
    faults=("scaler-steps-anyway", "scaler-keeps-factor"),
    source=_EXAMPLES,
)
def skipped(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, part = stage.tape, stage.tape.part(MixedPrecision)
    if not stage.small.size:
        return
    x = tape.leaf(stage.small)
    optimizer, scaler = tape.part(Optimizing).optimizer("sgd", [[x]], [{"lr": RATE}]), part.scaler(SCALE)

    def step(factor: float) -> None:
        optimizer.zero_grad()
        tape.backward(scaler.scale(tape.apply("sum", stage.times(x, factor))))
        scaler.step(optimizer)
        scaler.update()

    for wrong in (np.inf, np.nan):
        before = scaler.factor()
        step(wrong)
        expect(stage.equals(x, stage.small), f"a step with a gradient of {wrong} was taken")
        expect(scaler.factor() < before, f"after a gradient of {wrong} the factor is not lowered")
    step(1.0)
    expect(stage.equals(x, stage.small - RATE), "a finite step after skipped ones is not taken as it is")


LAWS = family.laws
