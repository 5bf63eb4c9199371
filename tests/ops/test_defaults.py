"""Parameters that a call leaves out are those that it gives by default."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.torch.backend import TorchBackend
from harness.ops.catalogue import catalogue, lookup
from harness.ops.choose import DoesNotFit
from harness.ops.defaults import DEFAULTS, OMITTED, given, in_call, leave_out, left_out
from harness.program import Case, Input, Instruction, Program
from harness.strategies import random_cases
from harness.strategies.choose import RandomChoose
from harness.verdict import Verdict
from properties.laws import laws
from tests.laws.examples import case_of

RELATIONS = laws()["relations-hold"]


def variance(**params: object) -> Case:
    program = Program((Input("x0", (3,)),), (Instruction("var", ("x0",), ("v0",), params),), ("v0",))
    return case_of(program, (np.array([0.5, -1.0, 2.0]),), (np.array(1.0),), law="relations-hold")


def test_defaults_are_of_ops_and_parameters_that_exist():
    source = RandomChoose(np.random.default_rng(0))
    assert set(DEFAULTS) <= set(catalogue())
    for name, defaults in DEFAULTS.items():
        drawn = []
        while len(drawn) < 40:
            try:
                drawn.append(lookup(name).parameters(source, lookup(name).shapes(source, None)))
            except DoesNotFit:
                continue
        for parameter, value in defaults.items():
            assert any(params[parameter] == value for params in drawn), (name, parameter)


def test_a_default_is_left_out_now_and_then_and_nothing_else_is():
    source = RandomChoose(np.random.default_rng(0))
    drawn = [leave_out(source, "var", {"axis": 0, "correction": correction}) for correction in (1, 0) for _ in range(30)]
    assert {params.get(OMITTED, ()) for params in drawn[:30]} == {(), ("correction",)}
    assert not any(OMITTED in params for params in drawn[30:])


def test_a_name_that_is_no_longer_at_its_default_is_given_after_all():
    assert left_out("var", {"correction": 1, OMITTED: ["correction"]}) == ("correction",)
    assert in_call("var", {"correction": 1, OMITTED: ["correction"]}) == {}
    assert in_call("var", {"correction": 0, OMITTED: ["correction"]}) == {"correction": 0}
    assert given({"correction": 1, OMITTED: ["correction"]}) == {"correction": 1}


def test_torch_is_called_and_written_without_it():
    torch = load_backend("torch")
    params = {"axis": None, "keepdims": False, "correction": 1}
    assert torch.spell("var", ["x"], params) == "torch.var(x, correction=1)"
    assert torch.spell("var", ["x"], params | {OMITTED: ("correction",)}) == "torch.var(x)"


@pytest.mark.filterwarnings("ignore:index_reduce", "ignore:torch.meshgrid")
@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_what_torch_does_by_default_is_what_it_does_when_told(name):
    dtype, found = "float64" if lookup(name).real else "complex128", []
    for case, _ in random_cases("relations-hold", name, backend="torch", device="cpu", dtype=dtype, seed=1):
        if case is not None and left_out(name, case.subject.instructions[0].params):
            found.append(RELATIONS.check(load_backend("torch"), case).verdict)
        if len(found) == 4:
            break
    assert found == [Verdict.HOLDS] * 4


def test_a_default_that_is_another_one_breaks_the_relation():
    left = variance(axis=None, keepdims=False, correction=1, **{OMITTED: ("correction",)})
    assert RELATIONS.check(load_backend("torch"), left).verdict is Verdict.HOLDS
    result = RELATIONS.check(_OtherDefault(), left)
    assert result.verdict is Verdict.BROKEN
    assert result.details["relation"] == "explicit defaults"
    assert RELATIONS.check(_OtherDefault(), msgspec.structs.replace(left, subject=variance(correction=1).subject)).verdict is Verdict.HOLDS


class _OtherDefault(TorchBackend):
    """Torch, where a variance is not corrected unless one asks for it."""

    def op(self, name):
        call = super().op(name)
        return call if name != "var" else lambda *args, **params: call(*args, **(params if OMITTED not in params else {"correction": 0}))


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_the_shape_of_a_result_is_told_whatever_is_left_out(name):
    source, op = RandomChoose(np.random.default_rng(0)), lookup(name)
    seen = 0
    while seen < 3:
        try:
            shapes = op.shapes(source, None)
            params = op.parameters(source, shapes)
        except DoesNotFit:
            continue
        assert op.result_shapes(shapes, params | {OMITTED: tuple(DEFAULTS[name])}) == op.result_shapes(shapes, params)
        seen += 1
