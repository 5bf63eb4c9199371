"""The laws on entries without influence, and on derivatives that do not answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import Unsupported, load_backend
from harness.backends.torch.backend import TorchBackend
from harness.program import Input, Instruction, Program, single
from harness.verdict import Verdict
from properties.laws import laws
from tests.laws.examples import case_of, cube, head

INFLUENCE, ANSWERS = laws()["no-influence-no-gradient"].check, laws()["backward-answers"].check


def test_entry_that_is_not_read_is_asked_about_beside_the_leaf_that_is_not() -> None:
    result = INFLUENCE(load_backend("torch"), head())
    assert (result.verdict, result.comparisons, result.vacuous) == (Verdict.HOLDS, 1 + 2, False)


def test_gradient_of_an_entry_that_is_not_read_is_broken() -> None:
    result = INFLUENCE(load_backend("faulty:leaking-gradient:torch"), head())
    assert result.verdict is Verdict.BROKEN
    assert result.reason == "entries without influence on the output have a gradient: x0[2] has 0.001"


def test_nan_gradient_of_an_entry_that_is_not_read_is_broken() -> None:
    steps = (Instruction("slice", ("x0",), ("v0",), {"slices": ((0, 1, 1),)}),)
    case = case_of(Program((Input("x0", (2,)),), steps, ("v0",)), (np.array([1.0, 2.0]),), (np.array([1.0]),))
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert INFLUENCE(_NanForUnread(), case).verdict is Verdict.BROKEN


def test_function_that_reads_everything_is_asked_about_a_leaf_more() -> None:
    result = INFLUENCE(load_backend("torch"), cube())
    assert (result.verdict, result.vacuous, result.comparisons) == (Verdict.HOLDS, False, 2)


def test_gradient_of_a_leaf_that_is_not_read_is_broken() -> None:
    result = INFLUENCE(_OneForUnread(), cube())
    assert (result.verdict, "x1[0] has 1, x1[1] has 1" in result.reason) == (Verdict.BROKEN, True)


@pytest.mark.parametrize(("leak", "verdict"), [(1e-17, Verdict.HOLDS), (1e-13, Verdict.BROKEN)])
def test_rounding_beside_the_largest_entry_is_no_influence(leak: float, verdict: Verdict) -> None:
    case = case_of(single("tril", ((2, 2),), ("primal",), k=0), (np.array([[2.0, 0.0], [1.0, 3.0]]),), (np.ones((2, 2)),))
    assert INFLUENCE(_Adding([[0, leak], [0, 0]]), case).verdict is verdict


@pytest.mark.parametrize(("leak", "verdict"), [(0.0, Verdict.HOLDS), (1e-8, Verdict.HOLDS), (1e-5, Verdict.BROKEN)])
def test_influence_that_the_value_rounds_away_is_none_that_can_be_denied(leak: float, verdict: Verdict) -> None:
    """Of x0 + 1e-9 x1 + 1e10 the second is rounded away, though its gradient is right.

    Half an ulp of 1e10 over the change of x1 is 1e-7, eight times the range of shaken values 4e-6.
    """
    steps = (Instruction("multiply", ("x0", "x1"), ("v0",)), Instruction("sum", ("v0",), ("v1",)), Instruction("add", ("v1", "x2"), ("v2",)))
    inputs = (Input("x0", (2,)), Input("x1", (2,), "constant"), Input("x2", (), "constant"))
    case = case_of(Program(inputs, steps, ("v2",)), (np.array([1.0, 2.0]), np.array([1.0, 1e-9]), np.array(1e10)), (np.array(1.0),))
    assert INFLUENCE(_Adding([0, leak]), case).verdict is verdict


@pytest.mark.parametrize("size", [1.0, 1e10])
def test_entry_that_no_output_reads_is_excused_by_no_value_whatever_its_size(size: float) -> None:
    steps = (Instruction("slice", ("x0",), ("v0",), {"slices": ((0, 1, 1),)}), Instruction("add", ("v0", "x1"), ("v1",)))
    program = Program((Input("x0", (2,)), Input("x1", (1,), "constant")), steps, ("v1",))
    case = case_of(program, (np.array([1.0, 2.0]), np.array([size])), (np.array([1.0]),))
    assert INFLUENCE(_Adding([0, 1e-9]), case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_small_leak_is_broken_in_every_dtype(dtype: str) -> None:
    program = Program((Input("x0", (18,)),), (Instruction("slice", ("x0",), ("v0",), {"slices": ((0, 16, 1),)}),), ("v0",))
    case = case_of(program, (np.linspace(-2.125, 2.125, 18),), (np.ones(16),), dtype=dtype)
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert INFLUENCE(load_backend("faulty:leaking-gradient:torch"), case).verdict is Verdict.BROKEN


@pytest.mark.parametrize(("dtype", "leak"), [("float64", 1e-8), ("float16", 0.01), ("bfloat16", 0.1)])
def test_leaf_that_is_not_read_is_excused_by_no_number_of_outputs(dtype: str, leak: float) -> None:
    case = case_of(single("tanh", ((1024,),), ("primal",)), (np.linspace(-2, 2, 1024),), (np.ones(1024),), dtype=dtype)
    assert INFLUENCE(_OneForUnread(leak), case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("largest", [60000.0, 65504.0])
def test_shaken_run_that_overflows_excuses_no_leak(largest: float) -> None:
    case = case_of(single("negative", ((2,),), ("primal",)), (np.array([largest, 1.0]),), (np.ones(2),), dtype="float16")
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert INFLUENCE(_OneForUnread(), case).verdict is Verdict.BROKEN


def test_leak_is_compared_with_its_own_rounding_and_not_with_that_of_another() -> None:
    """layer_norm of rows of one element: the last row's gradient is rounding (3e-14, shaken by 2e-13), the second's is 0 since its cotangent is."""
    x, w = np.array([[0.75], [-0.5], [1.5]]), np.array([[2.1152554449129544], [0.0], [-0.3236773266059282]])
    program = single("layer_norm", ((3, 1), (1,)), ("primal", "primal"), normalized_shape=(1,), eps=1e-5)
    case = case_of(program, (x, np.array([-1.75])), (w,))
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert INFLUENCE(_Adding([[0], [1e-13], [0]]), case).verdict is Verdict.BROKEN


def test_saturated_entry_is_not_called_idle() -> None:
    case = case_of(single("tanh", ((2,),), ("primal",)), (np.array([30.0, 0.5]),), (np.array([1.0, 1.0]),))
    assert INFLUENCE(load_backend("torch"), case).comparisons == 2


def test_divisor_of_a_quotient_that_the_sum_absorbs_is_not_called_idle() -> None:
    """Of x0 + x1 / x2 the second term is below an ulp of the first whatever x2 is beyond its own size, and not near 0."""
    primals = (np.array([-2.5e149]), np.array([1.75e150]), np.array([-2.5e29]))
    result = INFLUENCE(load_backend("torch"), case_of(single("addcdiv", ((1,),) * 3, ("primal",) * 3, value=-0.5), primals, (np.array([1.0]),)))
    assert (result.verdict, result.comparisons) == (Verdict.HOLDS, 2)


@pytest.mark.parametrize(("leak", "verdict"), [(0.0, Verdict.HOLDS), (1e140, Verdict.BROKEN)])
def test_influence_that_a_bias_absorbs_is_none_that_can_be_denied(leak: float, verdict: Verdict) -> None:
    """A normalisation is between -1 and 1 wherever its numbers are: no change of them, small or large, moves a bit of it beside a bias of 1e150."""
    program = single("instance_norm_affine", ((1, 1, 2, 1), (1,), (1,)), ("primal",) * 3, eps=1e-2)
    case = case_of(program, (np.zeros((1, 1, 2, 1)), np.ones(1), np.array([-2.5e150])), (np.array([[[[0.0], [1.0]]]]),))
    assert INFLUENCE(_Adding([[[[leak], [0.0]]]]), case).verdict is verdict


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("bias", [2.0**24, 2.0**27])
def test_influence_that_a_bias_absorbs_in_a_low_precision_is_seen_in_double(bias: float, dtype: str) -> None:
    program = single("layer_norm", ((1, 2), (2,), (2,)), ("primal",) * 3, normalized_shape=(2,), eps=1e-5)
    case = case_of(program, (np.zeros((1, 2)), np.ones(2), np.full(2, bias)), (np.array([[0.25, 1.75]]),), dtype=dtype)
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("here", "leak"), [(1e-9, 1e-8), (1e-30, 1e-8), (1e-300, 1e-8), (0.25, 1e-8), (0.0, 1e-8), (5.0, 1e-8)])
def test_size_of_an_entry_behind_a_zero_excuses_no_leak(here: float, leak: float) -> None:
    steps = (Instruction("multiply", ("x0", "x1"), ("v0",)), Instruction("sum", ("v0",), ("v1",)))
    program = Program((Input("x0", (2,)), Input("x1", (2,), "constant")), steps, ("v1",))
    case = case_of(program, (np.array([here, 1.0]), np.array([0.0, 1.0])), (np.array(1.0),))
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert INFLUENCE(_Adding([leak, 0.0]), case).verdict is Verdict.BROKEN


def test_residue_that_a_shaken_run_does_not_move_is_told_from_a_leak() -> None:
    """Of one number x - mean(x) is 0 and stays it; an ulp of its gradient, which should cancel, is there whatever the signs of the rounding."""
    program = single("layer_norm", ((1, 1), (1,), (1,)), ("primal",) * 3, normalized_shape=(1,), eps=1e-5)
    case = case_of(program, (np.zeros((1, 1)), np.array([1.37221218]), np.zeros(1)), (np.array([[-0.91760113]]),))
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert INFLUENCE(_Adding([[1e-10]]), case).verdict is Verdict.BROKEN


def test_internal_error_of_a_backward_is_broken() -> None:
    result = ANSWERS(load_backend("faulty:raising-backward:torch"), cube())
    assert result.verdict is Verdict.BROKEN
    assert result.reason.startswith("the vjp raises RuntimeError: internal assertion failed")
    assert result.reason.endswith("the plain forward works")


@pytest.mark.parametrize("words", ["derivative for aten::x is not implemented", "x is not currently supported", "CUDA out of memory"])
def test_refusal_in_words_is_an_answer(words: str) -> None:
    assert ANSWERS(_Saying(RuntimeError(words)), cube()).verdict is Verdict.HOLDS
    assert ANSWERS(_Saying(NotImplementedError("x")), cube()).verdict is Verdict.HOLDS


def test_forward_that_raises_is_no_evidence() -> None:
    case = case_of(single("matmul", ((2, 3), (2, 3)), ("primal", "primal")), (np.ones((2, 3)), np.ones((2, 3))), (np.ones((2, 3)),))
    with pytest.raises(Unsupported, match="the plain forward raises RuntimeError"):
        ANSWERS(load_backend("torch"), case)


class _NanForUnread(TorchBackend):
    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        return outputs, tuple(None if g is None else g.masked_fill(g == 0, float("nan")) for g in gradients)


@dataclass
class _Adding(TorchBackend):
    """Adds a leak to the first gradient."""

    leak: list[Any]

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, (gradient, *rest) = super().vjp(function, primals, cotangents)
        return outputs, [gradient + gradient.new_tensor(self.leak), *rest]


@dataclass
class _OneForUnread(TorchBackend):
    one: float = 1.0

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        outputs, gradients = super().vjp(function, primals, cotangents)
        return outputs, tuple(x * 0 + self.one if g is None else g for g, x in zip(gradients, primals, strict=True))


@dataclass
class _Saying(TorchBackend):
    error: Exception

    def vjp(self, function: Any, primals: Any, cotangents: Any) -> Any:
        raise self.error


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
def test_value_that_cannot_be_read_is_no_forward_that_works() -> None:
    case = case_of(single("complex", ((), ()), ("primal", "primal")), (np.array(-2.5), np.array(1.25)), (np.array(1.0),), dtype="float16")
    with pytest.raises(Unsupported, match=r"plain forward raises TypeError: .*ComplexHalf"):
        ANSWERS(load_backend("torch"), case)


def test_entry_that_one_of_many_ties_chose_is_not_called_idle() -> None:
    case = case_of(single("median", ((3,),), ("primal",), axis=0, keepdims=False), (np.ones(3),), (np.array(1.0),))
    result = INFLUENCE(load_backend("torch"), case)
    assert (result.verdict, result.comparisons) == (Verdict.HOLDS, 2 + 2)  # the two that were not chosen, and the leaf that is not read


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_entry_that_one_of_many_ties_chose_is_not_called_idle_in_any_dtype(dtype: str) -> None:
    case = case_of(single("median", ((33,),), ("primal",), axis=0, keepdims=False), (np.full(33, 1.25),), (np.array(1.0),), dtype=dtype)
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS


def test_influence_of_a_small_number_beside_a_large_sum_is_seen_where_it_ties() -> None:
    """max(0, 1 + |a - p| - |a - n|) at its hinge, one row of two: an ulp of n is less than one of the sum."""
    anchor, positive, negative = (np.array([[x], [y]]) for x, y in ((-2.5, 400.0), (-1.25, 0.0), (-0.25, 400.0)))
    program = single("triplet_margin_loss", ((2, 1),) * 3, ("primal",) * 3, margin=1.0, swap=False, reduction="sum")
    case = case_of(program, (anchor, positive, negative), (np.array(1.0),))
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS


def test_complex_entry_that_one_of_many_ties_chose_is_not_called_idle() -> None:
    x = np.array([[3 + 4j, 1j], [5.0, -1.0]])  # both columns add up alike
    x[1, 1] = 9j
    case = case_of(single("operator_norm", ((2, 2),), ("primal",), ord=-1, keepdims=False), (x,), (np.array(1.0),))
    assert INFLUENCE(load_backend("torch"), msgspec.structs.replace(case, dtype="complex128")).verdict is Verdict.HOLDS


@pytest.mark.parametrize("part", ["real", "imag"])
def test_complex_entry_of_which_one_part_is_read_is_not_called_idle(part: str) -> None:
    case = case_of(single(part, ((2,),), ("primal",)), (np.zeros(2, dtype=complex),), (np.ones(2),), dtype="complex128")
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_cancels_to_rounding_is_no_influence(dtype: str) -> None:
    """layer_norm of one element is 0 whatever the element is; its gradient is 300 times the cotangent less as much."""
    x, w = np.array([[0.75], [-0.5], [1.5]]), np.array([[2.1152554449129544], [-0.44000650637066796], [-0.3236773266059282]])
    single_norm = single("layer_norm", ((3, 1), (1,)), ("primal", "primal"), normalized_shape=(1,), eps=1e-5)
    case = case_of(single_norm, (x, np.array([-1.75])), (w.astype(dtype).astype("float64"),), dtype=dtype)
    assert INFLUENCE(load_backend("torch"), case).verdict is Verdict.HOLDS


def test_bias_beside_a_value_that_is_rounding_alone_has_no_influence_that_shows() -> None:
    """The second channel has no spread but that of its mean's rounding, times weight / sqrt(eps): 4e46 where 0 is right, beside a bias of 1e30."""
    x, weight, bias = 1e30 * np.array([[[-1.25, 2.5], [1.75, 1.75]]]), 1e30 * np.array([0.25, 0.75]), 1e30 * np.array([-0.5, 1.5])
    program = single("batch_norm", (x.shape, (2,), (2,)), ("primal",) * 3, eps=1e-5)
    assert INFLUENCE(load_backend("torch"), case_of(program, (x, weight, bias), (np.ones(x.shape),))).verdict is Verdict.HOLDS
