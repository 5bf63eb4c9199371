"""The same subject and shapes with simpler numbers and layouts.

0 and 1, whole numbers, quarters, one or two decimals; unit vectors for directions; row-major memory
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from harness.program.case import Case
from harness.program.layout import repeating
from harness.strategies.rounding import exactly

Steps = Generator[Case, Case, None]  # yields a trial, is sent the simplest case so far
FEW = 12  # elements that are changed one by one


def contiguous_layouts(case: Case) -> Iterator[Case]:
    """All layouts contiguous, else each by itself."""
    yield msgspec.structs.replace(case, layouts=("contiguous",) * len(case.layouts))
    for i, layout in enumerate(case.layouts):
        if layout != "contiguous":
            yield msgspec.structs.replace(case, layouts=(*case.layouts[:i], "contiguous", *case.layouts[i + 1 :]))


def simple_directions(case: Case) -> Steps:
    """Tangents and cotangents of ones, unit vectors, and few digits."""
    for field in (Field("cotangents", len(case.primals)), Field("tangents", len(case.primals) + len(case.cotangents))):
        for i, direction in enumerate(getattr(case, field.name)):
            for simpler in (np.ones_like(direction), *_unit_vectors(direction), *_fewer_digits(direction)):
                if np.any(simpler):  # a zero direction tests nothing
                    case = yield field.replace(case, i, simpler)


def simple_primals(case: Case) -> Steps:
    """Inputs of ones, of few digits, and then one element at a time."""
    field = Field("primals", 0)
    for i, primal in enumerate(case.primals):
        if primal.dtype.kind not in "fc":
            case = yield field.replace(case, i, np.zeros_like(primal))
            continue
        for simpler in (np.ones_like(primal), *_fewer_digits(primal)):
            case = yield field.replace(case, i, simpler)
        for flat in range(primal.size if primal.size <= FEW else 0):
            for number in _simpler_numbers(case.primals[i].flat[flat].item()):
                changed = case.primals[i].copy()
                changed.flat[flat] = number
                case = yield field.replace(case, i, changed)


@dataclass(frozen=True)
class Field:
    """One of the array fields of a case; `start` is where its layouts begin."""

    name: str
    start: int

    def replace(self, case: Case, position: int, array: np.ndarray) -> Case:
        """`case` with another array there: exact in the dtype, and repeating where its layout needs that."""
        rounded = exactly(array, case.dtype) if array.dtype.kind in "fc" else array
        layout = case.layouts[self.start + position] if self.start + position < len(case.layouts) else "contiguous"
        value = repeating(rounded, layout)
        arrays = tuple(value if i == position else old for i, old in enumerate(getattr(case, self.name)))
        return msgspec.structs.replace(case, **{self.name: arrays})


def _unit_vectors(direction: np.ndarray) -> Iterator[np.ndarray]:
    """The unit vectors of the largest elements, largest first."""
    if direction.size < 2:
        return
    for flat in np.argsort(-np.abs(direction), axis=None, kind="stable")[:FEW]:
        unit = np.zeros_like(direction)
        unit.flat[flat] = 1.0
        yield unit


def _fewer_digits(array: np.ndarray) -> Iterator[np.ndarray]:
    for step in (1.0, 0.25):  # exact in every dtype
        yield _rounded(array, step)
    for decimals in (1, 2):
        yield np.round(array, decimals) + 0.0


def _rounded(array: np.ndarray, step: float) -> np.ndarray:
    return np.asarray(np.round(array / step) * step + 0.0)  # + 0.0: -0 is harder to read than 0


def _simpler_numbers(value: complex) -> list[complex]:
    """0 and 1, whole numbers (the nearest, then the next away from zero: what matters may be a threshold), quarters, few decimals."""
    away = value if isinstance(value, complex) else math.copysign(math.ceil(abs(value)), value)
    simpler: list[complex] = np.array([1, 0, np.round(value), away, np.round(value * 4) / 4, np.round(value, 1), np.round(value, 2)]).tolist()
    return simpler
