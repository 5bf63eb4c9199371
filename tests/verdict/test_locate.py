"""One wrong entry among many, found by halving."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict.locate import locate


def _disagrees(wrong: np.ndarray):  # type: ignore[no-untyped-def]
    """A comparison that sees `wrong`, the difference of two Jacobians (outputs, inputs), along random directions."""
    rng = np.random.default_rng(0)
    v, w = rng.normal(size=wrong.shape[1]), rng.normal(size=wrong.shape[0])
    return lambda tangent, cotangent: abs((w * cotangent) @ wrong @ (v * tangent)) > 1e-12


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (1, 1000), (1000, 1), (37, 53), (64, 64)])
def test_locate_finds_the_only_wrong_entry(outputs: int, inputs: int) -> None:
    rng = np.random.default_rng(outputs + inputs)
    for _ in range(20):
        i, j = int(rng.integers(outputs)), int(rng.integers(inputs))
        wrong = np.zeros((outputs, inputs))
        wrong[i, j] = 1e-6
        found = locate(_disagrees(wrong), inputs, outputs)
        assert found is not None
        assert (found.output, found.input) == (i, j)
        assert found.comparisons <= np.ceil(np.log2(inputs)) + np.ceil(np.log2(outputs)) + 1


def test_locate_finds_one_of_several_wrong_entries() -> None:
    rng = np.random.default_rng(1)
    wrong = np.where(rng.random((30, 40)) < 0.1, rng.normal(size=(30, 40)), 0.0)
    found = locate(_disagrees(wrong), 40, 30)
    assert found is not None
    assert wrong[found.output, found.input] != 0


def test_locate_blames_no_entry_where_none_disagrees_alone() -> None:
    assert locate(lambda tangent, cotangent: bool(tangent.all()), 10, 10) is None
    assert locate(lambda tangent, cotangent: False, 10, 10) is None


def test_locate_has_nothing_to_find_in_an_empty_jacobian() -> None:
    assert locate(lambda tangent, cotangent: True, 0, 3) is None
