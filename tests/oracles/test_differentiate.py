"""The oracle on functions whose derivative is known: value, bound, status."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from harness.oracles import differentiate

SMOOTH = {
    "exp": (math.exp, 1.0),
    "linear": (lambda t: 3 * t + 1, 3.0),
    "constant": (lambda t: 5.0, 0.0),
    "zero": (lambda t: 0.0, 0.0),
    "large offset": (lambda t: math.sin(t) + 1e7, 1.0),
    "near the edge": (lambda t: math.sqrt(1e-6 + t), 500.0),
    "fast": (lambda t: math.sin(1e6 * t), 1e6),
    "tiny values": (lambda t: 1e-200 * math.exp(t), 1e-200),
    "huge values": (lambda t: 1e200 * math.exp(t), 1e200),
    "kink beside the point": (lambda t: max(t + 3e-7, 0.0), 1.0),
    "second derivative jumps": (lambda t: t * abs(t) + math.sin(t), 1.0),
    "a wide plateau": (lambda t: math.floor(t + 0.5) + 0.0, 0.0),
}


@pytest.mark.parametrize("effort", ["auto", "thorough"])
@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("name", SMOOTH)
def test_differentiate_covers_the_true_derivative(name: str, effort: str, offset: int) -> None:
    phi, truth = SMOOTH[name]
    estimate = differentiate(phi, effort=effort, offset=offset)
    assert estimate.status == "smooth"
    assert abs(estimate.value - truth) <= estimate.bound <= 1e-6 * max(abs(truth), abs(phi(0.0)))


def test_differentiate_spends_few_evaluations_on_a_smooth_function() -> None:
    assert differentiate(math.exp).evaluations <= 11
    assert differentiate(math.exp, effort="thorough").evaluations <= 100


def test_quick_table_does_not_settle_where_steps_alias() -> None:
    for k in range(40):
        omega = 2 * math.pi * 1000 * (k + 0.01)
        estimate = differentiate(lambda t, omega=omega: math.sin(omega * t), effort="quick")
        assert estimate.status == "unresolved" or abs(estimate.value - omega) <= estimate.bound


def test_quick_table_does_not_settle_at_a_kink() -> None:
    estimate = differentiate(abs, effort="quick")
    assert (estimate.status, estimate.reason) == ("unresolved", "the quick table does not settle.")


def test_claim_that_disagrees_sends_auto_to_the_ladder() -> None:
    assert differentiate(math.exp, claim=1.0).evaluations < 15
    assert differentiate(math.exp, claim=1.001).evaluations > 40
    assert abs(differentiate(math.exp, claim=1.001).value - 1) < 1e-12


def test_the_two_offsets_share_no_step() -> None:
    steps = [{rung.step for rung in differentiate(math.exp, effort="thorough", offset=k).ladder} for k in (0, 1)]
    assert steps[0].isdisjoint(steps[1])


def test_ladder_says_why_a_step_does_not_count() -> None:
    rungs = differentiate(lambda t: math.sin(1e3 * t), effort="thorough").ladder
    assert {rung.why for rung in rungs if not rung.kept} == {"not resolved"}
    assert any(rung.kept for rung in rungs)


def test_kink_gives_the_one_sided_slopes() -> None:
    estimate = differentiate(lambda t: 1.75 * max(t, 0.0) + math.sin(t))
    assert estimate.status == "kink"
    low, high = estimate.interval
    assert abs(low - 1) <= estimate.bound
    assert abs(high - 2.75) <= estimate.bound
    assert estimate.bound < 1e-11


ABSTAINS = {
    "jump": (lambda t: float(t > 0) + t, "jump", "phi jumps at this point"),
    "small jump": (lambda t: 1e-6 * (t > 0) + math.exp(t), "jump", "phi jumps at this point"),
    "edge of the domain": (math.sqrt, "domain", "phi is not finite, or raises, for t < 0: the point lies on the edge of its domain (ValueError"),
    "NaN on the right": (lambda t: math.nan if t > 0 else t, "domain", "for t > 0"),
    "isolated point": (lambda t: t if t == 0 else math.nan, "non-finite", "phi is not finite, or raises, however close to this point."),
    "NaN": (lambda t: math.nan, "non-finite", "phi(0) is nan."),
    "infinite": (lambda t: math.inf, "non-finite", "phi(0) is inf."),
    "infinite slope": (lambda t: math.copysign(math.sqrt(abs(t)), t), "unresolved", "no step resolves phi at this point"),
    "staircase": (lambda t: math.floor(1000 * t + 0.5) / 1000 + 1, "noise", "phi is a staircase or noise at small steps"),
    "raises at 0": (lambda t: 1 / t, "raises", "phi raises at t = 0: ZeroDivisionError: float division by zero."),
    "a string": (lambda t: "one", "raises", "phi returns <U3 at t = 0; it must return a number or an array of numbers."),
    "integers": (lambda t: 3, "unresolved", "phi returns integers or booleans"),
    "shape changes": (lambda t: np.zeros(3 if t == 0 else 2), "inconsistent shape", "phi returns real values of shape (2,)"),
    "turns complex": (lambda t: 1.0 if t == 0 else 1j, "inconsistent shape", "phi returns complex values of shape ()"),
}


@pytest.mark.parametrize("name", ABSTAINS)
def test_differentiate_abstains_with_a_reason(name: str) -> None:
    phi, status, reason = ABSTAINS[name]
    estimate = differentiate(phi)
    assert estimate.status == status
    assert reason in estimate.reason
    assert np.isnan(estimate.value).all()
    assert np.isinf(estimate.bound).all()


def test_differentiate_recognises_a_random_function() -> None:
    rng = np.random.default_rng(0)
    estimate = differentiate(lambda t: float(rng.normal()))
    assert estimate.status == "random"
    assert "random or depends on state" in estimate.reason


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan, 5e-324, 1e-300])
def test_differentiate_refuses_an_unusable_scale_with_a_reason(scale: float) -> None:
    estimate = differentiate(math.sin, scale=scale)
    assert (estimate.status, estimate.evaluations) == ("unresolved", 0)
    assert estimate.reason.startswith("the scale of t must be")


@pytest.mark.parametrize("scale", [1e300, 1e-250, 1e8, 1e-8])
def test_differentiate_never_claims_a_wrong_value_at_an_odd_scale(scale: float) -> None:
    estimate = differentiate(lambda t: math.sin(t / scale), scale=scale)
    assert abs(estimate.value * scale - 1) <= estimate.bound * scale <= 1e-6
    assert differentiate(math.sin, scale=1e300).status == "unresolved"


@pytest.mark.parametrize("size", [1e-300, 1e-308, 1e-310, 1e-315, 1e-318, 1e-320])
@pytest.mark.parametrize("effort", ["auto", "thorough"])
@pytest.mark.parametrize("offset", [0, 1])
def test_bound_covers_the_rounding_of_subnormal_values(size: float, effort: str, offset: int) -> None:
    estimate = differentiate(lambda t: size * math.exp(0.3 + t), effort=effort, offset=offset)
    assert abs(estimate.value - size * math.exp(0.3)) <= estimate.bound <= 2 * size


@pytest.mark.parametrize("drift", [10.0 ** (-2 * k) for k in range(8)])
@pytest.mark.parametrize("effort", ["auto", "thorough"])
def test_function_that_counts_its_calls_is_random_or_covered(drift: float, effort: str) -> None:
    calls = [0]

    def phi(t: float) -> float:
        calls[0] += 1
        return math.sin(t) + drift * calls[0]

    estimate = differentiate(phi, effort=effort)
    assert estimate.status == "random" or abs(estimate.value - 1) <= estimate.bound


@pytest.mark.parametrize("argument", ["scale", "grain", "required", "claim", "slack", "terms"])
def test_argument_that_is_no_number_is_named(argument: str) -> None:
    with pytest.raises(TypeError, match=rf"differentiate\({argument}=\.\.\.\) must be a .*number.*; got 'one' \(str\)\."):
        differentiate(math.exp, **{argument: "one"})
    if argument in ("scale", "grain"):
        with pytest.raises(TypeError, match=rf"differentiate\({argument}=\.\.\.\) must be a real number; got None \(NoneType\)\."):
            differentiate(math.exp, **{argument: None})


RAISES = {
    "None": (lambda t: None, "phi returns object at t = 0; it must return a number or an array of numbers."),
    "a ragged list": (lambda t: [1, [2, 3]], "phi raises at t = 0: ValueError: setting an array element with a sequence."),
    "an object that is no array": (lambda t: _NoArray(), "phi raises at t = 0: TypeError: no array of mine."),
    "a date": (lambda t: np.datetime64("2020"), "phi returns datetime64[Y] at t = 0; it must return a number or an array of numbers."),
}


class _Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_exception_without_words_is_told_by_its_class() -> None:
    def phi(t: float) -> float:
        raise _Speechless

    assert differentiate(phi).reason == "phi raises at t = 0: _Speechless."


@pytest.mark.parametrize("effort", ["auto", "quick", "thorough"])
@pytest.mark.parametrize("terms", [np.ones(3), np.ones((2, 2)), np.zeros(0)])
def test_terms_of_another_shape_are_told_in_words(terms: np.ndarray, effort: str) -> None:
    for phi in (math.exp, lambda t: np.array([t, math.exp(t)])):
        estimate = differentiate(phi, terms=terms, effort=effort)
        assert estimate.status == "inconsistent shape"
        assert estimate.reason == (f"the terms of phi have shape {terms.shape}, its values {np.shape(phi(0.0))}; give one for all or one each.")


def test_terms_may_be_complex_or_one_for_each_element() -> None:
    for terms in (1j, np.ones(2), np.array([1j, 2])):
        assert differentiate(lambda t: np.array([t, math.exp(t)]), terms=terms).status == "smooth"


def test_what_phi_does_to_numpys_error_state_ends_with_phi() -> None:
    def phi(t: float) -> float:
        np.seterr(all="raise")
        return math.sin(t)

    before = np.geterr()
    assert differentiate(phi, scale=1.7e308, offset=1).status == "unresolved"
    assert np.geterr() == before


class _NoArray:
    def __array__(self, *args: object, **kwargs: object) -> np.ndarray:
        raise TypeError("no array of mine.")


@pytest.mark.parametrize("name", RAISES)
def test_what_is_no_number_has_a_reason_and_no_exception(name: str) -> None:
    phi, reason = RAISES[name]
    estimate = differentiate(phi)
    assert estimate.status == "raises"
    assert estimate.reason.startswith(reason)


def test_coarse_grain_is_a_wide_bound_and_no_error() -> None:
    estimate = differentiate(math.exp, effort="thorough", grain=1.0)
    assert abs(estimate.value - 1) <= estimate.bound
    assert estimate.resolution > 1
    assert differentiate(math.exp, grain=math.inf).reason == "the grain of t must be finite; got inf."


def test_differentiate_never_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        differentiate(lambda t: np.log(np.float64(t)))
        differentiate(lambda t: np.exp(np.float64(1e4 * t)), scale=1e3)
        differentiate(lambda t: np.array([np.float64(1e308) * (1 + t), 5e-324 * t]))


def test_differentiate_names_a_bad_effort_and_offset() -> None:
    with pytest.raises(ValueError, match=r"differentiate\(effort=\.\.\.\) must be 'auto', 'quick' or 'thorough'; got 'best'\."):
        differentiate(math.exp, effort="best")
    with pytest.raises(ValueError, match=r"differentiate\(offset=\.\.\.\) must be 0 or 1; got 2\."):
        differentiate(math.exp, offset=2)


def test_hidden_float32_cast_is_diagnosed() -> None:
    estimate = differentiate(lambda t: float(np.float32(math.sin(1 + t))))
    assert abs(estimate.value - math.cos(1)) <= estimate.bound < 1e-5
    assert estimate.diagnosis.startswith("hidden float32 cast: the relative noise of phi is")
    assert differentiate(lambda t: math.sin(1 + t), effort="thorough").diagnosis == ""


def test_float32_output_is_no_hidden_cast() -> None:
    estimate = differentiate(lambda t: np.float32(math.sin(1 + t)), effort="thorough")
    assert abs(estimate.value - math.cos(1)) <= estimate.bound < 1e-4
    assert estimate.diagnosis == ""


def test_vector_phi_is_judged_element_by_element() -> None:
    estimate = differentiate(lambda t: np.array([[math.exp(t), 3 * t], [max(t, 0.0), 7.0]]))
    assert estimate.status == "kink"
    assert estimate.value.shape == estimate.bound.shape == (2, 2)
    low, high = estimate.interval
    assert np.allclose(low, [[1, 3], [0, 0]], atol=1e-11)
    assert np.allclose(high, [[1, 3], [1, 0]], atol=1e-11)


def test_vector_phi_keeps_what_is_known_beside_a_jump() -> None:
    estimate = differentiate(lambda t: np.array([math.exp(t), float(t > 0)]))
    assert estimate.status == "jump"
    assert abs(estimate.value[0] - 1) <= estimate.bound[0] < 1e-11
    assert np.isnan(estimate.value[1])


def test_complex_phi_has_a_complex_derivative() -> None:
    estimate = differentiate(lambda t: np.exp(1j * t) * np.array([1, 2j]))
    assert np.all(np.abs(estimate.value - [1j, -2]) <= estimate.bound)
    assert estimate.bound.dtype == np.float64


def test_phi_may_reuse_its_buffer() -> None:
    buffer = np.zeros(2)

    def phi(t: float) -> np.ndarray:
        buffer[:] = [math.exp(t), math.sin(t)]
        return buffer

    assert np.allclose(differentiate(phi).value, 1, atol=1e-9)


def test_phi_without_elements_has_an_empty_derivative() -> None:
    estimate = differentiate(lambda t: np.zeros((0, 3)))
    assert estimate.value.shape == (0, 3)
    assert estimate.status == "smooth"


def test_grain_widens_the_bound_for_a_coarse_argument() -> None:
    phi = lambda t: math.sin((1e8 + math.pi * t) - 1e8)  # noqa: E731
    fine, coarse = differentiate(phi, effort="thorough"), differentiate(phi, effort="thorough", grain=1.5e-8 / math.pi)
    assert abs(coarse.value - math.pi) <= coarse.bound < 1e-4
    assert coarse.bound >= fine.bound


def becoming(other: Callable[[float], float], calls: int) -> Callable[[float], float]:
    """The sine, and `other` after so many calls."""
    made = iter(range(10**6))
    return lambda t: math.sin(t + 0.7) if next(made) < calls else other(t)


@pytest.mark.parametrize("effort", ["auto", "thorough"])
@pytest.mark.parametrize("calls", [3, 10, 20, 40])
@pytest.mark.parametrize(
    "other", [lambda t: 1.01 * math.sin(t + 0.7), lambda t: math.sin(0.7) + 1.01 * t, lambda t: math.nan], ids=["scaled", "steeper", "nan"]
)
def test_function_that_becomes_another_is_random_or_was_done_with_before(other: Callable[[float], float], calls: int, effort: str) -> None:
    estimate = differentiate(becoming(other, calls), effort=effort)
    done = estimate.evaluations <= calls
    assert (estimate.status == "random") is not done or estimate.status == "non-finite"


def test_noise_alone_is_no_other_function() -> None:
    rng = np.random.default_rng(5)
    estimate = differentiate(lambda t: np.sin(t + 0.7) * (1 + 1e-10 * rng.standard_normal(100)), effort="thorough")
    assert estimate.status == "smooth"
