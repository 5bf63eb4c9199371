"""The time of a cell in a run with a limit: every cell is reached, and what one leaves the others get."""

from __future__ import annotations

import dataclasses
import math

import pytest

from harness.running import search
from harness.running.budget import LEAST_SHARE, LEAST_VALID, REFUSALS, Budget, Shares, share_of
from harness.running.profiles import PATIENCE, PROFILES

PROFILE = dataclasses.replace(PROFILES["nightly"], seconds=100.0, minimum=200, shrink_seconds=60.0)


@pytest.fixture
def work(monkeypatch):
    """What this process has worked so far, in seconds, as a list of one that a test may change."""
    seconds = [0.0]
    monkeypatch.setattr(search, "process_time", lambda: seconds[0])
    monkeypatch.setattr(search, "monotonic", lambda: seconds[0])
    return seconds


@pytest.mark.parametrize(
    ("left", "cells", "workers", "share"), [(600, 100, 2, 12.0), (600, 1, 2, 600.0), (60, 10**5, 2, LEAST_SHARE), (math.inf, 9, 1, math.inf)]
)
def test_share_is_the_time_left_over_the_cells_left_and_never_next_to_nothing(left, cells, workers, share):
    assert share_of(left, cells, workers) == share


def test_shares_give_what_a_cell_leaves_to_those_after_it(tmp_path):
    shares = Shares(planned=40, workers=2, begun=tmp_path / "begun")
    assert shares.next(left=100.0) == 5.0
    assert shares.next(left=99.0) == pytest.approx(99.0 * 2 / 39)


def test_shares_of_a_worker_in_the_place_of_a_dead_one_know_how_far_the_run_is(tmp_path):
    first, second, replacing = (Shares(planned=1000, workers=2, begun=tmp_path / "begun") for _ in range(3))
    for _ in range(480):
        first.next(left=1000.0)
        second.next(left=1000.0)
    assert replacing.next(left=200.0) == 10.0  # 40 cells are left


def test_shares_of_a_worker_that_is_faster_than_the_others_leave_time_for_the_cells_in_the_queue(tmp_path):
    fast, slow = (Shares(planned=100, workers=2, begun=tmp_path / "begun") for _ in range(2))
    slow.next(left=300.0)
    given = [fast.next(left=300.0) for _ in range(60)]
    assert given[-1] == pytest.approx(300 * 2 / 40)
    assert fast.next(left=300.0) < 300


def test_shares_of_a_run_without_a_limit_are_endless_and_count_nothing(tmp_path):
    assert Shares(planned=40, workers=2, begun=tmp_path / "begun").next(left=math.inf) == math.inf
    assert list(tmp_path.iterdir()) == []


def test_budget_of_the_profile_ends_with_the_minimum_or_with_patience(work):
    budget = Budget(PROFILE)
    work[0] = 101.0
    assert not budget.over(199)
    assert budget.over(200)
    work[0] = 100.0 * PATIENCE + 1
    assert budget.over(0)


def test_budget_of_a_share_ends_with_the_share_once_there_is_a_little_evidence(work):
    budget = Budget(PROFILE, share=3.0)
    assert not budget.over(10**6)
    work[0] = 3.1
    assert budget.over(LEAST_VALID)
    assert not budget.over(LEAST_VALID - 1)
    work[0] = 3.0 * PATIENCE + 0.1
    assert budget.over(0)


def test_budget_has_no_patience_with_cases_none_of_which_can_be_compared(work):
    budget = Budget(PROFILE)
    assert not budget.over(0, refused=10**6)
    work[0] = 101.0
    assert budget.over(0, refused=REFUSALS)
    assert not budget.over(0, refused=REFUSALS - 1)


@pytest.mark.parametrize(("share", "over"), [(3.0, True), (math.inf, False)])
def test_budget_of_a_share_counts_the_clock_and_the_profiles_the_work(monkeypatch, share, over):
    monkeypatch.setattr(search, "process_time", lambda: 0.0)
    monkeypatch.setattr(search, "monotonic", lambda: 0.0)
    budget = Budget(PROFILE, share)
    monkeypatch.setattr(search, "monotonic", lambda: 2 * min(share, PROFILE.seconds))
    assert budget.over(PROFILE.minimum) is over
    monkeypatch.setattr(search, "monotonic", lambda: 2 * PATIENCE * min(share, PROFILE.seconds))
    assert budget.over(0) is over


def test_budget_of_a_share_larger_than_the_profiles_time_is_the_profiles(work):
    budget = Budget(PROFILE, share=1e9)
    work[0] = 101.0
    assert budget.over(200)
    assert not budget.over(199)


@pytest.mark.parametrize(("share", "seconds"), [(math.inf, 60.0), (3.0, 6.0)])
def test_budget_bounds_the_shrinking_by_the_share_too(work, share, seconds):
    shrinking = Budget(PROFILE, share).shrinking()
    work[0] = seconds - 0.1
    assert not shrinking.passed
    work[0] = seconds + 0.1
    assert shrinking.passed
