"""Every op of the catalogue keeps its contract: domain, reference, shape rule, margin; and lookups explain themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from harness.ops import Op, apply_reference, catalogue, lookup
from harness.ops.catalogue import FAMILIES
from tests.ops.choosing import points

POINTS = 30
REAL = [op for op in catalogue().values() if op.real]
COMPLEX = [op for op in catalogue().values() if op.complex]
SUBJECTS = [(op, "float64") for op in REAL] + [(op, "complex128") for op in COMPLEX]
BOTH = pytest.mark.parametrize(("op", "dtype"), SUBJECTS, ids=[f"{op.name}-{dtype}" for op, dtype in SUBJECTS])


@BOTH
def test_op_is_finite_and_of_the_ruled_shape_on_its_domain(op: Op, dtype: str) -> None:
    admitted = 0
    for point in points(op, POINTS, dtype=dtype):
        if op.contains(point.values, point.params):
            results = apply_reference(op, point.values, point.params)
            assert tuple(y.shape for y in results) == op.result_shapes(point.shapes, point.params), point
            assert all(np.all(np.isfinite(y)) for y in results), point
            admitted += 1
    assert admitted >= 0.8 * POINTS, f"only {admitted} of {POINTS} random points are admitted"


@BOTH
def test_domains_contain_what_they_project(op: Op, dtype: str) -> None:
    for point in points(op, POINTS, dtype=dtype):
        for position, value in enumerate(point.values):
            operand = op.operand(position)
            for raw in (value, np.zeros_like(value), np.ones_like(value), 1e3 * value, 1e-9 * value) if operand.role == "array" else ():
                projected = operand.domain.project(raw)
                assert operand.domain.contains(projected), (operand, raw)
                assert projected.shape == raw.shape


@BOTH
def test_margin_is_positive_at_random_points(op: Op, dtype: str) -> None:
    margins = [op.margin(point.values, point.params) for point in points(op, POINTS, dtype=dtype) if op.contains(point.values, point.params)]
    assert all(margin >= 0 for margin in margins)
    assert sum(margin > 0 for margin in margins) >= 0.9 * len(margins)


@BOTH
def test_parameters_survive_json(op: Op, dtype: str) -> None:
    for point in points(op, POINTS, dtype=dtype):
        if op.contains(point.values, point.params):
            params = json.loads(json.dumps(point.params, allow_nan=False))
            expected = apply_reference(op, point.values, point.params)
            assert op.result_shapes(point.shapes, params) == tuple(y.shape for y in expected)
            assert op.margin(point.values, params) == op.margin(point.values, point.params)
            for before, after in zip(expected, apply_reference(op, point.values, params), strict=True):
                np.testing.assert_array_equal(before, after)


def test_every_op_has_a_source_and_its_module_as_family() -> None:
    assert {op.family for op in catalogue().values()} == set(FAMILIES)
    assert all(op.source.startswith("https://") for op in catalogue().values())


def test_lookup_offers_close_names() -> None:
    with pytest.raises(LookupError, match=r"no op of the catalogue is called 'multply'. Did you mean multiply"):
        lookup("multply")


def test_lookup_points_to_the_list_when_nothing_is_close() -> None:
    with pytest.raises(LookupError, match=r"See them with: autograd-harness list ops\."):
        lookup("zzzzzzzz")


def test_catalogue_refuses_two_ops_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    exp = lookup("exp")
    twice = replace(exp, family="other")
    monkeypatch.setattr(import_module("harness.ops.catalogue"), "_all_ops", lambda: iter([exp, twice]))
    catalogue.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"two ops are called 'exp'; rename the one that an entry point"):
            catalogue()
    finally:
        catalogue.cache_clear()


def test_contains_refuses_overflow() -> None:
    exp = lookup("exp")
    assert exp.contains((np.array([1.0, 200.0]),), {})
    assert not exp.contains((np.array([1.0, 300.0]),), {})
    assert not exp.contains((np.array([1.0, 800.0]),), {})
    assert lookup("reshape").contains((np.array([1e300]),), {"shape": (1, 1)})
