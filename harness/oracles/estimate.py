"""What an oracle knows: a derivative, a bound on its error, and how it came to both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

Status = Literal["smooth", "kink", "jump", "domain", "non-finite", "noise", "random", "unresolved", "inconsistent shape", "raises"]


class Rung(msgspec.Struct, frozen=True):
    """One step of the oracle: how far it stepped, what it saw, how sure it was, and whether it counted."""

    step: float
    value: float
    bound: float
    kept: bool
    why: str = ""


@dataclass(frozen=True)
class Estimate:
    """An estimate of phi'(0), elementwise for a vector phi.

    |value - phi'(0)| <= bound where `status` is "smooth". At a kink `interval` holds the one-sided derivatives, lowest first, and `value` their mean.
    For every other status `value` must not be used; `reason` says why in a sentence. `noise` is the relative noise seen in phi, `resolution` is
    bound / |value|, `evaluations` counts calls of phi, `ladder` the steps tried (of the scalar, or of the worst element).
    """

    value: float | np.ndarray
    bound: float | np.ndarray
    status: Status
    evaluations: int
    reason: str = ""
    interval: tuple[float | np.ndarray, float | np.ndarray] | None = None
    noise: float = 0.0
    ladder: tuple[Rung, ...] = ()
    diagnosis: str = ""  # "hidden float32 cast" and the like: a finding in itself
    magnitude: float = 0.0  # the largest |phi(0)|, or |phi| where phi(0) = 0: divided by the scale of t, the natural size of a derivative
    beneath: tuple[float | np.ndarray, float | np.ndarray] | None = None  # slopes that small steps show and `value` denies; NaN where there are none

    @property
    def resolution(self) -> float:
        """The largest bound relative to the largest |value|; inf when everything vanishes."""
        size = float(np.max(np.abs(self.value), initial=0.0))
        return float(np.max(self.bound, initial=0.0)) / size if size > 0 else float("inf")
