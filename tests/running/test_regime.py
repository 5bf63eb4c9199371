"""The regime of a counterexample, part of its signature."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.program import single
from harness.running.regime import ANY, EMPTY, EXTREME, LABELLED, SPECIAL, STRIDED, TAIL, regime_of
from tests.laws.examples import case_of


@pytest.mark.parametrize(
    ("sizes", "dtype", "regime"),
    [
        ([1.0, 0.0, -1e8], "float64", ""),
        ([1.0, 1e110], "float64", EXTREME),
        ([1.0, -1e-110], "float64", EXTREME),
        ([1e16], "float32", EXTREME),
        ([1e16], "float64", ""),
        ([1e16], "bfloat16", EXTREME),
        ([100.0], "float16", EXTREME),
        ([1e110], "complex128", EXTREME),
        ([np.inf, np.nan, 0.0], "float64", ""),
        ([], "float64", EMPTY),
    ],
)
def test_regime_is_extreme_where_cubes_leave_the_normal_numbers_and_empty_where_there_are_none(sizes: list[float], dtype: str, regime: str) -> None:
    primal = np.array(sizes, dtype="complex128" if dtype == "complex128" else "float64")
    assert regime_of(case_of(single("negative", (primal.shape,), ("primal",)), (primal,), (np.ones_like(primal),), dtype=dtype)) == regime


@pytest.mark.parametrize(
    ("edge", "sizes", "dtype", "regime"),
    [
        ("label 1", [30.0, 100.0], "float64", LABELLED),
        ("label -1", [-30.0], "float64", LABELLED),
        ("label 1", [10.0], "float32", LABELLED),
        ("label 1", [10.0], "float64", ""),
        ("label 1", [30.0, 1.0], "float64", ""),
        ("label 0", [-1e110], "float64", EXTREME),
        ("right tail", [30.0], "float64", TAIL),
        ("left tail", [-10.0, -30.0], "float64", TAIL),
        ("left tail", [-10.0, 0.5], "float64", ""),
        ("left tail", [-5.0], "float64", ""),
        ("left tail", [-5.0], "float32", TAIL),
        ("left tail", [-1e110], "float64", EXTREME),
        ("tail after 8", [30.0], "float64", ""),
    ],
)
def test_regime_is_that_of_a_label_or_a_tail_only_at_its_edge_and_far_out(edge: str, sizes: list[float], dtype: str, regime: str) -> None:
    primal = np.array(sizes)
    case = case_of(single("negative", (primal.shape,), ("primal",)), (primal,), (np.ones_like(primal),), dtype=dtype)
    assert regime_of(msgspec.structs.replace(case, drawn={"edges": [edge]})) == regime


@pytest.mark.parametrize(("sizes", "regime"), [([1.0], STRIDED), ([1e110], STRIDED), ([], EMPTY)])
def test_regime_is_strided_where_the_contiguous_twin_holds_and_there_are_elements(sizes: list[float], regime: str) -> None:
    primal = np.array(sizes)
    assert regime_of(case_of(single("negative", (primal.shape,), ("primal",)), (primal,), (np.ones_like(primal),)), strided=True) == regime


@pytest.mark.parametrize(
    ("sizes", "strided", "anywhere", "regime"),
    [
        ([1.0], False, None, ""),
        ([1.0], False, False, SPECIAL),
        ([1.0], False, True, ANY),
        ([1e110], False, False, EXTREME),
        ([1e110], False, True, ANY),
        ([1.0], True, True, STRIDED),
        ([], False, True, EMPTY),
    ],
)
def test_regime_is_any_numbers_where_generic_ones_are_wrong_too(sizes: list[float], strided: bool, anywhere: bool | None, regime: str) -> None:
    primal = np.array(sizes)
    case = case_of(single("negative", (primal.shape,), ("primal",)), (primal,), (np.ones_like(primal),))
    assert regime_of(case, strided=strided, anywhere=lambda: anywhere) == regime
