"""Modules: what is done to one is done to all its leaves; its hooks see the gradients at its border.

zero(module): p.grad = None for every p          freeze(module): p gets no gradient

    grad_output -> hooks before -> module -> grad_input -> hooks after
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.tape.modules import Module, Modules
from properties.laws.tape.deeds import Expect, Family, Stage

_MODULE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html"
OUTER, INNER = "w", "inner.w"

family = Family("modules", _MODULE)


def nested(stage: Stage) -> Module:
    """X -> w (v x) with w = 2 x0 and v = x0, x0 the stage's exact numbers."""

    def product(own: Mapping[str, Any], x: Any) -> Any:
        return stage.times(own["w"], x)

    part = stage.tape.part(Modules)
    return part.module({"w": 2 * stage.small}, product, inner=part.module({"w": stage.small}, product))


def walked(stage: Stage, module: Module) -> Any:
    """A leaf, after a backward through the module from it: its gradient is w v, that of w is v x and that of v is w x, times the seed."""
    x = stage.tape.leaf(stage.small)
    stage.backward(module(x))
    return x


def due(stage: Stage) -> dict[str, np.ndarray]:
    """The gradients of a module's leaves after `walked`."""
    return {OUTER: stage.small**2 * stage.seed, INNER: 2 * stage.small**2 * stage.seed}


def real(stage: Stage) -> None:
    """Products of complex numbers have conjugates in their gradients: these laws look at other things."""
    stage.needs_dtype("real")


@family.law(
    "module-zero-grad",
    "zero_grad of a module empties the gradients of all its leaves, inner ones too, in the form asked for, and of no others.",
    "zero(m): p.grad = None, or 0 in place",
    faults=("module-zeroes-outside", "module-zero-clears"),
    features="slots",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.zero_grad",
)
def zeroing(stage: Stage, expect: Expect) -> None:
    real(stage)
    module = nested(stage)
    for to_none in (True, False):
        x = walked(stage, module)
        for name, leaf in module.parameters().items():
            expect(stage.holds(leaf, due(stage)[name]), f"after a backward the gradient of {name} is wrong")
        slots = {name: stage.tape.slot(leaf) for name, leaf in module.parameters().items()}
        module.zero_grad(to_none=to_none)
        for name, leaf in module.parameters().items():
            expect(stage.holds(leaf, None if to_none else 0 * stage.seed), f"zero_grad(to_none={to_none}) leaves {stage.tape.grad(leaf)} to {name}")
            expect(to_none or not stage.tape.value(slots[name]).any(), f"an earlier reference to the gradient of {name} does not see the zeros")
        expect(stage.holds(x, 2 * stage.small**2 * stage.seed), "zero_grad of a module empties the gradient of a leaf that is not its own")


@family.law(
    "module-mode-is-orthogonal",
    "Whether a module trains or not has nothing to do with what is recorded.",
    "requires_grad(eval(m)(x)) = requires_grad(m(x))",
    faults=("module-eval-freezes",),
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval",
)
def modes(stage: Stage, expect: Expect) -> None:
    real(stage)
    module = nested(stage)
    for on in (False, True):
        module.train(on)
        module.zero_grad()
        walked(stage, module)
        for name, leaf in module.parameters().items():
            expect(stage.holds(leaf, due(stage)[name]), f"with train({on}) the gradient of {name} is {stage.tape.grad(leaf)}")


@family.law(
    "module-freeze",
    "A frozen module gets no gradients, and lets them pass; unfrozen it gets them again.",
    "freeze(m): p.grad = None, x.grad as before",
    faults=("module-freeze-ignored",),
)
def frozen(stage: Stage, expect: Expect) -> None:
    real(stage)
    module = nested(stage)
    for flag in (False, True):
        module.require_grad(flag)
        x = walked(stage, module)
        expect(stage.holds(x, 2 * stage.small**2 * stage.seed), f"with require_grad({flag}) the gradient before the module is wrong")
        for name, leaf in module.parameters().items():
            expect(
                stage.holds(leaf, due(stage)[name] if flag else None), f"with require_grad({flag}) the gradient of {name} is {stage.tape.grad(leaf)}"
            )


@family.law(
    "module-full-backward-hook",
    "Hooks around a module see the gradients of its results and of its operands, once per backward, and may replace them; removed, they see nothing.",
    "grad_output -> before -> m -> grad_input -> after",
    faults=("module-hooks-twice", "module-hooks-look-only"),
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook",
)
def hooks(stage: Stage, expect: Expect) -> None:
    real(stage)
    tape, module, seen = stage.tape, nested(stage), list[tuple[str, np.ndarray]]()

    def before(results: tuple[Any, ...]) -> tuple[Any, ...]:
        seen.append(("before", tape.value(results[0])))
        return (stage.times(results[0], 2.0),)

    def after(operands: tuple[Any, ...], results: tuple[Any, ...]) -> tuple[Any, ...]:
        seen.append(("after", tape.value(operands[0])))
        return (stage.times(operands[0], 0.5),)

    removes = [module.before_backward(before), module.after_backward(after)]
    x = tape.leaf(stage.small)
    y = module(stage.times(x, 1.0))
    tape.backward(stage.plus(y, y), stage.seed)
    inside = 2 * stage.small**2 * 2 * (2 * stage.seed)
    expect([name for name, _ in seen] == ["before", "after"], f"hooks around a module ran in the order {[name for name, _ in seen]}")
    expect(np.array_equal(seen[0][1], 2 * stage.seed), "the hook before a module does not see the sum over all uses of its result")
    expect(np.array_equal(seen[-1][1], inside), "the hook after a module does not see what the hook before it has replaced")
    expect(stage.holds(x, 0.5 * inside), "what the hook after a module returns is not what counts below")
    expect(stage.holds(module.parameters()[OUTER], 4 * due(stage)[OUTER]), "what the hook before a module returns does not count for its leaves")
    for remove in removes:
        remove()
    seen.clear()
    walked(stage, module)
    expect(not seen, "a hook around a module runs after it was removed")


LAWS = family.laws
