"""Numbers that are not finite, and ops that are random or have no derivative.

NaN w -> NaN g;     sample: no derivative
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from harness.tape.special_values import Anomalies, Drawing, Gaps
from properties.laws.tape.deeds import Expect, Family, Stage

_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions"
_JAX = "https://docs.jax.dev/en/latest/faq.html#gradients-contain-nan-where-using-where"
_DIVISION = "https://docs.pytorch.org/docs/stable/notes/autograd.html#division-by-zero-in-autograd"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
special = Family("special values", _NOTES)


def _same(seen: np.ndarray | None, due: Sequence[float]) -> bool:
    return seen is not None and np.array_equal(seen, due, equal_nan=True)


@special.law(
    "nan-cotangent-propagates",
    "NaN and infinity in a cotangent reach the leaf, and no other entry.",
    "w = (NaN, 1, inf): g = 2 w",
    faults=["nan-zeroed", "nan-spreads"],
)
def propagates(stage: Stage, expect: Expect) -> None:
    x = stage.vector(1, 2, 3)
    with np.errstate(invalid="ignore"):
        stage.tape.backward(stage.times(x, 2.0), stage.numbers(np.nan, 1, np.inf))
    expect(_same(np.real(np.asarray(stage.tape.grad(x))), [np.nan, 2, np.inf]), f"the cotangent (NaN, 1, inf) through 2 x gives {stage.tape.grad(x)}")


@special.law(
    "inf-derivative",
    "Where the derivative is infinite the gradient is infinite: neither NaN nor a large number.",
    "d sqrt(x) / dx at 0 = inf",
    faults=["gradients-clipped"],
)
def infinite(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, x = stage.tape, stage.vector(0, 4)
    with np.errstate(divide="ignore"):
        tape.backward(tape.apply("sqrt", x), stage.numbers(1, 1))
    expect(_same(stage.tape.grad(x), [np.inf, 0.25]), f"the gradient of sqrt at 0 and 4 is {stage.tape.grad(x)}")


@special.law(
    "where-trap",
    "A branch that was not taken still multiplies 0 by its derivative: infinite there gives NaN; made harmless before, 0.",
    "where(x > 0, sqrt(x), 0) at 0: NaN",
    source=_JAX,
    faults=["nan-hidden"],
)
def trap(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    stage.needs_ops("where")
    tape = stage.tape
    chosen, zero, one = (
        tape.leaf(np.array([False, True]), requires_grad=False),
        stage.vector(0, 0, requires_grad=False),
        stage.vector(1, 1, requires_grad=False),
    )
    for shielded, due in ((False, [np.nan, 0.25]), (True, [0, 0.25])):
        x = stage.vector(0, 4)
        safe = tape.apply("where", chosen, x, one) if shielded else x
        tape.backward(tape.apply("where", chosen, tape.apply("sqrt", safe), zero), stage.numbers(1, 1))
        expect(
            _same(tape.grad(x), due), f"sqrt where x > 0, {'shielded twice' if shielded else 'shielded once'}, has gradient {tape.grad(x)} at 0 and 4"
        )


@special.law(
    "mask-after-division",
    "A quotient by 0 that is masked afterwards makes the gradient NaN; masked before, it does not.",
    "(x / d)[mask] at d = 0: NaN",
    source=_DIVISION,
    faults=["nan-hidden"],
)
def masked(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    stage.needs_ops("where", "take")
    tape, places = stage.tape, stage.tape.leaf(np.array([0]), requires_grad=False)
    divisor = stage.vector(2, 0, requires_grad=False)
    for before, due in ((False, [0.5, np.nan]), (True, [0.5, 0])):
        x = stage.vector(1, 1)
        top, bottom = (tape.apply("take", v, places, axis=0) for v in (x, divisor)) if before else (x, divisor)
        y = tape.apply("divide", top, bottom)
        tape.backward(y if before else tape.apply("take", y, places, axis=0), stage.numbers(1))
        expect(_same(tape.grad(x), due), f"x / (2, 0), masked {'before' if before else 'after'} the division, has gradient {tape.grad(x)}")


@special.law(
    "anomaly-mode",
    "Watched for NaN, a backward that makes one is refused; not watched for it, it is not.",
    "d (0 sqrt(x)) / dx at 0 raises",
    source=f"{_TEST} (test_anomaly_detect_nan)",
    faults=["anomaly-blind"],
)
def anomaly(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, part = stage.tape, stage.tape.part(Anomalies)
    for check in (True, False):
        with part.watch(check_nan=check):
            x = stage.vector(0)
            y = stage.times(tape.apply("sqrt", x), 0.0)
            if check:
                expect.refusal(partial(tape.backward, y, stage.numbers(1)), "a backward that makes NaN was not refused")
            else:
                tape.backward(y, stage.numbers(1))
                expect(_same(tape.grad(x), [np.nan]), "without the check the gradient is not NaN")


@special.law(
    "random-op-errors", "What was drawn at random has no derivative, and backward says so.", "backward(sample(x)) raises", faults=["random-zero"]
)
def random(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    part = stage.tape.part(Drawing)
    for name in part.samples:
        y = stage.plus(part.sample(name, stage.vector(0.5, 0.25)), stage.vector(1, 1))
        expect.refusal(partial(stage.tape.backward, y, stage.numbers(1, 1)), f"a backward through a sample ({name}) was not refused, but gives 0")


@special.law(
    "random-mask-consistent",
    "Backward uses the random numbers of its own forward.",
    "d dropout(x) / dx = dropout(x) / x",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html",
    faults=["mask-redrawn"],
)
def consistent(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    x = stage.tape.leaf(np.full(64, 4, stage.values.dtype))
    y = stage.tape.part(Drawing).dropout(x, 0.5)
    stage.tape.backward(y, np.full(64, 4, stage.values.dtype))
    expect(stage.holds(x, stage.tape.value(y)), "the mask of dropout's gradient is not that of its value")


@special.law(
    "not-implemented-is-loud",
    "An op without a derivative is refused in backward; it never gives 0.",
    "backward(f(x)) raises",
    source=f"{_TEST} (test_not_implemented_grad)",
    faults=["gap-silent"],
)
def loud(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    y = stage.plus(stage.tape.part(Gaps).underivable(stage.vector(1, 2)), stage.vector(1, 1))
    expect.refusal(lambda: stage.tape.backward(y, stage.numbers(1, 1)), "a backward through an op without a derivative was not refused")


LAWS = special.laws
