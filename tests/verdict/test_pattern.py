"""The words for a wrong Jacobian."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict.pattern import kind_of, pattern_of

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
