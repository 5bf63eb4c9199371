"""Softmax and its relatives in NumPy's own functions, which take numbers of any kind: float64, and those of more digits.

logsumexp(x) = log sum exp(x - max x) + max x         softmax(x) = exp(x - max x) / sum exp(x - max x)
"""

from __future__ import annotations

from typing import Any

import numpy as np


def logsumexp(x: np.ndarray, *, axis: Any, keepdims: bool = False) -> Any:
    """Over one axis or several; of several axes of an empty array too, which SciPy mistakes."""
    largest = _largest(x, axis)
    summed = np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True)) + largest
    return summed if keepdims else np.squeeze(summed, axis=axis)


def softmax(x: np.ndarray, *, axis: int) -> Any:
    """Along one axis; minus infinity has no share."""
    shares = np.exp(x - _largest(x, axis))
    return shares / np.sum(shares, axis=axis, keepdims=True)


def softmin(x: np.ndarray, *, axis: int) -> Any:
    """Of the negatives."""
    return softmax(-x, axis=axis)


def log_softmax(x: np.ndarray, *, axis: int) -> Any:
    """Its logarithm."""
    below = x - _largest(x, axis)
    return below - np.log(np.sum(np.exp(below), axis=axis, keepdims=True))


def _largest(x: np.ndarray, axis: Any) -> Any:
    """The largest, or 0 where that is not finite."""
    found = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    return np.where(np.isfinite(found), found, 0.0)
