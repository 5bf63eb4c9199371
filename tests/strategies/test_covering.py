"""Each setting and each layout is met, with every seed."""

from __future__ import annotations

import math

import pytest

from harness.program.layout import LAYOUTS
from harness.strategies import edge_cases
from harness.strategies.covering import ROLES, Covered, setting, shown_by
from harness.strategies.edges_first import COVERING

SEEDS = range(30)


def shown(op: str, seed: int) -> set:
    drawn = edge_cases("a law", op, backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS), seed=seed)
    return set().union(*map(shown_by, drawn))


@pytest.mark.parametrize("seed", SEEDS)
def test_axes_in_any_order_a_kept_axis_and_each_order_of_a_norm_are_met(seed):
    wanted = {("axis", setting(axis)) for axis in (None, 1, -1, (1, 0), (-1, -2), (0, 1))}
    wanted |= {("keepdims", "True"), ("keepdims", "False"), ("ord", "inf"), ("ord", setting(2.0))}
    assert wanted <= shown("vector_norm", seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_primal_a_cotangent_and_a_tangent_lie_in_memory_in_every_way(seed):
    several = set(LAYOUTS) - {"shared", "unsqueezed"}
    assert {(role, (layout, long)) for role in ROLES for layout in several for long in (False, True)} <= shown("exp", seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_default_that_is_left_out_is_met(seed):
    assert ("omitted", "correction") in shown("var", seed)


def test_what_was_seen_is_not_asked_for_again():
    drawn = list(edge_cases("a law", "sum", backend="torch", device="cpu", dtype="float64", layouts=tuple(LAYOUTS)))
    covering = [case for case in drawn if case.drawn["edges"] == [COVERING]]
    assert covering
    covered = Covered()
    assert [covered.gains(covering[0]) for _ in range(2)] == [True, False]
    for i, case in enumerate(covering):
        assert not shown_by(case) <= set().union(*map(shown_by, covering[:i]))


def test_numbers_that_mean_something_of_their_own_are_settings_of_their_own():
    assert len({setting(n) for n in (-2, -1, 0, 1, 2, 3, -3, 0.5, math.inf, -math.inf)}) == 10
    assert setting(3) == setting(4)
    assert setting((1, 0)) != setting((0, 1))
    assert setting(True) != setting(1)
