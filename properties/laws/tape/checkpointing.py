"""Checkpoints: a function that runs again in backward has the value and the gradients of one that does not, and saves nothing meanwhile.

checkpoint(f) = f          runs of f: 1 in forward, 1 in backward          saved in between: {}
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harness.tape.checkpointing import Checkpointing
from harness.tape.lifetimes import Lifetimes
from harness.tape.special_values import Drawing
from properties.laws.tape.deeds import Expect, Family, Stage

_CHECKPOINT = "https://docs.pytorch.org/docs/stable/checkpoint.html"
SEED, DRAWS = 7, 64

family = Family("checkpointing", _CHECKPOINT)


def square(stage: Stage, x: Any) -> Any:
    """X * x, by a product that saves its factors."""
    return stage.times(x, x)


@family.law(
    "checkpoint-rng",
    "A function under a checkpoint draws the same random numbers when it runs again, and backward draws no others.",
    "d checkpoint(dropout)(x) / dx = dropout(x) / x",
    faults=("checkpoint-redraws",),
)
def random(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, draws, point = stage.tape, stage.tape.part(Drawing), np.full(DRAWS, 4, stage.values.dtype)
    for variant in tape.part(Checkpointing).variants:
        draws.seed(SEED)
        plain, after = (tape.value(draws.dropout(tape.leaf(point), 0.5)) for _ in range(2))
        draws.seed(SEED)
        x = tape.leaf(point)
        y = tape.part(Checkpointing).checkpoint(lambda x: draws.dropout(stage.times(x, 1.0), 0.5), x, variant=variant)
        expect(stage.equals(y, plain), f"dropout under a checkpoint ({variant}) is another than with the same seed outside")
        tape.backward(y, point)
        expect(stage.holds(x, plain), f"the mask of dropout's gradient under a checkpoint ({variant}) is not that of its value")
        expect(stage.equals(draws.dropout(tape.leaf(point), 0.5), after), f"a backward through a checkpoint ({variant}) moves the random numbers on")


@family.law(
    "backward-keeps-rng",
    "Backward draws no random numbers.",
    "draw; draw = draw; backward(dropout(x)); draw",
    source="https://docs.pytorch.org/docs/stable/notes/randomness.html",
    faults=("backward-draws",),
)
def keeps(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, draws, point = stage.tape, stage.tape.part(Drawing), np.full(DRAWS, 4, stage.values.dtype)
    draws.seed(SEED)
    _, second = (tape.value(draws.dropout(tape.leaf(point), 0.5)) for _ in range(2))
    draws.seed(SEED)
    tape.backward(draws.dropout(tape.leaf(point), 0.5), point)
    expect(stage.equals(draws.dropout(tape.leaf(point), 0.5), second), "after a backward other random numbers are drawn than without it")


@family.law(
    "checkpoint-recomputes-once",
    "The function runs once, and once more in backward; where nothing is recorded, once.",
    "runs(f) = 1, then 2",
    faults=("checkpoint-runs-twice", "checkpoint-keeps-all"),
)
def runs(stage: Stage, expect: Expect) -> None:
    part, count = stage.tape.part(Checkpointing), [0]

    def counted(x: Any) -> Any:
        count[0] += 1
        return square(stage, x)

    for variant in part.variants:
        count[0] = 0
        y = part.checkpoint(counted, stage.tape.leaf(stage.seed), variant=variant)
        expect(count[0] == 1, f"in forward a function under a checkpoint ({variant}) runs {count[0]} times")
        stage.backward(y)
        expect(count[0] == 2, f"after backward a function under a checkpoint ({variant}) has run {count[0]} times")
        with stage.tape.no_grad():
            part.checkpoint(counted, stage.tape.leaf(stage.seed), variant=variant)
        expect(count[0] == 3, f"where nothing is recorded a function under a checkpoint ({variant}) runs {count[0] - 2} times")


@family.law(
    "checkpoint-saves-nothing",
    "Between forward and backward nothing that the function computed inside is held.",
    "saved(checkpoint(f)(x)) = {x}",
    faults=("checkpoint-keeps-all",),
)
def held(stage: Stage, expect: Expect) -> None:
    part, lives = stage.tape.part(Checkpointing), stage.tape.part(Lifetimes)
    if not stage.seed.size:
        return
    for variant in part.variants:
        watched: list[Any] = []

        def inside(x: Any, watched: list[Any] = watched) -> Any:
            saved = stage.tape.apply("tanh", x)
            watched.append(lives.watch(saved))
            return square(stage, saved)

        y = part.checkpoint(inside, stage.tape.leaf(stage.seed), variant=variant)
        expect(not watched[0](), f"what a function under a checkpoint ({variant}) saved is held after its forward")
        stage.backward(y)
        expect(not any(alive() for alive in watched), f"what a function under a checkpoint ({variant}) saved is held after backward")


@family.law(
    "checkpoint-limits",
    "A variant for backward into all leaves refuses to be asked otherwise; the others can be, and to any order.",
    "grad(checkpoint(f)) = grad(f), or raises",
    faults=("checkpoint-limits-ignored", "checkpoint-first-order"),
    features="functional inputs higher_order",
)
def limits(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    part = stage.tape.part(Checkpointing)
    for variant in part.variants:
        x = stage.tape.leaf(stage.small)
        result = partial(part.checkpoint, partial(square, stage), x, variant=variant)
        (_refuses if variant in part.first_order else _answers)(stage, expect, x, result, f"through a checkpoint ({variant})")


def _refuses(stage: Stage, expect: Expect, x: Any, result: Callable[[], Any], where: str) -> None:
    expect.refusal(lambda: stage.tape.gradient(result(), [x], stage.seed), f"a gradient as a result {where} was not refused")
    expect.refusal(lambda: stage.backward(result(), inputs=[x]), f"backward with inputs {where} was not refused")


def _answers(stage: Stage, expect: Expect, x: Any, result: Callable[[], Any], where: str) -> None:
    (first,) = stage.tape.gradient(result(), [x], stage.seed, create_graph=True)
    expect(stage.equals(first, 2 * stage.small * stage.seed), f"the gradient {where} is wrong")
    expect(stage.tape.requires_grad(first), f"a gradient {where} with a created graph is a constant")
    (second,) = stage.tape.gradient(first, [x], stage.seed)
    expect(stage.equals(second, 2 * stage.seed**2), f"the second derivative {where} is wrong")
    stage.backward(result(), inputs=[x])
    expect(stage.holds(x, 2 * stage.small * stage.seed), f"backward with inputs {where} is wrong")


@family.law(
    "checkpoint-notices",
    "A function that saves less when it runs again is refused.",
    "f' != f: backward(checkpoint(f)(x)) raises",
    faults=("checkpoint-keeps-all",),
)
def notices(stage: Stage, expect: Expect) -> None:
    part = stage.tape.part(Checkpointing)
    for variant in sorted(part.watchful):
        runs = [0]

        def fickle(x: Any, runs: list[int] = runs) -> Any:
            runs[0] += 1
            return square(stage, square(stage, x) if runs[0] == 1 else x)

        y = part.checkpoint(fickle, stage.tape.leaf(stage.seed), variant=variant)
        refused = f"a function under a checkpoint ({variant}) that saves less when it runs again was not refused"
        expect.refusal(partial(stage.backward, y), refused, "checkpoint")


@family.law(
    "checkpoint-names-its-variant",
    "A checkpoint whose variant is not named is refused.",
    "checkpoint(f, x) raises",
    faults=("checkpoint-chooses",),
)
def named(stage: Stage, expect: Expect) -> None:
    part = stage.tape.part(Checkpointing)
    expect.refusal(lambda: part.unnamed(lambda x: square(stage, x), stage.leaf()), "a checkpoint whose variant is not named was not refused")


LAWS = family.laws
