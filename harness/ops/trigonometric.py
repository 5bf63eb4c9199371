"""Trigonometric and hyperbolic functions and their inverses, elementwise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.ops.domain import Domain, interval
from harness.ops.forms import binary, unary
from harness.ops.margins import smallest
from harness.ops.op import Params, Values
from harness.ops.sources import array_api, torch_docs

F = "trigonometric"
POLE_MARGIN = 1e-2  # tan' = 1 / cos^2 stays below 1e4


def _off_zeros(name: str, denominator: Callable[[np.ndarray], np.ndarray], quarter: complex) -> Domain:
    """Where `denominator` does not vanish; a quarter of its period away from a zero it is 1 in size."""

    def near(x: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):  # far from every zero
            return np.asarray(np.abs(denominator(x)) < POLE_MARGIN)

    def project(x: np.ndarray) -> np.ndarray:
        return np.where(near(x), x + quarter, x) if np.any(near(x)) else x

    return Domain(f"|{name} x| >= {POLE_MARGIN}", lambda x: not np.any(near(x)), project)


OFF_POLES = _off_zeros("cos", np.cos, np.pi / 2)
OFF_IMAGINARY_POLES = _off_zeros("cosh", np.cosh, 0.5j * np.pi)  # reals never come near one
INSIDE_ONE = interval(-1.0, 1.0)


def _branch_cut(values: Values, params: Params) -> float:
    """atan2(y, x) jumps across y = 0, x <= 0."""
    y, x = np.broadcast_arrays(*values)
    return smallest(np.where(x > 0, np.hypot(y, x), np.abs(y)))


OPS = (
    unary("sin", F, np.sin, array_api("sin"), complex=True),
    unary("cos", F, np.cos, array_api("cos"), complex=True),
    unary("tan", F, np.tan, array_api("tan"), OFF_POLES, complex=True),
    unary("asin", F, np.arcsin, array_api("asin"), INSIDE_ONE),
    unary("acos", F, np.arccos, array_api("acos"), INSIDE_ONE),
    unary("atan", F, np.arctan, array_api("atan")),
    unary("sinh", F, np.sinh, array_api("sinh"), complex=True),
    unary("cosh", F, np.cosh, array_api("cosh"), complex=True),
    unary("tanh", F, np.tanh, array_api("tanh"), OFF_IMAGINARY_POLES, complex=True),
    unary("asinh", F, np.arcsinh, array_api("asinh")),
    unary("acosh", F, np.arccosh, array_api("acosh"), interval(1.0)),
    unary("atanh", F, np.arctanh, array_api("atanh"), INSIDE_ONE),
    unary("sinc", F, np.sinc, torch_docs("sinc")),
    unary("deg2rad", F, np.deg2rad, torch_docs("deg2rad")),
    unary("rad2deg", F, np.rad2deg, torch_docs("rad2deg")),
    binary("atan2", F, np.arctan2, array_api("atan2"), margin=_branch_cut),
)
