"""The regime of a counterexample, part of its signature."""

from __future__ import annotations

import numpy as np
import pytest

from harness.program import single
from harness.running.regime import EXTREME, regime_of
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
        ([], "float64", ""),
    ],
)
def test_regime_is_extreme_where_cubes_leave_the_normal_numbers(sizes: list[float], dtype: str, regime: str) -> None:
    primal = np.array(sizes, dtype="complex128" if dtype == "complex128" else "float64")
    assert regime_of(case_of(single("negative", (primal.shape,), ("primal",)), (primal,), (np.ones_like(primal),), dtype=dtype)) == regime
