"""Statistics and integrals: moments of several variables, sums that pass over what is missing, areas under points.

    cov(X)_ij = sum_k (x_ik - m_i)(x_jk - m_j)* / (n - correction);   corrcoef = cov_ij / sqrt(cov_ii cov_jj)
    trapezoid(x)_j = sum_i dx (x_i + x_{i+1}) / 2;   nansum(x) = sum of what is not NaN

The missing numbers of nansum and its relatives are put in by the op itself, where the parameter `missing` says so: their gradient is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, occupied, reduced, without_empty_axes
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import one_of
from harness.ops.margins import gaps_along, smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, smooth
from harness.ops.sources import torch_docs

F = "statistics"
X = (Operand("x"),)


def _observations(choose: Choose, first: Shape | None) -> Shapes:
    """(variables, observations), at least two of both: torch makes a number of one variable."""
    if first is None:
        return ((choose.integer(2, 4), choose.integer(2, 5)),)
    if len(first) != 2 or min(first) < 2:
        raise DoesNotFit
    return (first,)


def _cov(x: np.ndarray, *, correction: int) -> Any:
    centred = x - x.mean(axis=1, keepdims=True)
    return centred @ np.conj(centred.T) / (x.shape[1] - correction)


def _corrcoef(x: np.ndarray) -> Any:
    spread = np.sqrt(np.diagonal(covariance := _cov(x, correction=1)).real)
    return covariance / spread[:, None] / spread[None, :]


def _pairs(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:1] * 2,)


def _spread(values: Values, params: Params) -> float:
    """A variable without spread has no correlation."""
    return smallest(np.std(values[0], axis=1))


def _several(values: Values, params: Params) -> bool:
    """Of one variable torch's result is a number, not a matrix."""
    return len(values[0]) > 1


def _spread_out(values: Values, params: Params) -> bool:
    return _several(values, params) and _spread(values, params) >= 1e-2


def _long_axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, occupied(shapes[0], 2), len(shapes[0])), "dx": choose.element((1.0, 0.5))}


def _areas(x: np.ndarray, axis: int, dx: float) -> np.ndarray:
    moved = np.moveaxis(x, axis, -1)
    return np.asarray(dx * (moved[..., 1:] + moved[..., :-1]) / 2)


def _trapezoid(x: np.ndarray, *, axis: int, dx: float) -> Any:
    return _areas(x, axis, dx).sum(axis=-1)


def _cumulative_trapezoid(x: np.ndarray, *, axis: int, dx: float) -> Any:
    return np.moveaxis(_areas(x, axis, dx).cumsum(axis=-1), -1, axis)


def _one_shorter(shapes: Shapes, params: Params) -> Shapes:
    at = params["axis"] % len(shapes[0])
    return ((*shapes[0][:at], max(shapes[0][at] - 1, 0), *shapes[0][at + 1 :]),)


def _missing(choose: Choose, shapes: Shapes) -> Params:
    """Which places of the last axis are NaN, all but one at most; reduced along that axis."""
    side = shapes[0][-1]
    missing = [choose.boolean() for _ in range(side)]
    missing[choose.integer(0, side - 1)] = False
    return {"missing": tuple(missing), "axis": -1, "keepdims": choose.boolean()}


def _present(x: np.ndarray, missing: Sequence[bool]) -> np.ndarray:
    return np.asarray(x[..., ~np.array(missing, bool)])


def _nansum(x: np.ndarray, *, missing: Sequence[bool], axis: int, keepdims: bool) -> Any:
    return _present(x, missing).sum(axis=axis, keepdims=keepdims)


def _nanmean(x: np.ndarray, *, missing: Sequence[bool], axis: int, keepdims: bool) -> Any:
    return _present(x, missing).mean(axis=axis, keepdims=keepdims)


def _nanmedian(x: np.ndarray, *, missing: Sequence[bool], axis: int, keepdims: bool) -> Any:
    """Of an even number, torch takes the lower one in the middle."""
    ordered = np.sort(_present(x, missing), axis=axis)
    median = ordered[..., (ordered.shape[-1] - 1) // 2]
    return median[..., None] if keepdims else median


def _nanquantile(x: np.ndarray, *, missing: Sequence[bool], axis: int, keepdims: bool, q: float) -> Any:
    return np.quantile(_present(x, missing), q, axis=axis, keepdims=keepdims)


def _missing_and_share(choose: Choose, shapes: Shapes) -> Params:
    return {**_missing(choose, shapes), "q": choose.element((0.5, 0.25, 1.0))}


def _ties_of_present(values: Values, params: Params) -> float:
    return smallest(gaps_along(_present(values[0], params["missing"]), -1))


def _moments(x: np.ndarray, *, axis: int, correction: int, root: bool) -> Any:
    variance = np.var(x, axis=axis, ddof=correction)
    return (np.sqrt(variance) if root else variance), np.mean(x, axis=axis)


def _var_mean(x: np.ndarray, *, axis: int, correction: int) -> Any:
    return _moments(x, axis=axis, correction=correction, root=False)


def _std_mean(x: np.ndarray, *, axis: int, correction: int) -> Any:
    return _moments(x, axis=axis, correction=correction, root=True)


def _at_least_two(choose: Choose, first: Shape | None) -> Shapes:
    return without_empty_axes(1, side=2)(choose, first)


def _corrected_axis(choose: Choose, shapes: Shapes) -> Params:
    axis = choose_axis(choose, occupied(shapes[0], 2), len(shapes[0]))
    return {"axis": axis, "correction": choose.element((1, 0))}


def _std_margin(values: Values, params: Params) -> float:
    return smallest(np.asarray(np.std(values[0], axis=params["axis"])))


def _both(shapes: Shapes, params: Params) -> Shapes:
    return reduced(shapes, params) * 2


def _passing_over(name: str, reference: Any, parameters: Any = _missing, margin: Any = smooth) -> Op:
    return Op(name, F, reference, X, torch_docs(name), without_empty_axes(1), parameters, reduced, margin)


OPS = (
    Op("cov", F, _cov, X, torch_docs("cov"), _observations, one_of(correction=(1, 0)), _pairs, admits=_several, complex=True),
    Op("corrcoef", F, _corrcoef, X, torch_docs("corrcoef"), _observations, result_shapes=_pairs, margin=_spread, admits=_spread_out),
    Op("trapezoid", F, _trapezoid, X, torch_docs("trapezoid"), without_empty_axes(1, side=2), _long_axis, reduced, complex=True),
    Op(
        "cumulative_trapezoid",
        F,
        _cumulative_trapezoid,
        X,
        torch_docs("cumulative_trapezoid"),
        without_empty_axes(1, side=2),
        _long_axis,
        _one_shorter,
        complex=True,
    ),
    _passing_over("nansum", _nansum),
    _passing_over("nanmean", _nanmean),
    _passing_over("nanmedian", _nanmedian, margin=_ties_of_present),
    _passing_over("nanquantile", _nanquantile, _missing_and_share, _ties_of_present),
    Op("var_mean", F, _var_mean, X, torch_docs("var_mean"), _at_least_two, _corrected_axis, _both),
    Op("std_mean", F, _std_mean, X, torch_docs("std_mean"), _at_least_two, _corrected_axis, _both, _std_margin),
)
