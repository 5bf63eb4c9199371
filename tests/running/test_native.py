"""What a backend's library describes itself becomes cells, is told apart from the catalogue, and is found again by another process."""

from __future__ import annotations

import random
from itertools import islice

import msgspec
import numpy as np
import pytest

from harness.backends import Backend, Unsupported, load_backend
from harness.backends.torch.native_cases import native, samples_of
from harness.program import Case
from harness.program.case import Opaque, from_json, to_json
from harness.program.opaque import resolve
from harness.program.target import UnknownTarget
from harness.running.called import signature_of
from harness.running.cells import gap
from harness.running.misuse import Misuse
from harness.running.native import ANY, is_native, native_cases, native_ops, same_points
from harness.running.profiles import PROFILES
from harness.running.selection import Selection, left_to_programs
from harness.running.selection import resolve as resolve_selection
from harness.verdict import Result, Verdict
from properties.laws import lookup_law

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest")
DET = "native:linalg_det"


@pytest.fixture(scope="module")
def torch_backend():
    return load_backend("torch")


def test_native_subject_is_told_from_an_op() -> None:
    assert is_native(DET)
    assert not is_native("softmax")


def test_native_names_are_found_by_expression(torch_backend) -> None:
    found = native_ops(torch_backend, lambda name: name == DET, ["float64"], ["cpu"])
    assert found == [DET]


def first_cases(backend: Backend, op: str, device: str, dtype: str, count: int, seed: int) -> tuple[Case, ...]:
    return tuple(islice(native_cases(backend, op, device, dtype, seed), count))


def test_native_cases_are_found_again_by_their_target(torch_backend) -> None:
    case, *_ = first_cases(torch_backend, DET, "cpu", "float64", 3, seed=1)
    again = from_json(to_json(case))
    points = [torch_backend.array(x, dtype="float64", device="cpu") for x in again.points]
    outputs = resolve(again.subject, torch_backend)(*points)
    assert [tuple(y.shape) for y in outputs] == [w.shape for w in again.cotangents]


def test_native_cases_of_one_sample_differ_in_direction_only(torch_backend) -> None:
    cases = first_cases(torch_backend, DET, "cpu", "float64", 60, seed=1)
    first = cases[0]
    later = next(case for case in cases[1:] if case.subject == first.subject)
    assert same_points(first, later)
    assert not np.array_equal(first.tangents[0], later.tangents[0])
    other = next(case for case in cases if case.subject != first.subject and case.points[0].shape != first.points[0].shape)
    assert not same_points(first, other)


def test_native_finding_is_called_like_its_cell(torch_backend) -> None:
    case, *_ = first_cases(torch_backend, DET, "cpu", "float64", 1, seed=1)
    result = Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, actual=0.0, expected=1.0)
    called = signature_of(torch_backend, msgspec.structs.replace(case, law="vjp-eq-fd"), result)
    assert called == f"vjp-eq-fd | {DET} | zero"


def test_native_samples_that_are_not_dense_are_left_out(torch_backend) -> None:
    assert first_cases(torch_backend, "native:sparse_sampled_addmm", "cpu", "float64", 1, seed=1) == ()


def test_native_subject_without_the_dtype_is_a_gap(torch_backend) -> None:
    law = lookup_law("vjp-eq-fd")
    assert gap(torch_backend, law, DET, "float64", "cpu") == ""
    assert gap(torch_backend, law, "native:nosuch", "float64", "cpu") == "backend torch describes no differentiable native:nosuch in float64."


def test_native_source_that_cannot_be_had_is_one_unsupported_cell(torch_backend, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        name = "bare"

        def native_names(self, dtype: str, device: str) -> tuple[str, ...]:
            raise Unsupported("torch's OpInfo database cannot be loaded (no expecttest); pip install expecttest.")

    assert native_ops(Bare(), lambda name: True, ["float64"], ["cpu"]) == [ANY]


def test_native_subjects_can_be_selected_and_a_wrong_name_is_told(torch_backend) -> None:
    cells = resolve_selection(Selection(op=DET, law="vjp-eq-fd", dtypes=("float64",), devices=("cpu",))).cells
    assert [cell.op for cell in cells] == [DET]
    with pytest.raises(Misuse, match="no cell is left"):
        resolve_selection(Selection(op="native:nosuch", law="vjp-eq-fd", dtypes=("float64",), devices=("cpu",)))


def test_second_order_is_left_to_the_catalogue_where_nobody_asks() -> None:
    assert "second order" in left_to_programs(PROFILES["nightly"], DET)
    assert "second order" not in left_to_programs(PROFILES["nightly"], "det")


def test_unknown_native_target_is_told(torch_backend) -> None:
    with pytest.raises(UnknownTarget, match=r"has no 'native\.nosuch'"):
        resolve(Opaque("harness.backends.torch.native_cases:native.nosuch"), torch_backend)


@pytest.mark.parametrize(
    ("name", "call"),
    [("linalg_det", "torch.linalg.det(x0)"), ("addmm", "torch.addmm(x0, x1, x2"), ("nn_functional_gelu", "torch.nn.functional.gelu(x0")],
)
def test_native_sample_is_written_as_the_call_that_computes_the_same(torch_backend, name: str, call: str) -> None:
    assert f"    made = {call}" in samples_of(name, "float64", "cpu")[0].written()


def test_native_sample_of_complex_numbers_is_written(torch_backend) -> None:
    assert "    made = torch.linalg.det(x0)" in samples_of("linalg_det", "complex128", "cpu")[0].written()


def test_native_sample_that_is_more_than_a_call_of_its_op_is_not_written(torch_backend) -> None:
    wrapped = [sample for sample in samples_of("linalg_cholesky", "float64", "cpu") if sample.primals[0].numel()]
    assert {sample.written() for sample in wrapped} == {""}, "the database makes its matrix symmetric first"


def test_samples_asked_for_inside_a_transform_are_those_outside():
    name = "torch_ops_aten__safe_softmax_default"
    (x,) = (torch.from_numpy(x) for x in first_cases(load_backend("torch"), f"native:{name}", "cpu", "float64", 1, 0)[0].primals)
    samples_of.cache_clear()
    call = getattr(native, name)
    torch.func.vjp(lambda x: call(x, sample=0, dtype="float64", device="cpu"), x)
    assert all(not primal.requires_grad for sample in samples_of(name, "float64", "cpu") for primal in sample.primals)


def test_samples_outside_of_the_domain_are_left_out(torch_backend):
    assert first_cases(torch_backend, "native:__rpow__", "cpu", "float64", 12, 0) == ()  # a negative base to a power that is no integer
    assert len(first_cases(torch_backend, "native:pow", "cpu", "float64", 12, 0)) == 12


@pytest.mark.parametrize("name", ["as_strided", "nn_functional_dropout"])
def test_a_function_of_memory_is_not_asked_in_other_memory(torch_backend, name):
    cases = first_cases(torch_backend, f"native:{name}", "cpu", "float64", 20, 0)
    case = msgspec.structs.replace(next(case for case in cases if case.drawn["of_memory"]), law="layout-independent")
    with pytest.raises(Unsupported, match="reads memory"):
        lookup_law("layout-independent").check(torch_backend, case)
    assert not first_cases(torch_backend, DET, "cpu", "float64", 1, 0)[0].drawn["of_memory"]


@pytest.mark.parametrize("name", ["svd_lowrank", "nn_functional_scaled_dot_product_attention"])
def test_a_function_that_draws_the_same_in_all_memory_is_asked_in_other_memory(torch_backend, name):
    cases = first_cases(torch_backend, f"native:{name}", "cpu", "float64", 4, 0)
    assert not any(case.drawn["of_memory"] for case in cases)


def test_behind_the_mask_that_the_database_puts_over_an_op_nan_may_meet_zero(torch_backend):
    """where(mask, logaddexp(x, y), 0): what the where leaves out is read by logaddexp, whose derivative there is NaN times 0."""
    masked = first_cases(torch_backend, "native:masked_logaddexp", "cpu", "float64", 4, 0)
    cases = [msgspec.structs.replace(case, law="masked-nan-harmless") for case in masked]
    assert all(case.drawn["of_several"] for case in cases)
    with pytest.raises(Unsupported, match="masked out"):
        lookup_law("masked-nan-harmless").check(torch_backend, cases[1])
    assert not first_cases(torch_backend, DET, "cpu", "float64", 1, 0)[0].drawn["of_several"]


@pytest.mark.parametrize(("backend", "found"), [("torch", {"HOLDS"}), ("faulty:negated-gradient:torch", {"BROKEN"})])
def test_tangents_that_a_cast_rounds_are_adjoint_to_gradients_that_it_does_not(backend, found):
    there = load_backend(backend)
    cases = [
        msgspec.structs.replace(case, law="jvp-vjp-duality") for case in first_cases(load_backend("torch"), "native:float", "cpu", "float64", 2, 0)
    ]
    assert {lookup_law("jvp-vjp-duality").check(there, case).verdict.value for case in cases} == found


@pytest.mark.parametrize(("backend", "found"), [("torch", {"HOLDS"}), ("faulty:negated-gradient:torch", {"BROKEN"})])
@pytest.mark.parametrize("name", ["lu_solve", "_softmax_backward_data"])  # with a tensor, and with a dtype, among the constants
def test_an_oracle_in_double_precision_meets_constants_in_double_precision(backend, found, name):
    there, cases = load_backend(backend), first_cases(load_backend("torch"), f"native:{name}", "cpu", "float32", 4, 0)
    asked = [msgspec.structs.replace(case, law="vjp-eq-fd") for case in cases if case.differentiable == (0,)]
    assert {lookup_law("vjp-eq-fd").check(there, case).verdict.value for case in asked} == found


def test_drawing_samples_leaves_the_random_numbers_of_others_alone(torch_backend):
    samples_of.cache_clear()
    before = random.getstate(), np.random.get_state()[1].tolist()
    first_cases(torch_backend, "native:svd_lowrank", "cpu", "float64", 1, 0)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
