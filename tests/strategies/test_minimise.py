"""Counterexamples become what a person reads at a glance, by Hypothesis' shrinking and by `minimise` after it."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, settings

from harness.ops.catalogue import lookup
from harness.ops.op import apply_reference
from harness.program import Case, Input, Instruction, Program, evaluate_all
from harness.program.layout import LAYOUTS
from harness.strategies import cases
from harness.strategies.cases import draw_case
from harness.strategies.choose import RandomChoose
from harness.strategies.minimise import complexity, in_domain, minimise
from harness.strategies.smaller_programs import fewer_instructions
from tests.laws.examples import case_of

SEARCH = settings(max_examples=600, deadline=None, database=None, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))
NAMES = {"add", "multiply", "tanh", "exp", "sum", "log"}


def programs_of(*names):
    return cases("a law", None, backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS), offers=(set(names) or NAMES).__contains__)


def reads(case: Case, consumer: str, producer: str) -> bool:
    """Whether some instruction `consumer` reads a result of `producer`."""
    made = {name: instruction.op for instruction in case.subject.instructions for name in instruction.results}
    return any(made.get(name) == producer for instruction in case.subject.instructions if instruction.op == consumer for name in instruction.args)


def values_of(case: Case) -> dict[str, np.ndarray]:
    return evaluate_all(case.subject, lambda op, args, params: apply_reference(lookup(op), args, params), case.primals)


def random_program(seed: int, names: set[str] = NAMES, dtype: str = "float64") -> Case:
    source = RandomChoose(np.random.default_rng(seed))
    return draw_case(source, "a law", tuple(lookup(name) for name in sorted(names)), "torch", "cpu", dtype, tuple(LAYOUTS))


def random_programs_that_break(breaks, count: int, dtype: str = "float64"):
    found = (case for case in (random_program(seed, dtype=dtype) for seed in range(2000)) if breaks(case))
    return [next(found) for _ in range(count)]


def is_whole(array: np.ndarray) -> bool:
    return bool(np.all(array == np.round(array)))


def test_shrinking_finds_the_two_instructions_that_matter():
    case = find(programs_of(), lambda case: reads(case, "tanh", "multiply"), settings=SEARCH, random=Random(0))
    assert len(case.subject.instructions) <= 4
    assert sum(x.size for x in case.primals) <= 2
    assert all(is_whole(x) for x in case.primals)
    assert set(case.layouts) == {"contiguous"}
    assert minimise(case, lambda case: reads(case, "tanh", "multiply")).subject.ops == ("multiply", "tanh")


def test_shrinking_keeps_a_zero_size_axis_and_nothing_else():
    case = find(programs_of(), lambda case: any(0 in given.shape for given in case.subject.inputs), settings=SEARCH, random=Random(1))
    assert len(case.subject.instructions) <= 2
    assert case.primals[0].shape == (0,)


def test_shrinking_finds_the_next_whole_number_above_a_threshold():
    def breaks(case):
        return any(np.any(np.abs(x) > 2) for x in case.primals)

    found = find(programs_of(), breaks, settings=SEARCH, random=Random(0))
    assert len(found.subject.instructions) <= 3
    case = minimise(found, breaks)
    assert len(case.subject.instructions) == 1
    assert all(x.size == 1 and is_whole(x) for x in case.primals)
    assert case.drawn["ops"] == list(case.subject.ops)
    assert all(np.any(w) for w in (*case.tangents, *case.cotangents))


def test_shrinking_keeps_only_the_layout_that_matters():
    strategy = cases("a law", "multiply", backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS))
    case = find(strategy, lambda case: case.layouts[2] == "strided", settings=SEARCH, random=Random(0))
    assert [layout for layout in case.layouts if layout != "contiguous"] == ["strided"]
    assert minimise(case, lambda case: case.layouts[2] == "strided").cotangents[0].size <= 2


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_minimise_leaves_two_instructions_of_a_long_program(dtype):
    def breaks(case):  # of empty arrays a third one is kept, so that something is compared
        return reads(case, "tanh", "multiply") and all(x.size for x in case.primals)

    for case in random_programs_that_break(breaks, 5, dtype):
        small = minimise(case, breaks)
        assert breaks(small)
        assert in_domain(small)
        assert len(small.subject.instructions) == 2
        assert sum(x.size for x in small.primals) <= 3
        assert set(small.layouts) == {"contiguous"}
        assert all(is_whole(x) for x in (*small.primals, *small.tangents, *small.cotangents))


def test_minimise_keeps_the_number_that_matters_and_rounds_the_others():
    def breaks(case):
        values = values_of(case)
        return any(np.any(values[done.args[0]] > 1.37) for done in case.subject.instructions if done.op == "exp")

    for case in random_programs_that_break(breaks, 3):
        small = minimise(case, breaks)
        assert breaks(small)
        assert small.subject.ops == ("exp",)
        assert sum(x.size for x in small.primals) == 1
        assert len(repr(float(small.primals[0].sum()))) <= 4


def test_minimise_finds_the_one_output_entry_that_matters():
    def breaks(case):
        return any(w.ndim == 1 and w.size > 2 and w[2] != 0 for w in case.cotangents)

    case = random_programs_that_break(breaks, 1)[0]
    small = minimise(case, breaks)
    assert [w.tolist() for w in small.cotangents] == [[0.0, 0.0, 1.0]]


def test_minimise_returns_the_case_when_nothing_simpler_breaks():
    case = random_program(3)
    assert minimise(case, lambda trial: False).id == case.id


def test_minimise_never_leaves_the_domain_of_an_op():
    def breaks(case):
        return "log" in case.subject.ops

    for case in random_programs_that_break(breaks, 5):
        assert in_domain(minimise(case, breaks))


def test_minimise_asks_no_more_often_than_allowed():
    asked = []
    minimise(random_program(5), lambda trial: bool(asked.append(trial.id)), max_trials=7)
    assert len(asked) == len(set(asked)) <= 7


def test_in_domain_is_false_outside():
    program = Program((Input("x0", ()),), (Instruction("log", ("x0",), ("v0",)),), ("v0",))
    one = np.ones(())
    inside = Case(
        law="a law", subject=program, backend="torch", device="cpu", dtype="float64", layouts=(),
        primals=(one,), differentiable=(0,), tangents=(one,), cotangents=(one,),
    )  # fmt: skip
    outside = Case(
        law="a law", subject=program, backend="torch", device="cpu", dtype="float64", layouts=(),
        primals=(-one,), differentiable=(0,), tangents=(one,), cotangents=(one,),
    )  # fmt: skip
    assert in_domain(inside)
    assert not in_domain(outside)
    assert complexity(inside) < complexity(outside)


def test_minimise_leaves_a_window_that_fits_into_its_image():
    source = RandomChoose(np.random.default_rng(5))
    case = draw_case(source, "a law", (lookup("avg_pool2d"),), "torch", "cpu", "float64", ("contiguous",))
    assert any(w.size for w in case.cotangents)
    assert any(w.size for w in minimise(case, lambda trial: True).cotangents)


@pytest.mark.parametrize("op", ["cov", "corrcoef"])
def test_minimise_leaves_two_variables_to_a_matrix_of_them(op):
    x, parameters = np.array([[0.0, 1.0, 3.0], [2.0, -1.0, 1.0], [1.0, 1.0, 5.0]]), {"correction": 1} if op == "cov" else {}
    case = Case(
        law="a law",
        subject=Program((Input("x", (3, 3)),), (Instruction(op, ("x",), ("y",), parameters),), ("y",)),
        backend="torch",
        device="cpu",
        dtype="float64",
        primals=(x,),
        differentiable=(0,),
        tangents=(x,),
        cotangents=(x,),
        layouts=("contiguous",) * 3,
    )
    assert [w.shape for w in minimise(case, lambda trial: True).cotangents] == [(2, 2)]


def test_minimise_leaves_something_to_differentiate_at():
    inputs = (Input("c", (2,), "constant"), Input("x", (2,)))
    program = Program(inputs, (Instruction("exp", ("c",), ("y",)), Instruction("add", ("y", "x"), ("z",))), ("z",))
    one = np.ones(2)
    case = Case(
        law="a law",
        subject=program,
        backend="torch",
        device="cpu",
        dtype="float64",
        primals=(one, one),
        differentiable=(1,),
        tangents=(one,),
        cotangents=(one,),
        layouts=("contiguous",) * 4,
    )
    assert minimise(case, lambda case: "exp" in case.subject.ops).differentiable == (1,)


@pytest.mark.parametrize(("cotangent", "fits"), [(np.ones(2), False), (np.ones(2, dtype=complex), True), (np.ones(3, dtype=complex), False)])
def test_a_case_whose_cotangent_is_not_of_its_output_is_no_smaller_one(cotangent: np.ndarray, fits: bool) -> None:
    program = Program((Input("r", (2,)), Input("angle", (2,))), (Instruction("polar", ("r", "angle"), ("z",)),), ("z",))
    points = (np.array([1.0, 2.0]), np.array([0.5, 0.25]))
    assert in_domain(case_of(program, points, (cotangent,))) is fits


def test_what_is_cut_out_of_a_program_has_complex_directions_where_it_is_complex() -> None:
    instructions = (Instruction("polar", ("r", "angle"), ("z",)), Instruction("fft", ("z",), ("y",), {"n": 2, "axis": -1}))
    points = (np.array([1.0, 2.0]), np.array([0.5, 0.25]))
    case = case_of(Program((Input("r", (2,)), Input("angle", (2,))), instructions, ("y",)), points, (np.ones(2, dtype=complex),))
    stopped, cut, *_ = (smaller for smaller in fewer_instructions(case) if len(smaller.subject.instructions) == 1)
    assert stopped.cotangents[0].dtype.kind == cut.primals[0].dtype.kind == cut.tangents[0].dtype.kind == "c"
    assert stopped.tangents[0].dtype.kind == "f"
