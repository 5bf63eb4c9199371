"""The numbers that a law compares, on cases whose derivatives are known."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.bind import bind
from harness.program import Input, Instruction, Program, single
from harness.running.judge import run_case
from harness.tape.compiling import Compiling, perform
from harness.verdict import Verdict
from properties.laws import calls_apart, laws
from properties.laws.along import direction
from properties.laws.gradients import gradients_of, tangents_of
from properties.laws.tape.recording import record
from tests.laws.examples import case_of, cube, product


def test_reverse_law_compares_the_directional_derivative() -> None:
    case = product()
    step_x, step_y = direction(case)
    known = float(np.sum(step_x * [10.0, 20.0]) + np.sum(step_y * [6.0, 8.0]))
    result = laws()["vjp-eq-fd"].check(load_backend("torch"), case)
    assert result.actual == pytest.approx(known, rel=1e-14)
    assert result.expected == pytest.approx(known, rel=1e-10)


def test_direction_scales_each_leaf_by_a_power_of_two_near_its_size() -> None:
    case = product()
    ratios = [step / tangent for step, tangent in zip(direction(case), case.tangents, strict=True)]
    assert [np.unique(ratio).tolist() for ratio in ratios] == [[4.0], [16.0]]


def test_gradients_of_a_broadcast_product_sum_over_the_stretched_axis() -> None:
    gradients = gradients_of(bind(load_backend("torch"), product()))
    assert [g.tolist() for g in gradients] == [[[10.0, 20.0], [10.0, 20.0]], [6.0, 8.0]]


def test_tangents_of_a_cube_are_three_x_squared_v() -> None:
    case = cube()
    (tangent,) = tangents_of(bind(load_backend("torch"), case), (np.array([1.0, 1.0, -1.0]),))
    assert tangent.tolist() == [3.0, 12.0, -27.0]


@pytest.mark.parametrize(("below", "verdict"), [([0.0, 0.0], Verdict.INCONCLUSIVE), ([0.0, 2.0], Verdict.BROKEN)])
def test_a_zero_cotangent_says_nothing_where_the_function_has_no_value_at_all(below: list[float], verdict: Verdict) -> None:
    quotient = single("divide", ((2,), (2,)), ("primal", "primal"))
    case = case_of(quotient, (np.array(below), np.array(below)), (np.ones(2),), law="vjp-zero")
    assert run_case(load_backend("torch"), case).verdict is verdict


def test_a_function_called_twice_has_the_gradient_of_each_call_where_it_was_made() -> None:
    case = cube()
    bound = bind(load_backend("torch"), case)
    together = calls_apart.together(bound, (np.array([2.0, 1.0, -1.0]),))
    assert together.tolist() == [3.0, -24.0, 108.0, 12.0, -6.0, 12.0], "3 x^2 w at x = (1, -2, 3) and at (2, 1, -1), with w = (1, -2, 4)"


@pytest.mark.parametrize("composition", ["reverse over reverse", "forward over reverse", "reverse over forward"])
def test_every_composition_of_a_cube_is_six_x_w_v(composition: str) -> None:
    case = cube()
    bound, backend = bind(load_backend("torch"), case), load_backend("torch")
    (product_,) = backend.hvps()[composition](bound.function, bound.primals, bound.cotangents(), bound.tangents((np.ones(3),)))
    assert backend.numpy(product_).tolist() == [6.0, 24.0, 72.0]


def test_tape_laws_keep_the_complex_cotangent_of_a_real_program() -> None:
    real, imaginary = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    case = case_of(single("complex", ((2,), (2,)), ("primal", "primal")), (real, imaginary), (np.array([1.0 + 2.0j, -1.0j]),))
    result = laws()["accumulate-adds"].check(load_backend("torch"), case)
    assert result.verdict is Verdict.HOLDS


def test_forward_law_is_not_misled_by_stairs_of_rounding() -> None:
    case = case_of(single("ndtr", ((2,),), ("primal",)), (np.array([-8.315684908389088, 0.5]),), (np.array([1.0, 1.0]),))
    assert laws()["jvp-eq-fd"].check(load_backend("torch"), case).verdict is not Verdict.BROKEN


def test_tape_laws_keep_a_real_primal_beside_a_complex_one_real() -> None:
    program = single("multiply", ((2,), (2,)), ("primal", "primal"))
    case = case_of(program, (np.array([1.0, 2.0]), np.array([1.0 + 2.0j, -1.0j])), (np.array([1.0 + 0.0j, 2.0j]),), dtype="complex128")
    tape = load_backend("torch").tape("cpu")
    recording = record(tape, case)
    assert [tape.value(leaf).dtype.name for leaf in recording.leaves] == ["float64", "complex128"]
    assert laws()["accumulate-adds"].check(load_backend("torch"), case).verdict is Verdict.HOLDS


def test_a_program_is_performed_as_a_tape_law_and_compiled_as_torch_would_run_it() -> None:
    steps = (
        Instruction("multiply", ("x0", "x0"), ("v0",)),
        Instruction("detach", ("v0",), ("v1",)),
        Instruction("unrecorded:multiply", ("x0", "x0"), ("v2",)),
        Instruction("scale_in_place", ("v0",), ("v3",), {"factor": 2.0}),
    )
    program = Program((Input("x0", (2,)),), steps, ("v0", "v1", "v2"))
    tape = load_backend("torch").tape("cpu")
    for run in (partial(perform, tape, program), lambda given: tape.part(Compiling).compiled(program, variant="eager")(*given)):
        x = tape.leaf(np.array([1.0, 3.0]))
        squared, detached, unrecorded = run([x])
        assert [tape.value(y).tolist() for y in (squared, detached, unrecorded)] == [[2.0, 18.0], [2.0, 18.0], [1.0, 9.0]]
        assert [tape.requires_grad(y) for y in (squared, detached, unrecorded)] == [True, False, False]
        tape.backward(squared, np.ones(2))
        assert tape.grad(x).tolist() == [4.0, 12.0]


def test_a_compiled_program_takes_the_only_result_of_an_op_that_may_have_several() -> None:
    program = Program(
        (Input("x0", (1, 2)),), (Instruction("unstack", ("x0",), ("v0",), {"axis": 0}), Instruction("negative", ("v0",), ("v1",))), ("v1",)
    )
    tape = load_backend("torch").tape("cpu")
    (y,) = tape.part(Compiling).compiled(program, variant="eager")(tape.leaf(np.array([[1.0, 2.0]])))
    assert tape.value(y).tolist() == [-1.0, -2.0]


def test_a_derivative_that_the_backend_says_it_does_not_have_is_no_graph_that_cannot_be_walked_again() -> None:
    program = single("slice_scatter", ((1,), (1,)), ("primal", "primal"), axis=0, start=0, end=2, step=1)
    z = np.array([0.0j])
    case = case_of(program, (z, z), (np.array([1.0 + 0.0j]),), dtype="complex128", law="retain-graph-repeats")
    result = run_case(load_backend("torch"), case)
    assert result.verdict is Verdict.UNSUPPORTED
    assert "slice_scatter does not support automatic differentiation" in result.reason


def test_a_program_whose_value_depends_on_whether_it_is_recorded_is_itself_under_a_checkpoint() -> None:
    x = np.array([[0.0, 0.0], [1.0, 6.0]])
    case = case_of(single("operator_norm", ((2, 2),), ("primal",), keepdims=True, ord=2), (x,), (np.ones((1, 1)),))
    assert laws()["checkpoint-eq-plain"].check(load_backend("torch"), case).verdict is Verdict.HOLDS, "svdvals without a graph rounds otherwise"
