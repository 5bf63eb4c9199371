"""Modules saved, loaded, copied and cast: values go in and out, the leaves stay the leaves that they are.

load(state(m)): p <- value          cast(m): p is p, dtype(p.grad) = dtype(p)          copy(m): nothing in common
"""

from __future__ import annotations

import numpy as np

from harness.tape.optimizing import Optimizing
from harness.tape.writing import Dtypes
from properties.laws.tape.deeds import Expect, Family, Stage
from properties.laws.tape.modules import due, nested, real, walked

family = Family("modules", "https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html")


@family.law(
    "module-state",
    "The state of a module is its values as constants; loaded into another, that keeps its leaves, and shares no memory with it.",
    "load(state(m)): p <- value, in place",
    faults=("module-state-tracked", "module-load-replaces"),
    features="memory flags version",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict",
)
def state(stage: Stage, expect: Expect) -> None:
    real(stage)
    tape, module, other = stage.tape, nested(stage), nested(stage)
    found, leaves = module.state(), other.parameters()
    expect(not any(tape.requires_grad(value) for value in found.values()), "a value in the state of a module requires grad")
    with tape.no_grad():
        for leaf in leaves.values():
            tape.scale_in_place(leaf, 0.5)
    pending = other(tape.leaf(stage.small))
    other.load(found)
    for name, leaf in other.parameters().items():
        expect(leaf is leaves[name] and tape.is_leaf(leaf) and tape.requires_grad(leaf), f"after loading {name} is not the leaf that it was")
        expect(stage.equals(leaf, tape.value(found[name])), f"after loading {name} has another value")
        expect(not stage.seed.size or tape.memory(leaf) != tape.memory(found[name]), f"after loading {name} shares its memory with the state")
    expect.refusal(lambda: stage.backward(pending), "a graph recorded before its leaves were loaded anew was walked", "modified")


@family.law(
    "module-copy",
    "A copy of a module has the same values and nothing else in common.",
    "copy(m)(x) = m(x); p.grad of one, not of the other",
    faults=("module-copy-shares",),
    features="memory",
)
def copies(stage: Stage, expect: Expect) -> None:
    real(stage)
    tape, module = stage.tape, nested(stage)
    copy = module.copy()
    walked(stage, copy)
    for name, leaf in module.parameters().items():
        mine = copy.parameters()[name]
        expect(stage.holds(mine, due(stage)[name]), f"the gradient of {name} of a copy is wrong")
        expect(stage.holds(leaf, None), f"a backward through a copy gives {name} of the original a gradient")
        expect(not stage.seed.size or tape.memory(leaf) != tape.memory(mine), f"{name} of a copy shares its memory with the original")


@family.law(
    "module-to-keeps-leaf",
    "Cast or moved, the leaves of a module are the leaves that they were, with their gradients: an optimizer that has them goes on.",
    "cast(m): p is p, dtype(p.grad) = dtype(p)",
    faults=("module-cast-replaces", "module-cast-drops-gradients"),
    features="slots flags",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to",
)
def moved(stage: Stage, expect: Expect) -> None:
    real(stage)
    tape, kind, module = stage.tape, stage.tape.part(Dtypes), nested(stage)
    leaves = module.parameters()
    optimizer = tape.part(Optimizing).optimizer("sgd", [list(leaves.values())], [{"lr": 0.5}])
    walked(stage, module)
    other = "float32" if stage.values.dtype == np.float64 else "float64"
    module.cast(other)
    for name, leaf in module.parameters().items():
        expect(leaf is leaves[name] and tape.is_leaf(leaf) and tape.requires_grad(leaf), f"cast, {name} is not the leaf that it was")
        expect(kind.dtype(leaf) == other, f"cast to {other}, {name} is {kind.dtype(leaf)}")
        expect(stage.holds(leaf, due(stage)[name]) and kind.dtype(tape.slot(leaf)) == other, f"cast, {name} has not kept its gradient")
    before = {name: tape.value(leaf) for name, leaf in leaves.items()}
    optimizer.step()
    for name, leaf in module.parameters().items():
        expect(stage.equals(leaf, before[name] - 0.5 * due(stage)[name]), f"cast, {name} is not moved by the optimizer that has it")


LAWS = family.laws
