"""What the laws on one case share of its path, and what they must see for themselves."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.bind import Bound, bind
from harness.program import Case, Opaque
from harness.running.watch import Clock, watched
from properties.laws.path import path_of
from tests.laws.examples import product


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, ...]]:
    """The points at which the function has been evaluated; the values grow by 1 each time, as if it kept state."""
    points: list[tuple[np.ndarray, ...]] = []
    at = Bound.at_lent

    def counted(bound: Bound, where: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        points.append(where)
        return tuple(y + len(points) for y in at(bound, where))

    monkeypatch.setattr(Bound, "at_lent", counted)
    return points


def test_first_looks_at_a_point_share_one_evaluation(evaluated: list[tuple[np.ndarray, ...]]) -> None:
    path = path_of(load_backend("torch"), product())
    for t in (0.0, 0.25):
        evaluated.clear()
        assert path.projected(t) == np.sum(path.products(t)) == np.sum(path.outputs(t))
        assert len(evaluated) == 1


def test_second_look_at_zero_is_evaluated_anew_so_that_state_shows(evaluated: list[tuple[np.ndarray, ...]]) -> None:
    path = path_of(load_backend("torch"), product())
    for look in (path.projected, path.outputs, path.products):
        first = look(0.0)
        assert np.all(look(0.0) > first)
    assert path.projected(0.25) == path.projected(0.25)


def along(case: Case, factor: float) -> Case:
    """The case along other tangents, in arrays of their own."""
    return msgspec.structs.replace(case, tangents=tuple(factor * v for v in case.tangents))


def test_every_direction_of_one_point_is_evaluated_once_for_all_laws(evaluated: list[tuple[np.ndarray, ...]]) -> None:
    backend, case = load_backend("torch"), product()
    for factor in (1.0, 2.0):
        path_of(backend, along(case, factor)).projected(0.25)
    evaluated.clear()
    sums = [np.sum(path_of(backend, along(case, factor)).outputs(0.25)) for factor in (1.0, 2.0)]
    assert not evaluated
    assert sums[0] != sums[1]


def test_another_point_or_large_outputs_leave_one_path(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, case = load_backend("torch"), product()
    elsewhere = msgspec.structs.replace(case, primals=tuple(2 * x for x in case.primals))
    first = path_of(backend, case)
    assert path_of(backend, along(case, 1.0)) is first
    path_of(backend, elsewhere)
    assert (second := path_of(backend, case)) is not first
    monkeypatch.setattr("properties.laws.path.MOST_TOGETHER", 0)
    path_of(backend, along(case, 2.0))
    assert path_of(backend, case) is not second


KEPT: list[Any] = []


def keeping(*primals: Any) -> Any:
    """A function that remembers what it was given."""
    KEPT.append(primals[0])
    return primals[0] * primals[1]


def test_points_are_lent_to_ops_and_copied_for_functions_that_may_keep_them() -> None:
    backend, case = watched(load_backend("torch"), Clock()), product()
    values = case.points[0].copy()
    assert bind(backend, case)._lent(values).data_ptr() == values.ctypes.data
    path = path_of(backend, msgspec.structs.replace(case, subject=Opaque(f"{__name__}:keeping", {})))
    for t in (0.25, 0.5, 0.75):
        path.outputs(t)
    assert len({x.data_ptr() for x in KEPT}) == len(KEPT) >= 3
