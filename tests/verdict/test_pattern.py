"""The words for a wrong Jacobian."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict.pattern import kind_of, pattern_of, sort_of

RIGHT = np.array([[1.0, 2.0], [3.0, 4.0]])
ALLOWED = np.full((2, 2), 1e-12)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (RIGHT, ""),
        (2 * RIGHT, "all entries are off by the factor 2"),
        (1.0005 * RIGHT, "all entries are off by the factor 1.0005"),
        (-RIGHT, "all entries have the wrong sign"),
        (RIGHT.T, "the Jacobian is transposed"),
        (RIGHT[::-1], "the outputs are in reverse order"),
        (RIGHT[:, ::-1], "the inputs are in reverse order"),
        (0 * RIGHT, "all entries are zero"),
        (np.nan * RIGHT, "all entries are NaN"),
        (RIGHT * [[1, 1], [1, np.nan]], "1 of 4 entries NaN"),
        (RIGHT * [[1, 0], [1, 1]], "1 of 4 entries zero where they should not be"),
        (RIGHT * [[1, 3], [3, 1]], "2 of 4 entries off by the factor 3"),
        (np.add(RIGHT, [[0, 1], [0, 0]]), "1 of 4 entries off by the factor 1.5"),
        (np.add(RIGHT, [[5, 1], [0, 0]]), "2 of 4 entries wrong"),
    ],
)
def test_pattern_is_told_in_words(actual: np.ndarray, words: str) -> None:
    assert pattern_of(actual, RIGHT, ALLOWED) == words


def test_pattern_tells_lost_signs() -> None:
    signed = np.array([[1.0, -2.0], [-3.0, 4.0]])
    assert pattern_of(np.abs(signed), signed, ALLOWED) == "the signs of the entries are lost"


def test_pattern_tells_entries_that_should_vanish() -> None:
    assert pattern_of(RIGHT, RIGHT * [[1, 0], [1, 1]], ALLOWED) == "1 of 4 entries not zero where they should be"


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        (float("nan"), 1.0, "NaN"),
        (float("-inf"), 1.0, "infinite"),
        (0.0, 1.0, "zero where it should not be"),
        (1.0, 0.0, "not zero where it should be"),
        (3.0, 2.0, "off by the factor 1.5"),
        (1.0 + 1e-9, 1.0, "off by a relative 1e-09"),
        (None, 1.0, ""),
    ],
)
def test_kind_of_a_single_wrong_number_is_told_in_words(actual: float | None, expected: float, words: str) -> None:
    assert kind_of(actual, expected) == words


@pytest.mark.parametrize(
    ("sort", "told"),
    [
        ("not finite", ["NaN", "infinite", "all entries are NaN", "3 of 4 entries NaN", "one side is not finite where the other is."]),
        ("not finite", [f"a zero cotangent gave {number} at flat entry 2" for number in ("nan", "-inf", "(nan+0j)")]),
        ("not zero", ["not zero where it should be", "1 of 4 entries not zero where they should be", "a zero cotangent gave 0.5 at flat entry 2"]),
        ("zero", ["zero where it should not be", "1 of 4 entries zero where they should not be"]),
        ("all zero", ["all entries are zero"]),
        ("all off", ["all entries are off by the factor 2", "all entries are off by a relative 1e-09"]),
        ("off", ["off by a relative 1e-09", "2 of 4 entries off by the factor 3", "2 of 4 entries wrong"]),
        ("off", ["2 of 4 entries wrong (2 outputs and 2 inputs looked at)"]),
    ],
)
def test_a_pattern_is_sorted_without_its_counts(sort: str, told: list[str]) -> None:
    assert {sort_of(pattern) for pattern in told} == {sort}


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "all entries have the wrong sign",
        "the Jacobian is transposed",
        "a zero cotangent gave None for input 0",
        "below the rounding of the values",
    ],
)
def test_a_pattern_of_its_own_keeps_its_words(pattern: str) -> None:
    assert sort_of(pattern) == pattern
