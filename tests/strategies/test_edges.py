"""Edge families: each reaches what it is named after."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.bind import bind
from harness.backends.torch.backend import TorchBackend
from harness.ops.catalogue import catalogue, lookup
from harness.program import Case
from harness.program.layout import LAYOUTS, can_hold
from harness.running.profiles import PROFILES
from harness.strategies import edge_cases
from harness.strategies.rounding import an_ulp_from
from harness.verdict import Verdict
from properties.laws import laws


def edges_of(op: str, dtype: str = "float64", seed: int = 0) -> dict[str, Case]:
    return {case.drawn["edges"][0]: case for case in edge_cases("a law", op, backend="torch", device="cpu", dtype=dtype, seed=seed)}


def test_the_empty_axis_edge_has_no_element():
    assert edges_of("exp")["empty axis"].primals[0].size == 0


def test_the_huge_edge_goes_beyond_the_usual_bound():
    assert np.max(np.abs(edges_of("negative")["huge"].primals[0])) > 1e9


def test_the_negative_zero_edge_keeps_the_sign():
    x = edges_of("negative", "float32")["all -0"].primals[0]
    assert x.size == 0 or np.all(np.signbit(x))


def test_one_tensor_twice_is_one_input_read_twice():
    case = edges_of("multiply")["one tensor twice"]
    assert [given.name for given in case.subject.inputs] == ["x0"]
    assert case.subject.instructions[0].args == ("x0", "x0")
    assert len(case.tangents) == 1


@pytest.mark.parametrize("seed", range(6))
def test_one_tensor_twice_is_a_tensor_of_something(seed):
    assert edges_of("matmul", seed=seed)["one tensor twice"].primals[0].size


@pytest.mark.parametrize("op", ["concat", "stack", "block_diag", "hstack"])
@pytest.mark.parametrize("seed", range(4))
def test_an_op_of_any_number_of_operands_takes_its_first_one_twice(op, seed):
    case = edges_of(op, seed=seed)["one tensor twice"]
    assert case.subject.instructions[0].args[:2] == ("x0", "x0")
    assert case.primals[0].size


@pytest.mark.parametrize(("edge", "label", "side"), [("label 1", 1.0, 1), ("label 0", 0.0, -1), ("label -1", -1.0, -1)])
@pytest.mark.parametrize("seed", range(4))
def test_a_label_is_a_constant_beside_what_is_far_on_its_side(edge, label, side, seed):
    case = edges_of("binary_cross_entropy_with_logits", seed=seed)[edge]
    assert case.differentiable == (0,)
    assert np.all(side * case.primals[0] >= 30)
    assert np.all(case.primals[1] == label)


def test_a_label_lies_beside_numbers_that_half_precision_holds():
    cases = [edges_of("binary_cross_entropy_with_logits", "float16", seed=seed)["label 1"] for seed in range(4)]
    assert all(np.all(case.primals[0] == 30) for case in cases)


def test_labels_are_left_out_where_the_domain_has_none_of_them():
    assert not {"label 1", "label 0", "label -1"} & set(edges_of("binary_cross_entropy"))
    assert not {"label 1", "label 0", "label -1"} & set(edges_of("multiply", "complex128"))


def test_equal_leaves_are_two_inputs_of_the_same_values():
    case = edges_of("multiply")["equal leaves"]
    assert len(case.primals) == 2
    assert np.array_equal(case.primals[0], case.primals[1])


@pytest.mark.parametrize(("dtype", "ulp"), [("float64", 2.0**-52), ("float32", 2.0**-23)])
def test_leaves_an_ulp_apart_differ_in_every_entry_by_an_ulp(dtype, ulp):
    first, second = edges_of("maximum", dtype)["leaves an ulp apart"].primals
    assert np.all(first != second)
    assert np.all(np.abs(second - first) <= ulp * np.maximum(np.abs(first), np.abs(second)))
    assert np.array_equal(second, second.astype(dtype))


def test_an_op_of_one_operand_has_no_twins():
    assert not {"one tensor twice", "equal leaves", "leaves an ulp apart"} & set(edges_of("exp"))


def test_edge_cases_are_the_same_each_time():
    first, second = ([case.id for case in edge_cases("a law", "exp", backend="torch", device="cpu", dtype="float64")] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("op", sorted(catalogue()))
def test_every_op_has_edges_inside_its_domain(op):
    assert len(edges_of(op, "float64" if lookup(op).real else "complex128")) >= 3


@pytest.mark.parametrize("side", [9, 17, 33, 65])
def test_every_tail_of_a_vector_loop_has_an_edge(side):
    assert side in edges_of("exp")[f"tail after {side - 1}"].primals[0].shape


def test_the_edge_of_four_axes_has_them():
    assert edges_of("sum")["four axes"].primals[0].ndim >= 4


def test_one_constant_leaves_the_other_operand_to_be_differentiated():
    case = edges_of("multiply")["one constant"]
    assert sorted(given.role for given in case.subject.inputs) == ["constant", "primal"]
    assert len(case.differentiable) == len(case.tangents) == 1


@pytest.mark.parametrize(("edge", "place"), [("first of integers", 0), ("second of integers", 1)])
def test_a_constant_of_integers_is_one_in_memory_too(edge, place):
    case = edges_of("add")[edge]
    assert [given.role for given in case.subject.inputs].index("constant") == place
    bound = bind(load_backend("torch"), case)
    assert case.primals[place].dtype == np.int64
    assert str(bound.function(*bound.primals)[0].dtype) == "torch.float64"


@pytest.mark.parametrize(("op", "sign"), [("ldexp", -1), ("xlogy", 1)])
def test_the_second_of_integers_is_negative_where_it_may_be(op, sign):
    values = [edges_of(op, seed=seed)["second of integers"].primals[1] for seed in range(6)]
    assert all(np.all(sign * x > 0) for x in values)
    assert any(x.size for x in values)


def test_integers_are_asked_only_where_they_are_promoted():
    assert not {"first of integers", "second of integers"} & set(edges_of("matmul"))
    assert {"first of integers", "second of integers"} <= set(edges_of("where"))


def test_leaves_of_the_shared_storage_edge_share_it_in_torch():
    case = edges_of("multiply")["shared storage"]
    x, y = bind(load_backend("torch"), case).primals
    assert x.untyped_storage().data_ptr() == y.untyped_storage().data_ptr()
    assert [array.tolist() for array in (x, y)] == [value.tolist() for value in case.primals]


def test_the_contiguous_twin_convicts_a_backend_that_mistakes_neighbours_in_memory():
    case = edges_of("multiply")["shared storage"]
    law = laws()["layout-independent"]
    assert law.check(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert law.check(AddsWhatSharesMemory(), case).verdict is Verdict.BROKEN


class AddsWhatSharesMemory(TorchBackend):
    """Gradients are kept by storage."""

    def vjp(self, function, primals, cotangents):
        outputs, gradients = super().vjp(function, primals, cotangents)
        together = len({x.untyped_storage().data_ptr() for x in primals}) < len(primals)
        return outputs, tuple(2 * g if together else g for g in gradients)


@pytest.mark.parametrize("seed", range(6))
def test_increasing_numbers_are_at_least_four_and_increase_in_memory_of_any_layout(seed):
    drawn = edge_cases("a law", "exp", backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS), seed=seed)
    x = next(case.primals[0] for case in drawn if case.drawn["edges"] == ["increasing"])
    assert x.size >= 4
    assert np.all(np.diff(x.ravel()) > 0)


def test_the_largest_and_the_smallest_numbers_have_edges_of_their_own():
    edges = edges_of("negative")
    assert np.all(np.abs(edges["largest"].primals[0]) > 1e299)
    assert np.all(np.abs(edges["smallest"].primals[0]) < 1e-299)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("edge", "low", "high"), [("one smallest", 0.0, 1e-290), ("one largest", 1e290, np.inf)])
def test_a_product_meets_the_smallest_and_the_largest_numbers_beside_ordinary_ones_with_every_seed(edge, low, high, seed):
    drawn = edge_cases("a law", "multiply", backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS), seed=seed)
    case = next(case for case in drawn if case.drawn["edges"] == [edge])
    sizes = [np.abs(x[x != 0]) for x in case.primals]
    extreme = [bool(np.all((low < size) & (size < high))) for size in sizes]
    assert sorted(extreme) == [False, True]
    assert np.all(sizes[extreme.index(False)] > 1e-20)
    assert np.any(case.primals[0] * case.primals[1])


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_numbers_of_another_size_are_the_smallest_and_largest_of_their_own_dtype(dtype):
    edges = edges_of("multiply", dtype)
    for edge in ("one smallest", "one largest"):
        assert all(np.any(x) and np.all(np.isfinite(x)) for x in edges[edge].primals)


def test_half_precision_has_too_few_decades_for_numbers_of_another_size():
    assert not {"one smallest", "one largest"} & set(edges_of("multiply", "float16"))


def test_an_op_of_one_operand_has_no_numbers_of_another_size():
    assert not {"one smallest", "one largest"} & set(edges_of("exp"))


@pytest.mark.parametrize("edge", ["one smallest", "one largest"])
def test_a_product_that_is_wrong_only_beside_extreme_numbers_breaks_there(edge):
    law = laws()["vjp-eq-fd"]
    assert law.check(WrongAtExtremes(), edges_of("multiply")[edge]).verdict is Verdict.BROKEN
    assert law.check(load_backend("torch"), edges_of("multiply")[edge]).verdict is Verdict.HOLDS


class WrongAtExtremes(TorchBackend):
    """Torch, with gradients 1 % too large where a number is beyond 1e200 or beneath 1e-200."""

    def vjp(self, function, primals, cotangents):
        outputs, gradients = super().vjp(function, primals, cotangents)
        extreme = any(bool(((abs(x) > 1e200) | ((abs(x) < 1e-200) & (x != 0))).any()) for x in primals)
        return outputs, tuple(1.01 * g if extreme else g for g in gradients)


@pytest.mark.parametrize("seed", range(4))
def test_every_kink_and_its_nearest_neighbours_come_up_also_at_parameters(seed):
    edges = edges_of("hardshrink", seed=seed)
    kink = edges["on kinks"].subject.instructions[0].params["lambd"]
    assert {kink, -kink} <= set(edges["on kinks"].primals[0].ravel().tolist())
    beside = edges["ulps beside kinks"]
    kink = beside.subject.instructions[0].params["lambd"]
    assert {np.nextafter(kink, 0), np.nextafter(kink, 9)} <= set(beside.primals[0].ravel().tolist())


@pytest.mark.parametrize("seed", range(4))
def test_one_tie_is_one(seed):
    x = edges_of("max", seed=seed)["one tie"].primals[0]
    assert len(np.unique(x)) == x.size - 1 >= 3


@pytest.mark.parametrize("seed", range(4))
def test_one_operand_is_special_where_the_other_is_not(seed):
    edges = edges_of("atan2", seed=seed)
    assert not np.any(edges["first 0"].primals[0])
    assert np.all(edges["first 0"].primals[1] > 0)  # where atan2 is smooth
    assert np.all(np.signbit(edges["second -0"].primals[1]))
    assert np.all(edges["second 1"].primals[1] == 1)


@pytest.mark.parametrize(("op", "edge", "side"), [("conv2d", "tail after 16", 17), ("det", "tail after 8", 9), ("bmm", "tail after 32", 33)])
def test_images_matrices_and_batches_have_tails_too(op, edge, side):
    assert edges_of(op)[edge].primals[0].shape[-1] == side


def test_an_index_may_be_of_nothing_where_the_table_is_not():
    case = edges_of("take")["no index"]
    assert case.primals[0].size > 0 == case.primals[1].size


def test_complex_numbers_lie_on_both_axes():
    edges = edges_of("sin", "complex128")
    real, imaginary = (edges[name].primals[0] for name in ("real axis", "imaginary axis"))
    assert [bool(np.any(part)) for part in (real.real, real.imag, imaginary.real, imaginary.imag)] == [True, False, False, True]
    assert "real axis" not in edges_of("sin")


def test_an_edge_of_shape_is_drawn_where_something_moves():
    assert max(edges_of("softmax")["five axes"].primals[0].shape) > 1
    assert edges_of("softmax")["five axes"].primals[0].ndim == 5


@pytest.mark.parametrize("op", ["softmax", "avg_pool2d", "batch_norm_running"])
def test_one_image_is_a_batch_of_one_with_channels_rows_and_columns(op: str) -> None:
    batch, *sides = edges_of(op)["one image"].primals[0].shape
    assert batch == 1
    assert min(sides) > 1


def test_no_matrix_at_all_is_an_edge_of_matrices():
    shape = edges_of("inv")["empty batch"].primals[0].shape
    assert shape[0] == 0 < shape[-1] == shape[-2]


@pytest.mark.parametrize("op", ["masked_mean", "masked_softmax", "masked_select"])
@pytest.mark.parametrize(("edge", "kept"), [("mask all true", True), ("mask all false", False)])
def test_a_mask_that_is_a_parameter_is_forced_as_one_that_is_an_operand(op, edge, kept):
    for seed in range(4):
        case = edges_of(op, seed=seed)[edge]
        assert set(np.array(case.subject.instructions[0].params["mask"]).ravel().tolist()) == {kept}
        assert case.primals[0].size


def test_an_op_without_a_mask_has_no_edges_of_masks():
    assert not {"mask all true", "mask all false"} & set(edges_of("sum"))


BATCHED = """
    adaptive_avg_pool2d adaptive_max_pool3d avg_pool1d batch_norm bilinear channel_shuffle col2im conv1d conv2d conv3d conv_transpose1d
    conv_transpose2d conv_transpose3d embedding_bag fractional_max_pool2d grid_sample group_norm gru_cell im2col interpolate
    layer_norm local_response_norm lp_pool2d
    lstm_cell max_pool2d max_unpool2d max_unpool3d pixel_shuffle rms_norm rnn_tanh_cell scaled_dot_product_attention
    scaled_dot_product_attention_masked
"""


@pytest.mark.parametrize("op", BATCHED.split())
def test_an_empty_batch_has_the_same_result_in_torch(op):
    case = edges_of(op)["empty batch"]
    bound = bind(load_backend("torch"), case)
    assert case.primals[0].shape[0] == 0
    assert [tuple(y.shape) for y in bound.function(*bound.primals)] == [w.shape for w in case.cotangents]


@pytest.mark.parametrize("op", ["group_norm", "instance_norm_affine", "layer_norm", "lstm_cell", "adaptive_avg_pool2d", "grid_sample"])
def test_an_axis_of_features_may_be_empty_where_torch_takes_it(op):
    drawn = edge_cases("a law", op, backend="torch", device="cpu", dtype="float64", seed=1)
    empty = [case for case in drawn if case.drawn["edges"] == ["empty axis"]]
    assert any(0 in case.primals[0].shape[1:] for case in empty)
    for case in empty:
        bound = bind(load_backend("torch"), case)
        assert [tuple(y.shape) for y in bound.function(*bound.primals)] == [w.shape for w in case.cotangents]


@pytest.mark.parametrize(("op", "refused"), [("conv2d", "axis"), ("max_pool2d", "axis"), ("instance_norm", "batch"), ("affine_grid", "batch")])
def test_what_torch_refuses_to_be_empty_is_not_drawn(op, refused):
    assert f"empty {refused}" not in edges_of(op)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "complex64"])
def test_extreme_sizes_are_those_of_the_dtype(dtype):
    edges, limits = edges_of("negative", dtype), np.finfo("float64" if dtype == "float64" else "float32")
    sizes = {name: np.abs(edges[name].primals[0]) for name in ("tiny", "smallest", "huge", "largest")}
    assert np.all(sizes["largest"] > limits.max**0.85)
    assert np.all(sizes["largest"] < limits.max / 100)
    assert np.all(sizes["smallest"] < limits.smallest_normal**0.85)
    assert all(np.any(size) for size in sizes.values())
    assert np.max(sizes["tiny"]) < 1 < np.min(sizes["huge"])


def test_half_precision_has_tiny_and_smallest_numbers_of_its_own():
    edges = edges_of("negative", "float16")
    assert np.all(edges["smallest"].primals[0] != 0)
    assert np.all(np.abs(edges["smallest"].primals[0]) < 1e-3)
    assert np.all(np.abs(edges["largest"].primals[0]) >= 4)


@pytest.mark.parametrize("seed", range(4))
def test_every_size_of_a_dtype_is_met_with_every_seed(seed):
    drawn = edge_cases("a law", "negative", backend="torch", device="cpu", dtype="float32", seed=seed)
    smallest = [np.max(np.abs(case.primals[0])) for case in drawn if case.drawn["edges"] == ["smallest"]]
    assert len(smallest) == 2
    assert min(smallest) < np.finfo("float32").smallest_normal <= max(smallest)


@pytest.mark.parametrize("seed", range(8))
def test_an_axis_of_nothing_is_summed_with_each_setting(seed):
    drawn = edge_cases("a law", "sum", backend="torch", device="cpu", dtype="float64", seed=seed)
    kept = {case.subject.instructions[0].params["keepdims"] for case in drawn if case.drawn["edges"][0] in ("empty axis", "empty batch")}
    assert kept == {True, False}


@pytest.mark.parametrize("seed", range(40))
def test_an_edge_that_speaks_of_several_numbers_has_as_many(seed):
    assert edges_of("cumulative_sum", seed=seed)["increasing"].primals[0].size >= 4


@pytest.mark.parametrize("seed", range(40))
def test_the_largest_number_of_single_precision_is_that_of_a_readable_one(seed):
    assert max(np.max(np.abs(x)) for x in edges_of("multiply", "float32", seed)["one largest"].primals) > 1e33


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_an_ulp_from_a_number_is_the_next_one(dtype):
    x, steps = np.array([1.0, 1.0, -2.0, -2.0, 1.5, -0.75]), np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    expected = np.nextafter(x.astype(dtype), (np.inf * steps).astype(dtype)).astype("float64")
    assert an_ulp_from(x, steps, dtype).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_decreasing_numbers_are_below_0_and_the_first_is_the_largest(seed):
    x = edges_of("cummax", seed=seed)["decreasing"].primals[0]
    assert np.all(np.diff(x.ravel()) < 0)
    assert np.all(x < 0)


@pytest.mark.parametrize("seed", range(4))
def test_decreasing_numbers_decrease_where_none_may_be_below_0(seed):
    assert np.all(np.diff(edges_of("log", seed=seed)["decreasing"].primals[0].ravel()) < 0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize(("edge", "axis"), [("one row equal", 0), ("one column equal", 1)])
def test_one_row_or_column_is_of_one_number_and_the_others_are_not(edge, axis, dtype, seed):
    parts = np.moveaxis(edges_of("exp", dtype, seed)[edge].primals[0], axis, 0)
    assert sorted(bool(np.all(part == part.flat[0])) for part in parts) == [False] * (len(parts) - 1) + [True]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_one_hot_rows_have_one_number(dtype, seed):
    x = edges_of("negative", dtype, seed)["one-hot rows"].primals[0]
    assert np.array_equal(np.count_nonzero(x, axis=-1), np.ones(x.shape[:-1]))
    assert np.all(np.abs(x.real).sum(axis=-1) == 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_one_or_two_numbers_are_0(dtype, seed):
    drawn = edges_of("prod", dtype, seed)
    assert [np.count_nonzero(drawn[edge].primals[0] == 0) for edge in ("one 0", "two 0")] == [1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_0_lies_behind_the_mask_and_nowhere_else(seed):
    case = edges_of("masked_prod", seed=seed)["0 behind the mask"]
    mask = np.broadcast_to(case.subject.instructions[0].params["mask"], case.primals[0].shape)
    assert not mask.all()
    assert np.array_equal(case.primals[0] != 0, mask)


@pytest.mark.parametrize("seed", range(4))
def test_transposed_leaves_are_each_others_transposes(seed):
    first, second = edges_of("bmm", seed=seed)["transposed leaves"].primals
    assert np.array_equal(first, np.swapaxes(second, -1, -2))
    assert first.size > 1


@pytest.mark.parametrize("op", ["inner", "maximum", "matmul"])
@pytest.mark.parametrize("seed", range(6))
def test_every_operand_lies_in_memory_that_can_hold_it(op, seed):
    for case in edge_cases("a law", op, backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS), seed=seed):
        assert all(can_hold(x, layout) for x, layout in zip(case.arrays, case.layouts, strict=True))


@pytest.mark.parametrize("op", ["vecdot", "einsum", "masked_mean", "masked_amax"])
def test_a_profile_has_room_for_all_edges_of_an_op(op):
    drawn = edge_cases("a law", op, backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS), seed=1)
    assert sum(1 for _ in drawn) <= PROFILES["ci"].edges <= PROFILES["nightly"].edges


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("diagonal matrix", lambda a: np.array_equal(a, np.diag(np.diag(a))) and np.diag(a).all()),
        ("triangular matrix", lambda a: np.array_equal(a, np.tril(a)) or np.array_equal(a, np.triu(a))),
        ("skew-symmetric matrix", lambda a: np.array_equal(a, -a.T) and a.any()),
        ("tridiagonal matrix", lambda a: np.array_equal(a, np.triu(np.tril(a, 1), -1)) and np.linalg.det(a) != 0),
    ],
)
def test_a_structured_matrix_has_its_structure_whatever_memory_it_lies_in(name, fits, dtype, seed):
    drawn = edge_cases("a law", "matrix_exp", backend="torch", device="cpu", dtype=dtype, layouts=tuple(LAYOUTS), seed=seed)
    (case,) = [case for case in drawn if case.drawn["edges"] == [name]]
    a = case.primals[0]
    assert all(fits(one) for one in a.reshape(-1, *a.shape[-2:]))
