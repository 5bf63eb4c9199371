"""Derivatives as functions, by more than one argument: several of them, and nested ones.

grad(f, (1, 0))(x, y) = (df/dy, df/dx)          grad(f)({a: x}) = {a: df/dx}
"""

from __future__ import annotations

from harness.tape.errors import Unsupported
from harness.tape.transforming import Transforms
from properties.laws.tape.deeds import Expect, Family, Stage
from properties.laws.tape.transforms import constant, summed

family = Family("transforms", "https://docs.pytorch.org/docs/stable/generated/torch.func.grad.html")


@family.law(
    "func-several-arguments",
    "Gradients by several arguments come in the order in which they were asked for.",
    "grad(f, (1, 0))(x, y) = (df/dy, df/dx)",
    faults=("func-turns-arguments",),
)
def several(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    x, y = (stage.tape.leaf(values, requires_grad=False) for values in (stage.seed, stage.small))
    found = stage.tape.part(Transforms).grad(lambda x, y: summed(stage, stage.times(stage.times(x, x), y)), argument=(1, 0))(x, y)
    expect(isinstance(found, tuple) and len(found) == 2, "the gradients by two arguments are not two")
    expect(stage.equals(found[0], stage.seed**2) and stage.equals(found[1], 2 * stage.seed * stage.small), "gradients by several arguments are wrong")


@family.law(
    "func-keeps-trees",
    "The gradient by a nested argument is nested like it.",
    "grad(f)({a: x, b: [y]}) = {a: df/dx, b: [df/dy]}",
    faults=("func-fells-trees",),
)
def trees(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    func = stage.tape.part(Transforms)
    if not func.trees:
        raise Unsupported("the transforms of this tape take no nested arguments.")
    given = {"a": constant(stage), "b": [stage.tape.leaf(stage.small, requires_grad=False), constant(stage)]}
    found = func.grad(lambda given: summed(stage, stage.times(stage.times(given["a"], given["a"]), given["b"][0])))(given)
    nested = isinstance(found, dict) and list(found) == ["a", "b"] and isinstance(found["b"], list) and len(found["b"]) == 2
    expect(nested, f"the gradient by a dict of a value and a list is a {type(found).__name__}")
    if nested:
        expect(stage.equals(found["a"], 2 * stage.seed * stage.small) and stage.equals(found["b"][0], stage.seed**2), "a nested gradient is wrong")
        expect(stage.equals(found["b"][1], 0 * stage.seed), "the gradient by a leaf of a nested argument that is not used is not zero")


LAWS = family.laws
