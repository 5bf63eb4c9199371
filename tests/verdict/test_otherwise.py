"""Before BROKEN is said phi is asked in other steps: narrower than all windows, and wider than a staircase's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from harness.oracles.reasons import MEANT, NEARBY
from harness.verdict import Result, Verdict, judge_derivative, judge_tangent

WIDTH = 1e-6


def half(x: float) -> float:
    """`x` rounded to eight bits, as bfloat16 has them."""
    mantissa, exponent = math.frexp(x)
    return math.ldexp(round(mantissa * 256) / 256, exponent)


def judged(claim: float, phi: Callable[[float], float], *, stairs: bool = False) -> Result:
    return judge_derivative("law", claim, phi, rounding=1e-15, size=abs(claim), required=1e-6, stairs=stairs)


def bump(t: float) -> float:
    """Slope 2 at 0, and 1 to whoever does not look nearer than 1e-6."""
    return math.exp(t) + t * math.exp(-((t / WIDTH) ** 2))


def dent(t: float) -> float:
    """The same on one side: slopes 2 and 1."""
    return bump(t) if t > 0 else math.exp(t)


@pytest.mark.parametrize("width", [3e-3, 7e-4, 1e-4, 2e-5, 3e-6, 4e-7, 1e-8])
@pytest.mark.parametrize("x", [0.31371234567, 1.903155711237, -0.618033988749])
def test_slope_of_what_windows_take_for_noise_is_not_broken(x: float, width: float) -> None:
    """Teeth: slope 2, and 1 to windows that take them for noise."""
    assert judged(2.0, lambda t: (x + t) + math.fmod(x + t + 10, width)).verdict is not Verdict.BROKEN


@pytest.mark.parametrize(("phi", "claim"), [(bump, 2.0), (dent, 2.0), (dent, 1.5)])
def test_slope_of_a_structure_narrower_than_all_windows_is_not_broken(phi: Callable[[float], float], claim: float) -> None:
    result = judged(claim, phi)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, NEARBY)
    assert result.evaluations <= 110


@pytest.mark.parametrize("seed", range(6))
def test_slope_between_several_kinks_is_not_broken(seed: int) -> None:
    """Of a Huber loss, ten of whose differences are within 1e-7 of its threshold, all steps above show two slopes; one in between lies beyond."""
    rng = np.random.default_rng(seed)
    signs, speeds = rng.choice((-1.0, 1.0), 40), rng.normal(size=40)
    apart = np.where(np.arange(40) < 10, 0.5 + np.round(rng.normal(size=40) * 4) * 2.0**-25, rng.uniform(0, 1.5, 40)) * signs

    def loss(t: float) -> float:
        d = np.abs(apart + t * speeds)
        return float(np.sum(np.where(d < 0.5, d * d, d - 0.25)))

    slope = float(np.sum(np.where(np.abs(apart) < 0.5, 2 * apart, signs) * speeds))
    assert judged(slope, loss).verdict is not Verdict.BROKEN
    assert judged(1.01 * slope, loss).verdict is Verdict.BROKEN


@pytest.mark.parametrize("depth", [2e-15, 5e-15, 3e-14, 1e-12])
def test_slope_within_a_structure_that_noise_just_lets_see_is_not_broken(depth: float) -> None:
    """Two distances that change places within 1e-15 of the point: everywhere else the slope is 2, there it is 1."""
    assert judged(1.0, lambda t: 1.0 + 2 * t - (min(max(t, -depth), depth))).verdict is not Verdict.BROKEN


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("size", [1.0, 1e-2, 1e-4])
def test_wrong_slope_at_a_small_kink_among_many_terms_is_broken(size: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, v = 10 * rng.normal(size=60), rng.normal(size=60)
    x[0], v[0] = 0.0, size
    slope = float(np.sum(np.sign(x) * v)) + size
    assert judged(slope + 1e-3 * max(1.0, abs(slope)), lambda t: float(np.sum(np.abs(x + t * v)))).verdict is Verdict.BROKEN


@pytest.mark.parametrize("wrong", [1e-5, 1e-3, 0.1])
@pytest.mark.parametrize(
    ("phi", "slope"),
    [
        (lambda t: math.exp(t) + 10 * max(t, 0.0) ** 2, 1.0),
        (lambda t: math.sin(t) + 2 * t * abs(t), 1.0),
        (lambda t: (math.exp(t) - 1) / t if t else 1.0, 0.5),
    ],
    ids=["curvature on one side", "curvature of either sign", "rounding that grows towards the point"],
)
def test_wrong_slope_where_only_curvature_jumps_or_rounding_grows_is_broken(phi: Callable[[float], float], slope: float, wrong: float) -> None:
    assert judged(slope + wrong, phi).verdict is Verdict.BROKEN


@pytest.mark.parametrize("wrong", [1e-6, 1e-3, 0.3])
def test_slope_beyond_those_of_one_kink_stays_broken(wrong: float) -> None:
    assert judged(2 + wrong, lambda t: 28.5 + abs(t) + math.exp(t)).verdict is Verdict.BROKEN


@pytest.mark.parametrize("claim", [1 + 1e-9, 1.01, 1.5, 3.0, -2.0])
def test_slope_that_no_step_shows_stays_broken(claim: float) -> None:
    assert judged(claim, bump).verdict is Verdict.BROKEN


def test_element_that_other_steps_explain_does_not_hide_one_that_they_do_not() -> None:
    def both(t: float) -> list[float]:
        return [bump(t), math.exp(t)]

    verdicts = [
        judge_tangent("law", claims, both, rounding=1e-15, size=1.0, required=1e-6).verdict for claims in ([2.0, 1.0], [2.0, 1.001], [3.0, 1.0])
    ]
    assert verdicts == [Verdict.INCONCLUSIVE, Verdict.BROKEN, Verdict.BROKEN]


STAIRS: dict[str, tuple[Callable[[float], float], float]] = {
    "a sum that swallows": (lambda t: ((0.3 + t) + 1e16) - 1e16, 1.0),
    "a sum that swallows more": (lambda t: ((0.3 + t) + 1e30) - 1e30, 1.0),
    "a factor in few bits": (lambda t: half(0.7 + t) * (0.7 + t), 1.4),
    "a term in few bits": (lambda t: half(math.exp(0.3 + t)) * (0.3 + t), 1.3 * math.exp(0.3)),
}


@pytest.mark.parametrize("name", STAIRS)
def test_slope_of_what_was_meant_is_not_broken_where_phi_is_a_staircase(name: str) -> None:
    phi, meant = STAIRS[name]
    result = judged(meant, phi, stairs=True)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, MEANT)
    assert judged(meant, phi).verdict is Verdict.BROKEN  # of an op that is what it is


@pytest.mark.parametrize("name", STAIRS)
@pytest.mark.parametrize("factor", [-1.0, 1.5, 3.0])
def test_slope_that_is_neither_is_broken_on_a_staircase_too(name: str, factor: float) -> None:
    phi, meant = STAIRS[name]
    assert judged(factor * meant, phi, stairs=True).verdict is Verdict.BROKEN


def test_few_bits_are_told() -> None:
    assert judged(1.4, STAIRS["a factor in few bits"][0], stairs=True).details["diagnosis"].startswith("hidden cast to half precision: ")


SMOOTH_OR_FEW_JUMPS: dict[str, tuple[Callable[[float], float], float]] = {
    "a ripple": (lambda t: t + 1e-4 * math.sin(1e4 * t), 1.0),
    "a jump beside": (lambda t: t + (t > 0.01), 2.0),
    "a jump on each side": (lambda t: t + (t > 0.01) + (t > -0.02), 3.0),
    "a constant": (lambda t: 3.0, 1.0),
    "a parabola": (lambda t: t * t, 1.0),
}


@pytest.mark.parametrize("name", SMOOTH_OR_FEW_JUMPS)
def test_what_is_no_staircase_is_not_taken_for_one(name: str) -> None:
    phi, claim = SMOOTH_OR_FEW_JUMPS[name]
    assert judged(claim, phi, stairs=True).verdict is Verdict.BROKEN
