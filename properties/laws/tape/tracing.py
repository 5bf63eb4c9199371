"""The recorded graph as something to look at: edges follow operands, saved values can be read until they are freed.

y = f(a, c):   edges(node(y)) = (node(a), None)
"""

from __future__ import annotations

from harness.tape.tracing import Tracing
from properties.laws.tape.deeds import Expect, Family, Stage

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
tracing = Family("tracing", "https://docs.pytorch.org/docs/stable/autograd.html#autograd-graph")


@tracing.law(
    "grad-fn-topology",
    "Edges follow the operands, a leaf ends the graph in a node of its own, a constant in none.",
    "edges(node(f(a, c))) = (node(a), None)",
    source=f"{_TEST} (test_next_functions)",
    faults=["edges-reversed", "leaf-nodes-fresh"],
)
def topology(stage: Stage, expect: Expect) -> None:
    look, x, c = stage.tape.part(Tracing), stage.leaf(), stage.leaf(requires_grad=False)
    h = stage.times(x, 2.0)
    node = look.node(stage.times(h, c))
    expect(look.node(x) is None and look.node(c) is None, "a leaf was computed by a node")
    expect(look.edges(node)[0] is look.node(h), "the first edge does not lead to the first operand")
    expect(look.edges(node)[1] is None, "the edge of a constant leads somewhere")
    end = look.edges(look.node(h))[0]
    expect(end is not None and look.leaf(end) is x, "the graph does not end in its leaf")
    expect(look.leaf(node) is None, "a node in the middle of the graph is said to belong to a leaf")
    expect(look.edges(look.node(stage.times(x, c)))[0] is end, "a second use of the leaf ends in another node")


@tracing.law(
    "freed-saved-access",
    "Saved values can be read before the walk that frees them, and not after it.",
    "saved(node(x h)) = (x, h), then raises",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html#saved-tensors",
    faults=["saved-for-ever"],
)
def freed(stage: Stage, expect: Expect) -> None:
    look, x = stage.tape.part(Tracing), stage.leaf()
    h = stage.times(x, 2.0)
    y = stage.times(x, h)
    saved = [stage.tape.value(value) for value in look.saved(look.node(y))]
    due = [stage.values, 2 * stage.values]
    expect(len(saved) == 2 and all(any((s == d).all() for s in saved) for d in due), "a product has not saved its two factors")
    stage.backward(y)
    expect.refusal(lambda: look.saved(look.node(y)), "saved values can be read after they were freed", "freed")


@tracing.law(
    "gradient-edge",
    "An edge stands for the value that it was taken of, whatever becomes of the handle.",
    "grad(y, edge(h)) = dy/dh^T w",
    source="https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.GradientEdge",
    faults=["edge-is-handle"],
    features="functional in_place",
)
def edge(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.plus(x, 1.0)
    edge = tape.part(Tracing).edge(h)
    y = stage.plus(stage.times(h, 2.0), 0.0)
    (plain,) = tape.gradient(y, [edge], stage.seed, retain_graph=True)
    expect(stage.equals(plain, 2 * stage.seed), "the gradient at an edge is not that at its value")
    tape.scale_in_place(h, 4.0)
    (after,) = tape.gradient(stage.plus(h, 0.0), [edge], stage.seed)
    expect(stage.equals(after, 4 * stage.seed), "after a change in place an edge does not stand for the value before it")


LAWS = tracing.laws
