"""A backend's derivative of a case, checked for form before anybody looks at its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.backends.bind import Bound
from harness.program import Case


class Malformed(Exception):
    """A derivative that cannot be compared: wrong count, shape or type. The message is one sentence."""


def gradients_of(bound: Bound, cotangents: Sequence[np.ndarray] | None = None) -> tuple[np.ndarray, ...]:
    """f'(x)^T w as NumPy arrays, one per differentiable primal; None, which says "does not depend on it", as zeros.

    Raises:
        Malformed: not one array of the primal's shape per primal.
    """
    _, gradients = bound.backend.vjp(bound.function, bound.primals, bound.cotangents(cotangents))
    return well_formed(bound, gradients, bound.case.points, "gradient")


def values_and_gradients_of(bound: Bound) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """f(x) as it comes beside f'(x)^T w, and the latter.

    Raises:
        Malformed: as `gradients_of`, or of the outputs.
    """
    values, gradients = bound.backend.vjp(bound.function, bound.primals, bound.cotangents())
    return well_formed(bound, values, bound.case.cotangents, "output"), well_formed(bound, gradients, bound.case.points, "gradient")


def gradients_at(bound: Bound, points: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """The same at other points, in the precision of `bound`.

    Raises:
        Malformed: as `gradients_of`.
    """
    _, gradients = bound.backend.vjp(bound.function, tuple(map(bound.array, points)), bound.cotangents())
    return well_formed(bound, gradients, bound.case.points, "gradient")


def tangents_of(bound: Bound, tangents: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """f'(x) v as NumPy arrays, one per output.

    Raises:
        Malformed: not one array of the output's shape per output.
    """
    _, results = bound.backend.jvp(bound.function, bound.primals, bound.tangents(tangents))
    return well_formed(bound, results, bound.case.cotangents, "output tangent")


def values_and_tangents_of(bound: Bound, tangents: Sequence[np.ndarray]) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """f(x) as it comes beside f'(x) v, and the latter.

    Raises:
        Malformed: as `tangents_of`, or of the outputs.
    """
    values, results = bound.backend.jvp(bound.function, bound.primals, bound.tangents(tangents))
    return well_formed(bound, values, bound.case.cotangents, "output"), well_formed(bound, results, bound.case.cotangents, "output tangent")


def well_formed(bound: Bound, arrays: Sequence[Any], like: Sequence[np.ndarray], what: str) -> tuple[np.ndarray, ...]:
    """`arrays` in NumPy, of the shapes of `like`."""
    if len(arrays) != len(like):
        raise Malformed(f"{len(arrays)} {what}s came back for {len(like)}.")
    return tuple(_one(bound, array, x, f"{what} {i}") for i, (array, x) in enumerate(zip(arrays, like, strict=True)))


def missing(case: Case, gradients: Sequence[Any]) -> str:
    """Which gradients are None, as the words that a reason ends with."""
    absent = [str(i) for i, gradient in zip(case.differentiable, gradients, strict=False) if gradient is None]
    return f"; the gradient of input {', '.join(absent)} is None" if absent else ""


def _one(bound: Bound, array: Any, like: np.ndarray, what: str) -> np.ndarray:
    if array is None:
        return np.zeros_like(like)
    try:
        shape = bound.backend.describe(array).shape
    except TypeError as error:
        raise Malformed(f"{what} is not an array of the backend: {error}.") from None
    if shape != like.shape:
        raise Malformed(f"{what} has shape {shape}; the value it belongs to has {like.shape}.")
    return bound.backend.numpy(array)
