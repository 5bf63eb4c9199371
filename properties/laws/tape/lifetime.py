"""How long a graph lives: what a walk frees, what a created graph keeps, and that its length does not matter.

create_graph => retain_graph;     freeing is per node: what was not walked stays usable
"""

from __future__ import annotations

from properties.laws.tape.deeds import Expect, Stage, deed_law

_BACKWARD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html"
_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html"
DEPTH = 3000  # beyond any recursion limit in use


def created_is_retained(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    y = stage.times(stage.times(x, x), 2.0)
    stage.backward(y, create_graph=True)
    first = stage.tape.grad(x)
    stage.backward(y, create_graph=True)
    expect(first is not None and stage.holds(x, first + first), "the second walk over a created graph does not double the gradient")
    slot = stage.tape.slot(x)
    expect(stage.tape.requires_grad(slot), "a gradient with a created graph does not require grad")


def constants_by_default(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    stage.backward(stage.times(x, x))
    expect(not tape.requires_grad(tape.slot(x)), "a gradient requires grad although no graph was created")
    (found,) = tape.gradient(stage.times(x, x), [x], stage.seed, create_graph=True)
    expect(tape.requires_grad(found), "a gradient as a result, with a created graph, does not require grad")
    expect.refusal(lambda: stage.backward(tape.slot(x)), "a backward from a constant gradient was not refused")


def freed_per_node(stage: Stage, expect: Expect) -> None:
    tape, x, other = stage.tape, stage.leaf(), stage.leaf()
    shared = stage.times(x, x)
    first, second = stage.times(shared, 2.0), stage.times(shared, 3.0)
    apart = stage.times(other, other)
    stage.backward(first)
    expect.refusal(lambda: stage.backward(second), "a part of the graph that another walk has freed was walked again")
    stage.backward(apart)
    expect(tape.grad(other) is not None, "a graph apart from the freed one gave no gradient")
    stage.backward(stage.times(x, 2.0))
    expect(tape.grad(x) is not None, "a new graph on the same leaf gave no gradient")


def last_walk_frees(stage: Stage, expect: Expect) -> None:
    x = stage.leaf()
    y = stage.times(x, 2.0)
    for times in (1, 2, 3):
        stage.backward(y, retain_graph=True)
        expect(stage.holds(x, 2 * times * stage.seed), f"{times} walks over a retained graph do not give {times} times the gradient")
    stage.backward(y)
    expect.refusal(lambda: stage.backward(y), "the graph lives on after the walk that did not retain it")


def results_free_too(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = stage.times(x, 2.0)
    tape.gradient(y, [x], stage.seed)
    expect.refusal(lambda: tape.gradient(y, [x], stage.seed), "gradients as results left the graph alive")


def cut_stays_below(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)
    y = stage.times(h, 3.0)
    (above,) = tape.gradient(y, [h], stage.seed)
    stage.backward(h)
    expect(bool((tape.value(above) == 3 * stage.seed).all()), "the gradient at the cut is wrong")
    expect(stage.holds(x, 2 * stage.seed), "the graph below the cut gave another gradient")


def deep(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    y = x
    for _ in range(DEPTH):
        y = tape.apply("negative", y)
    stage.backward(y)
    expect(stage.holds(x, stage.seed), f"the gradient through {DEPTH} sign changes is wrong")


LAWS = (
    deed_law(
        "created-is-retained",
        "lifetime",
        "A created graph is retained, and its gradients require grad.",
        "create_graph => retain_graph",
        _GRAD,
        created_is_retained,
        faults=("backward-first-order",),
        features={"slots", "higher_order"},
    ),
    deed_law(
        "constants-by-default",
        "lifetime",
        "Gradients are constants unless a graph is created.",
        "r(x.grad) = create_graph",
        _GRAD,
        constants_by_default,
        faults=("always-creates-graph", "gradient-first-order"),
        features={"slots", "functional", "higher_order"},
    ),
    deed_law(
        "freed-per-node",
        "lifetime",
        "A walk frees what it walked: a shared part is gone, what is apart or new is not.",
        "backward(y_1) frees only what y_1 reaches",
        _BACKWARD,
        freed_per_node,
        faults=("keeps-graph",),
    ),
    deed_law(
        "last-walk-frees",
        "lifetime",
        "A retained graph can be walked at will; the walk that does not retain it is the last.",
        "k retained walks: x.grad = k g",
        _BACKWARD,
        last_walk_frees,
        faults=("retains-once",),
    ),
    deed_law(
        "results-free-too",
        "lifetime",
        "Gradients as results free the graph like backward.",
        "grad(y, x); grad(y, x) raises",
        _GRAD,
        results_free_too,
        faults=("gradient-keeps-graph",),
        features={"functional"},
    ),
    deed_law(
        "cut-frees-above",
        "lifetime",
        "A gradient with respect to a computed value frees what lies above it only.",
        "dy/dx = dh/dx^T dy/dh^T",
        _GRAD,
        cut_stays_below,
        faults=("gradient-drops-seed",),
        features={"functional"},
    ),
    deed_law(
        "deep-graph",
        "lifetime",
        "A long chain is recorded, walked and freed without recursion.",
        "(-1)^n x",
        "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py (test_free_deep_graph)",
        deep,
        faults=("shallow-graph",),
    ),
)
