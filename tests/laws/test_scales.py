"""Entries of very different sizes in one leaf, and leaves of extreme sizes."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.along import direction
from properties.laws.asked_again import ONLY_LARGE
from properties.laws.own_precision import BEYOND
from tests.laws.examples import case_of


def logarithm() -> Case:
    """log at 1e-20, 1 and 1e20."""
    return case_of(single("log", ((3,),), ("primal",)), (np.array([1e-20, 1.0, 1e20]),), (np.array([1.0, -2.0, 3.0]),))


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_leaf_of_many_sizes_is_decided_in_proportion_to_its_entries(law: str) -> None:
    result = laws()[law].check(load_backend("torch"), logarithm())
    assert (result.verdict, result.vacuous) == (Verdict.HOLDS, False)


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "scaled-gradient"), ("vjp-eq-fd", "flipped-entry"), ("jvp-eq-fd", "scaled-tangent")])
def test_wrong_derivative_of_a_leaf_of_many_sizes_is_broken(law: str, fault: str) -> None:
    assert laws()[law].check(load_backend(f"faulty:{fault}:torch"), logarithm()).verdict is Verdict.BROKEN


def swallowed() -> Case:
    """The sum of 1e8, -1e8 and what moves: a step of it by less than an ulp of 1e8 changes no value at all."""
    case = case_of(single("sum", ((3,),), ("primal",), axis=None, keepdims=False), (np.array([-1e-8, -1e8, 1e8]),), (np.ones(()),))
    return msgspec.structs.replace(case, tangents=(np.array([2.0**-53, 0.0, 0.0]),))


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_step_that_the_sum_swallows_proves_nothing(law: str) -> None:
    assert laws()[law].check(load_backend("torch"), swallowed()).verdict is not Verdict.BROKEN


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "scaled-gradient"), ("jvp-eq-fd", "scaled-tangent")])
def test_wrong_derivative_is_broken_beside_terms_that_cancel(law: str, fault: str) -> None:
    case = msgspec.structs.replace(swallowed(), tangents=(np.array([1.0, 0.5, -0.25]),))
    assert laws()[law].check(load_backend(f"faulty:{fault}:torch"), case).verdict is Verdict.BROKEN


def shrunk(size: int = 2, large: float = 1e8) -> Case:
    """hardshrink at a large number and zeros: no step for the first entry sees how flat it is at the others."""
    primal = np.zeros(size)
    primal[0] = large
    return case_of(single("hardshrink", ((size,),), ("primal",), lambd=0.5), (primal,), (np.linspace(1.0, 2.0, size),))


@pytest.mark.parametrize("size", [2, 65])
def test_flat_piece_between_two_kinks_is_found_beside_a_large_entry(size: int) -> None:
    assert laws()["vjp-eq-fd"].check(load_backend("torch"), shrunk(size)).verdict is Verdict.HOLDS


def test_wrong_entry_beside_a_large_one_is_broken() -> None:
    assert laws()["vjp-eq-fd"].check(load_backend("faulty:scaled-gradient:torch"), shrunk()).verdict is Verdict.BROKEN


def test_direction_of_too_many_entries_absolves_nobody() -> None:
    result = laws()["vjp-eq-fd"].check(load_backend("torch"), shrunk(65, 1e15))
    assert (result.verdict, "too many to ask one by one" in result.reason) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_direction_has_the_size_of_the_leaf_even_where_squares_overflow(size: float) -> None:
    case = logarithm()
    (step,) = direction(msgspec.structs.replace(case, primals=(np.full(3, size),)))
    assert np.max(np.abs(step / case.tangents[0])) == pytest.approx(size, rel=0.5)


def ties() -> Case:
    """The median of nine zeros: flat along every axis, with slope 1 or 0 all around."""
    return case_of(single("median", ((9,),), ("primal",), axis=0, keepdims=False), (np.zeros(9),), (np.ones(()),), seed=4)


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_choice_at_a_tie_of_many_is_left_open(law: str) -> None:
    result = laws()[law].check(load_backend("torch"), msgspec.structs.replace(ties(), drawn={"margin": 0}))
    assert (result.verdict, "the slopes around this point differ" in result.reason) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "negated-gradient"), ("jvp-eq-fd", "scaled-tangent")])
def test_derivative_outside_of_all_slopes_around_a_tie_is_broken(law: str, fault: str) -> None:
    case = msgspec.structs.replace(ties(), drawn={"margin": 0})
    assert laws()[law].check(load_backend(f"faulty:{fault}:torch"), case).verdict is Verdict.BROKEN


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_tiny_leaf_is_decided_by_steps_of_the_size_of_one(law: str) -> None:
    """exp at 1e-12: steps in proportion to x change the value by less than its rounding."""
    case = case_of(single("exp", ((2,),), ("primal",)), (np.array([1e-12, 2e-12]),), (np.ones(2),))
    assert laws()[law].check(load_backend("torch"), case).verdict is Verdict.HOLDS
    assert (
        laws()[law]
        .check(load_backend(f"faulty:{dict(zip(('vjp-eq-fd', 'jvp-eq-fd'), ('scaled-gradient', 'scaled-tangent'), strict=True))[law]}:torch"), case)
        .verdict
        is Verdict.BROKEN
    )


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
def test_choice_at_a_tie_that_nobody_announced_is_left_open(law: str) -> None:
    assert laws()[law].check(load_backend("torch"), ties()).verdict is Verdict.INCONCLUSIVE


def tiny(op: str) -> Case:
    """Primals of 1e-300: along steps of that size nothing shows beside the value 1, or beside the product 1e-600."""
    leaves = (np.array([1e-300, -2e-300]), np.array([3e-300, 1e-300]))
    points = leaves if op in ("multiply", "logaddexp") else leaves[:1]
    return case_of(single(op, ((2,),) * len(points), ("primal",) * len(points)), points, (np.array([1.0, -0.5]),))


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd"])
@pytest.mark.parametrize("op", ["exp", "logaddexp", "multiply"])
def test_derivative_too_small_to_show_is_asked_in_steps_of_one(op: str, law: str) -> None:
    result = laws()[law].check(load_backend("torch"), tiny(op))
    assert (result.verdict, result.vacuous) == (Verdict.HOLDS, False)


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "scaled-gradient"), ("jvp-eq-fd", "scaled-tangent")])
@pytest.mark.parametrize("op", ["exp", "logaddexp", "multiply"])
def test_wrong_derivative_too_small_to_show_does_not_hold(op: str, law: str, fault: str) -> None:
    result = laws()[law].check(load_backend(f"faulty:{fault}:torch"), tiny(op))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, ONLY_LARGE)


def test_forward_derivative_beyond_the_largest_number_of_the_dtype_is_open() -> None:
    """r cos t along a direction of the size of r: 1e35 times 1e35."""
    arrays = (np.array([1.25e35], dtype=np.float32).astype(float), np.array([-1.25e35], dtype=np.float32).astype(float))
    case = case_of(single("polar", ((1,), (1,)), ("primal", "primal")), arrays, (np.array([1.0 + 1.0j]),), dtype="float32")
    result = laws()["jvp-vjp-duality"].check(load_backend("torch"), case)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, BEYOND.format(dtype="float32"))
