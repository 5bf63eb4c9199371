"""What rounding inside an op can do, measured at neighbours of the point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import Backend, load_backend
from harness.backends.bind import Bound, bind
from harness.program import Case, Input, Instruction, Program, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.conditioning import spread
from properties.laws.course import about_mean
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat
from properties.laws.neighbours import sampled, scattered
from properties.laws.shaking import Measure
from properties.laws.squared import squared
from tests.laws.examples import case_of, product

ZERO = np.zeros((1, 1))


@pytest.fixture(scope="module")
def torch() -> Backend:
    return load_backend("torch")


def equal_points(seed: int) -> Case:
    """A triplet of equal points: torch adds 1e-6 to their difference and divides by that, so that a second derivative of 0 is 1e6 - 1e6."""
    program = single("triplet_margin_loss", ((1, 1),) * 3, ("primal",) * 3, margin=0.5, swap=False, reduction="none")
    return case_of(program, (ZERO,) * 3, (np.ones(1),), seed=seed)


def negated(x: np.ndarray) -> Case:
    return case_of(single("negative", (x.shape,), ("primal",)), (x,), (np.ones(x.shape),))


@pytest.mark.parametrize("seed", [4, 15])
def test_rounding_beside_a_constant_of_the_op_is_no_finding_at_zero(torch: Backend, seed: int) -> None:
    """With seed 15 the errors at the first four neighbours have one sign."""
    assert laws()["hessian-compositions-agree"].check(torch, equal_points(seed)).verdict is not Verdict.BROKEN


@pytest.mark.parametrize("seed", range(6))
def test_what_rounding_leaves_of_a_difference_is_no_gradient_of_a_norm_of_one_element(torch: Backend, seed: int) -> None:
    """The gradient of the weight is (x - mean(x)) / sqrt(eps): 0 but for rounding, which is alike an ulp away from a single number by chance."""
    program = single("layer_norm", ((1,),) * 3, ("primal",) * 3, normalized_shape=(1,), eps=1e-5)
    primals = (np.array([-4.827 - seed]), np.array([2.5]), np.array([0.5]))
    case = case_of(program, primals, (np.array([0.6]),), seed=seed)
    assert laws()["vjp-eq-fd"].check(torch, case).verdict is not Verdict.BROKEN


def test_rounding_is_measured_in_the_memory_layout_of_the_case(torch: Backend) -> None:
    """Where axes of length 1 leave it open how a product lies in memory; channels last, torch computes group_norm as x s - m s, and rounds m s."""
    x, channels_last = np.array([[[[0.0]], [[0.01]]], [[[0.0]], [[0.0]]]]), ("channels_last", "contiguous", "contiguous")
    case = case_of(single("group_norm", (x.shape,), ("primal",), num_groups=2, eps=1e-5), (x,), (np.ones(x.shape),))
    [shaken] = bind(torch, msgspec.structs.replace(case, layouts=channels_last), jitter=np.ones).primals
    assert shaken.stride() == (2, 1, 2, 2)
    assert shaken[0, 1, 0, 0] == np.nextafter(0.01, 1)
    assert laws()["layout-independent"].check(torch, case).verdict is not Verdict.BROKEN


def test_rounding_of_the_contiguous_side_is_measured_too(torch: Backend) -> None:
    """Of one number in a group the gradient is w r - w r: 0 channels last, and what rounding leaves of it in contiguous memory."""
    x = np.array([-8.2e-2, 3.1e-2, -3.2e-4, 2.8e-6, -1.5e-5, 1.1e-4, -7.3e-5, -8.0e-3]).reshape(2, 4, 1, 1)
    w = np.array([-0.7, -0.2, 0.8, 1.3, -1.3, 1.6, 0.0, 0.5]).reshape(2, 4, 1, 1)
    case = case_of(single("group_norm", (x.shape,), ("primal",), num_groups=4, eps=0.01), (x,), (w,))
    strided = msgspec.structs.replace(case, layouts=("channels_last", "contiguous", "contiguous"))
    assert flat(gradients_of(bind(torch, case))).any()
    assert not flat(gradients_of(bind(torch, strided))).any()
    assert laws()["layout-independent"].check(torch, case).verdict is not Verdict.BROKEN


@pytest.mark.parametrize("value", [0.0, 1.0, 0.2389721862981581, 4.25957725451117])
@pytest.mark.parametrize("law", ["hvp-eq-fd", "hessian-compositions-agree"])
def test_equal_points_of_a_triplet_that_swaps_are_no_finding(torch: Backend, law: str, value: float) -> None:
    program = single("triplet_margin_loss", ((2, 1),) * 3, ("primal",) * 3, margin=0.5, swap=True, reduction="none")
    case = case_of(program, (np.full((2, 1), value),) * 3, (np.array([0.7, -1.3]),), seed=1)
    assert laws()[law].check(torch, case).verdict is not Verdict.BROKEN


def test_a_wrong_second_derivative_at_zero_is_broken() -> None:
    case = case_of(single("cosh", ((1, 1),), ("primal",)), (ZERO,), (np.ones((1, 1)),))
    assert laws()["hessian-compositions-agree"].check(load_backend("faulty:wrong-hvp:torch"), case).verdict is Verdict.BROKEN


def beside(error: Measure) -> Measure:
    """Two sides that differ by `error`, neither of them constant."""

    def sides(bound: Bound) -> np.ndarray:
        off = error(bound)
        right = np.broadcast_to(np.mean(bound.case.points[0]), off.shape)
        return np.stack([right + off, right])

    return sides


@pytest.mark.parametrize("x", [np.zeros(2), np.array([0.0, 1e3]), np.array([1.0, 2.0])], ids=str)
def test_neighbours_move_every_number(torch: Backend, x: np.ndarray) -> None:
    seen: list[np.ndarray] = []

    def error(bound: Bound) -> np.ndarray:
        seen.append(bound.case.points[0])
        return np.zeros(1)

    for look, measure in ((sampled, error), (scattered, beside(error))):
        seen.clear()
        look(torch, negated(x), measure)
        assert np.all(np.ptp(seen, axis=0) > 0)


def test_what_differs_alike_at_all_neighbours_is_not_rounding(torch: Backend) -> None:
    def error(bound: Bound) -> np.ndarray:
        return np.full(2, 3.0)

    assert sampled(torch, negated(np.zeros(2)), error).tolist() == [0, 0]
    assert scattered(torch, negated(np.ones(2)), beside(error)).max() < 1e-12


@pytest.mark.parametrize("power", [-8.0, -3.0, 2.0, 5.0])
def test_an_error_is_not_excused_by_how_it_grows(torch: Backend, power: float) -> None:
    x = np.array([0.3, 1.7])
    found = scattered(torch, negated(x), beside(lambda bound: bound.case.points[0] ** power))
    assert np.all(found < 0.01 * x**power)


def test_an_error_that_overflows_at_some_neighbours_is_told_by_the_others(torch: Backend) -> None:
    def error(bound: Bound) -> np.ndarray:
        x = bound.case.points[0]
        return np.where(x > 1, np.inf, np.random.default_rng(int(x.item() * 1e9)).standard_normal(1))

    assert 1 < scattered(torch, negated(np.ones(1)), beside(error)).item() < 40


@pytest.mark.parametrize("seed", range(8))
def test_rounding_has_no_course(torch: Backend, seed: int) -> None:
    def error(bound: Bound) -> np.ndarray:
        return np.random.default_rng(bound.case.points[0].view(np.uint64)).standard_normal(200)

    found = scattered(torch, msgspec.structs.replace(negated(np.ones(3)), seed=seed), beside(error)) / 8
    assert 0.95 < np.sqrt(np.mean(found**2)) < 1.05
    assert 0.2 < found.min() < found.max() < 2.2


@pytest.mark.parametrize(("x", "saturated"), [(20.0, lambda y: 1 - np.tanh(y) ** 2), (6e-8, lambda y: 1 - np.cos(y))])
def test_what_is_lost_beside_1_has_no_course(torch: Backend, x: float, saturated: Callable[[np.ndarray], np.ndarray]) -> None:
    """One side is 0 or an ulp or two of 1, and the other, which is right as well, another formula: neither is to be blamed."""
    due = {20.0: lambda y: np.cosh(y) ** -2, 6e-8: lambda y: 2 * np.sin(y / 2) ** 2}[x]
    case, off = negated(np.full(1, x)), abs(saturated(x) - due(x))
    assert scattered(torch, case, lambda bound: np.stack([saturated(bound.case.points[0]), due(bound.case.points[0])])).item() > off / 4


def test_neighbours_outside_of_the_domain_take_nothing_from_the_others(torch: Backend) -> None:
    def sides(bound: Bound) -> np.ndarray:
        x = bound.case.points[0]
        right = np.where(x > 1.003, np.nan, x**-3)
        return np.stack([1.5 * right, right])

    assert 0 < scattered(torch, negated(np.ones(1)), sides).item() < 0.005


def test_a_backend_that_refuses_beside_zero_is_asked_elsewhere(torch: Backend) -> None:
    def error(bound: Bound) -> np.ndarray:
        x = bound.case.points[0]
        if np.any((x != 0) & (np.abs(x) < 1e-6)):
            raise ValueError("too near to 0")
        return np.array([x[1], np.sin(1e9 * x[1])])

    for look, measure in ((sampled, error), (scattered, beside(error))):
        assert (look(torch, negated(np.array([0.0, 1.0])), measure) > 0).all()


def test_the_largest_numbers_scatter_without_overflow() -> None:
    found = np.array([[1e300, 1e-300], [-1e300, 3e-300], [np.inf, 2e-300]])
    np.testing.assert_allclose(about_mean(found), [np.sqrt(2) * 1e300, 1e-300])


def test_a_wrong_derivative_that_grows_fast_is_far_from_being_excused(torch: Backend) -> None:
    """torch's forward mode of cholesky_inverse differentiates another function (docs/findings.md); the inverse of L L^T goes with L^-2."""
    lower = np.array([[0.8, 0.0, 0.0], [0.3, 0.6, 0.0], [-0.4, 0.7, 0.9]])
    case = case_of(single("cholesky_inverse", ((3, 3),), ("primal",)), (lower,), (np.array([[0.3, -0.7, 1.1]] * 3),))
    result = laws()["jvp-vjp-duality"].check(torch, case)
    assert result.verdict is Verdict.BROKEN
    assert 1000 * result.tolerance < abs(result.actual - result.expected)


@pytest.mark.parametrize("seed", range(16))
def test_one_value_that_outweighs_all_others_shows_whatever_signs_are_drawn(torch: Backend, seed: int) -> None:
    cube = case_of(single("multiply", ((1,), (1,)), ("primal", "constant")), (np.ones(1), np.full(1, 3.0)), (np.ones(1),), seed=seed)
    off = spread(torch, cube, lambda bound: np.array([bound.values()[0].item() - 3.0]))
    assert 2.0**-52 <= off.item() <= 2.0**-45


@pytest.mark.parametrize("seed", range(8))
def test_the_digits_that_acosh_loses_beside_1_are_explained_by_its_argument(torch: Backend, seed: int) -> None:
    case = case_of(single("acosh", ((1,),), ("primal",)), (np.array([np.float32(1.002)], float),), (np.ones(1),), dtype="float32", seed=seed)
    assert laws()["hvp-eq-fd"].check(torch, case).verdict is not Verdict.BROKEN


def test_rounding_on_a_grid_that_no_primal_moves_is_seen_through_other_cotangents(torch: Backend) -> None:
    """Of logsumexp^2 at one entry the second derivative is (2 x v + 2 v) - 2 x v: 2 v on the grid of 2 x v."""
    masked = {"axis": -1, "keepdims": True, "mask": [False, False, True]}
    program = squared(single("masked_logsumexp", ((1, 1, 3),), ("primal",), **masked))
    case = case_of(program, (np.array([[[0.0, 0.0, -700.0]]]),), (np.ones((1, 1, 1)),), dtype="float32")
    case = msgspec.structs.replace(case, tangents=(np.array([[[0.0, 0.0, -142.8521728515625 / 512]]]),))
    assert laws()["hvp-eq-fd"].check(torch, case).verdict is not Verdict.BROKEN


def test_a_second_derivative_below_an_ulp_of_the_gradient_is_not_asked_for(torch: Backend) -> None:
    """a sigmoid(b) at a = 1e8, b = 1e-8: a sigmoid'' is a b / 8, an ulp of the gradient a / 4 is 2."""
    program = single("glu", ((2, 1),), ("primal",), axis=0)
    case = case_of(program, (np.array([[1e8], [1e-8]]),), (np.ones((1, 1)),), dtype="float32")
    case = msgspec.structs.replace(case, tangents=(np.array([[0.0], [2.0**-26]]),))
    assert laws()["hvp-eq-fd"].check(torch, case).verdict is not Verdict.BROKEN


def test_neighbours_at_which_the_backend_refuses_are_left_out(torch: Backend) -> None:
    """Beside a matrix with an eigenvalue of 0.005 lie some that are not positive definite."""
    close = case_of(single("cholesky", ((2, 2),), ("primal",)), (np.array([[1.0, 0.995], [0.995, 1.0]]),), (np.ones((2, 2)),))
    tried: list[bool] = []

    def error(bound: Bound) -> np.ndarray:
        tried.append(False)
        found = np.ravel(bound.values()[0]) + len(tried)
        tried[-1] = True
        return np.asarray(found)

    off = sampled(torch, close, error)
    assert set(tried) == {False, True}
    assert (off > 0).all()


def test_digits_that_one_ulp_of_the_argument_takes_are_no_finding(torch: Backend) -> None:
    """The slope of tanh(1 + 1e8 - ... - 1e7) is 1 in float32, where the 1 is lost; it is 0.4, and 0 wherever a term is moved by an ulp."""
    steps = (Instruction("sum", ("x",), ("u",), {"axis": 0, "keepdims": False}), Instruction("tanh", ("u",), ("y",)))
    terms = np.array([1.0, 1e8, -7e7, -2e7, -1e7])
    case = case_of(Program((Input("x", (5,)),), steps, ("y",)), (terms,), (np.array(1.0),), dtype="float32", seed=6)
    off = spread(torch, case, lambda bound: flat(gradients_of(bound)))
    assert (off >= 0.4).all()


def half_case(seed: int) -> Case:
    rng = np.random.default_rng(seed)
    x, w, v = (rng.standard_normal(5).astype("float16").astype("float64") for _ in range(3))
    return msgspec.structs.replace(case_of(single("multiply", ((5,), (5,)), ("primal", "primal")), (x, w), (v,), seed=seed), dtype="float16")


@pytest.mark.parametrize("seed", range(6))
def test_rounding_in_half_precision_is_measured_to_ulps_and_not_to_percents(torch: Backend, seed: int) -> None:
    case = half_case(seed)
    gradient = flat(gradients_of(bind(torch, case)))
    rounding = spread(torch, case, lambda bound: flat(gradients_of(bound)))
    assert (np.abs(gradient) * 2.0**-11 <= rounding + 2.0**-24).all()  # one rounding at least
    assert (rounding <= 24 * 2.0**-10 * np.abs(gradient)).all()  # 4 of these are less than a wrong factor of 1.1


@pytest.mark.parametrize(("law", "way"), [("vjp-eq-fd", "vjp"), ("jvp-eq-fd", "jvp")])
def test_outputs_of_another_shape_beside_a_wrong_derivative_are_told(monkeypatch: pytest.MonkeyPatch, law: str, way: str) -> None:
    backend = load_backend("torch")
    right = getattr(backend, way)

    def wrong(*given: Any) -> Any:
        outputs, found = right(*given)
        return tuple(y[None] for y in outputs), tuple(1.01 * x for x in found)

    monkeypatch.setattr(backend, way, wrong)
    result = laws()[law].check(backend, product())
    assert result.verdict is Verdict.BROKEN
    assert result.reason.startswith("output 0 has shape (1, ")


def test_a_derivative_that_only_a_shaken_run_cannot_take_is_an_exception_of_the_backend_s(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, case = load_backend("torch"), product()
    right, calls = backend.vjp, iter(range(100))

    def refusing(*given: Any) -> Any:
        if next(calls):
            raise ValueError("not here")
        outputs, found = right(*given)
        return outputs, tuple(1.001 * x for x in found)

    monkeypatch.setattr(backend, "vjp", refusing)
    with pytest.raises(ValueError, match="not here"):
        laws()["vjp-eq-fd"].check(backend, case)
