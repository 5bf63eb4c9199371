"""What the catalogue says about an op's values is true of its NumPy reference."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ops.catalogue import catalogue, lookup
from harness.ops.op import apply_reference
from harness.ops.relations import Equivalent, relations_of
from harness.program import Program, evaluate
from harness.strategies import edge_cases
from properties.laws.relations import twin_of
from properties.laws.tame import stays_inside

RELATED = [(name, relation) for name in catalogue() for relation in relations_of(name)]


def values_of(program: Program, primals):
    return evaluate(program, lambda op, args, params: apply_reference(lookup(op), args, params), primals)


@pytest.mark.parametrize(("op", "relation"), RELATED, ids=str)
def test_a_relation_holds_for_the_values_of_the_reference(op, relation):
    compared = 0
    for case in edge_cases("", op, backend="torch", device="cpu", dtype="float64", seed=2):
        program = case.subject
        if program.instructions[0].args != tuple(given.name for given in program.inputs) or case.drawn["largest"] > 300:
            continue
        twin = twin_of(program, relation, case)
        moved = twin.of(case)
        if not stays_inside(relation, case, moved):
            continue
        before, after = values_of(program, case.primals), values_of(moved.subject, moved.primals)
        for x, y in zip(before, after, strict=True):
            related = np.flip(y) if twin.backwards else y / scale_of(relation)
            np.testing.assert_allclose(related, x, rtol=1e-9, atol=1e-12)
            compared += x.size
    assert compared


def scale_of(relation) -> float:
    """How the relation multiplies values."""
    if hasattr(relation, "power"):
        return 4.0**relation.power
    return float(getattr(relation, "sign", 1))


def test_every_equivalent_program_is_of_ops_of_the_catalogue():
    named = {op for _, relation in RELATED if isinstance(relation, Equivalent) for op, _ in relation.steps}
    assert named <= set(catalogue())


def test_many_ops_have_a_relation():
    assert len({name for name, _ in RELATED}) >= 60
