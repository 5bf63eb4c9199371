"""Calling somebody else's function safely: every call counted, every failure turned into NaN or a status.

    sample(t) -> float64 array (elements,)        never raises from inside phi, never warns

Elements that are complex are seen as pairs of real numbers, so that every oracle below works on real vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from harness.oracles.estimate import Estimate, Status

Phi = Callable[[float], Any]
FLOAT64_EPS = float(np.finfo(np.float64).eps)
SMALLEST_SCALE = 1e-280  # below it the narrow windows are subnormal and 1 / H overflows
ULP_AT_ZERO = float(np.finfo(np.float64).smallest_subnormal)


class Unusable(Exception):
    """phi cannot be differentiated, whatever the step: `status` and the sentence that says why."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason

    def estimate(self, evaluations: int) -> Estimate:
        """No derivative, after so many evaluations, for this reason."""
        return Estimate(np.nan, np.inf, self.status, evaluations, self.reason)


def unusable(scale: float, grain: float) -> Estimate | None:
    """Why no phi can be followed in such steps; None where it can."""
    if not np.isfinite(scale) or scale <= 0:
        reason = f"the scale of t must be positive and finite; got {scale!r}."
    elif scale < SMALLEST_SCALE:
        reason = f"the scale of t must be at least {SMALLEST_SCALE:g}; at {scale!r} the steps underflow."
    elif not np.isfinite(grain):
        reason = f"the grain of t must be finite; got {grain!r}."
    else:
        return None
    return Estimate(np.nan, np.inf, "unresolved", 0, reason)


class Sampler:
    """phi as a function into float64 vectors. `eps` is the precision of phi's output, `error` the last exception that phi raised.

    `terms`: what phi's values are sums of may be larger than they are; their rounding is noise of phi.
    """

    def __init__(self, phi: Phi, terms: float | np.ndarray = 0.0) -> None:
        self._phi = phi
        self.evaluations = 0
        self.early: tuple[float, np.ndarray] | None = None  # the first t beside 0 that was asked for, and phi(t) then
        self.error = ""
        self.eps, self._ulp_at_zero = FLOAT64_EPS, ULP_AT_ZERO
        self.integers_only = True
        centre = self._call(0.0)
        if centre is None:
            raise Unusable("raises", f"phi raises at t = 0: {self.error}.")
        self.shape, self.is_complex = centre.shape, centre.dtype.kind == "c"
        self.centre = self._flatten(centre)
        self.magnitude = float(np.max(np.abs(self.centre), initial=0.0))
        self._vanishes = self.magnitude == 0
        self.terms = np.zeros(1)
        if np.ndim(terms) or terms:
            self.set_terms(terms)
        if centre.dtype.kind in "fc":
            self.eps = max(FLOAT64_EPS, float(np.finfo(centre.dtype).eps))
            self._ulp_at_zero = max(ULP_AT_ZERO, float(np.finfo(centre.dtype).smallest_subnormal))

    def __call__(self, t: float) -> np.ndarray:
        """phi(t), flattened; NaN in every element where phi raises.

        Raises:
            Unusable: the shape, or being complex, differs from phi(0).
        """
        value = self._call(t)
        if value is None:
            return np.full(self.centre.shape, np.nan)
        if value.shape != self.shape or (value.dtype.kind == "c") != self.is_complex:
            was, now = (_describe(self.shape, self.is_complex), _describe(value.shape, value.dtype.kind == "c"))
            raise Unusable("inconsistent shape", f"phi returns {now} at t = {t:.3g} but {was} at t = 0.")
        flat = self._flatten(value)
        if self._vanishes and np.isfinite(flat).all():
            self.magnitude = max(self.magnitude, float(np.max(np.abs(flat), initial=0.0)))
        self.early = self.early or ((t, flat) if t else None)
        return flat

    @cached_property
    def random(self) -> np.ndarray:
        """Where phi(0) comes out otherwise the second time."""
        return np.asarray(self(0.0) != self.centre)

    def set_terms(self, terms: float | np.ndarray) -> None:
        """From now on allow for `terms`: one for all elements, or one each.

        Raises:
            Unusable: they are neither.
        """
        sizes = np.nan_to_num(np.abs(np.ravel(np.asarray(terms))).astype(np.float64), nan=0.0, posinf=0.0)  # (elements,) or (1,)
        if np.ndim(terms) and np.shape(terms) != self.shape and sizes.size != math.prod(self.shape):
            raise Unusable(
                "inconsistent shape", f"the terms of phi have shape {np.shape(terms)}, its values {self.shape}; give one for all or one each."
            )
        self.terms = np.repeat(sizes, 2) if self.is_complex and sizes.size > 1 else sizes

    def rounding(self, sizes: np.ndarray) -> np.ndarray:
        """An ulp of values of these `sizes`, or of the terms that they are computed from; 0 of exact zeros."""
        return np.asarray(self.eps * np.maximum(sizes, self.terms) + self._ulp_at_zero * (sizes > 0))

    def pairs(self, steps: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """Values of phi at +steps and at -steps: two arrays (steps, elements)."""
        return np.array([self(t) for t in steps]), np.array([self(-t) for t in steps])

    def restore(self, flat: np.ndarray) -> Any:
        """`flat` (elements,) in the shape of phi's output: a Python number for a scalar, complex again for a complex phi."""
        values = flat[0::2] + 1j * flat[1::2] if self.is_complex else flat
        return values.reshape(self.shape) if self.shape else values.item()

    def restore_bound(self, flat: np.ndarray) -> Any:
        """As `restore`, for bounds: real, the sum over the two parts of a complex element."""
        bounds = flat[0::2] + flat[1::2] if self.is_complex else flat
        return bounds.reshape(self.shape) if self.shape else float(bounds.item())

    def _call(self, t: float) -> np.ndarray | None:
        self.evaluations += 1
        try:
            with np.errstate(all="ignore"):  # whatever phi does to it ends with phi
                value = np.asarray(self._phi(t))
        except Exception as error:
            self.error = _told(error)
            return None
        if value.dtype.kind not in "biufc":
            raise Unusable("raises", f"phi returns {value.dtype} at t = {t:.3g}; it must return a number or an array of numbers.")
        self.integers_only &= value.dtype.kind in "biu"
        return value

    def _flatten(self, value: np.ndarray) -> np.ndarray:
        if value.dtype.kind == "c":
            pairs = np.ascontiguousarray(value, dtype=np.complex128).reshape(-1)
            parts: np.ndarray = pairs.view(np.float64).copy()
            return parts
        return np.array(value, dtype=np.float64).reshape(-1)  # a copy: phi may reuse its buffer


def _told(error: Exception) -> str:
    """The error in words; its class alone where its own words raise."""
    try:
        return f"{type(error).__name__}: {error}".rstrip(".: ")
    except Exception:
        return type(error).__name__


def _describe(shape: tuple[int, ...], is_complex: bool) -> str:
    return f"{'complex' if is_complex else 'real'} values of shape {shape}"
