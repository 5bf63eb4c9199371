"""Gradients that are stored sparsely: they add up with others like any.

x.grad = sparse + dense = dense + sparse
"""

from __future__ import annotations

import numpy as np

from harness.tape.writing import Sparseness
from properties.laws.tape.deeds import Expect, Family, Stage

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py (test_accumulate_grad_tensor_reference)"
PLACES = (2, 0, 2)  # one row twice, one not at all

family = Family("slot rules", _TEST)


@family.law(
    "sparse-plus-dense",
    "Gradients of which only some rows are stored, and others, accumulate to the same sum in any order.",
    "x.grad = sum of both, stored in either way",
    source="https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html",
    faults=["sparse-counts-twice"],
    features="slots",
)
def sparse(stage: Stage, expect: Expect) -> None:
    stage.needs_dtype("real")
    tape, part, values = stage.tape, stage.tape.part(Sparseness), stage.numbers(1, 2, 3, 4, 5, 6).reshape(3, 2)
    seed, rows = stage.numbers(1, -2, 3, 0.5, 4, -1).reshape(3, 2), np.zeros_like(values)
    np.add.at(rows, list(PLACES), seed)
    for order in ("sparse dense", "dense sparse", "sparse sparse", "sparse dense sparse"):
        x, due = tape.leaf(values), np.zeros_like(values)
        for kind in order.split():
            tape.backward(part.rows(x, PLACES) if kind == "sparse" else stage.times(x, 2.0), seed)
            due += rows if kind == "sparse" else 2 * seed
        found = part.dense(tape.slot(x))
        expect(np.array_equal(found, due), f"gradients {order} add up to {found.tolist()}, not {due.tolist()}")


LAWS = family.laws
