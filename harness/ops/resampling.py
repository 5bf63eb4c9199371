"""Resampling: images resized, or read at any place.

    interpolate(x) = W_1 x along the first side, W_2 along the second ...
    grid_sample(x, g)[p] = sum_q k(u(g_p) - q) x[q]     k: kernel of the mode, u: from [-1, 1] to pixels, q outside by the padding

Source of the kernels: Keys, Cubic Convolution Interpolation for Digital Image Processing (1981), with a = -0.75.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.domain import interval
from harness.ops.forms import one_of
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import torch_docs

F = "resampling"
MODES = {3: ("nearest", "linear", "nearest-exact"), 4: ("nearest", "bilinear", "bicubic", "nearest-exact"), 5: ("nearest", "trilinear")}
CUBIC = -0.75


def _kernel(mode: str, distance: np.ndarray) -> np.ndarray:
    """The weight of a pixel at `distance` pixels: 1 - |d|, or Keys' cubic."""
    d, a = np.abs(distance), CUBIC
    if mode != "bicubic":
        return np.asarray(np.maximum(1 - d, 0.0))
    near = ((a + 2) * d - (a + 3)) * d**2 + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.asarray(np.where(d <= 1, near, np.where(d < 2, far, 0.0)))


def _weights(mode: str, side: int, count: int, align: bool) -> np.ndarray:
    """W (count, side): which pixels make up each new one."""
    at = np.arange(count)
    if mode.startswith("nearest"):
        return np.asarray(np.eye(side)[np.minimum(np.floor((at + (0.5 if mode == "nearest-exact" else 0.0)) * side / count), side - 1).astype(int)])
    place = at * ((side - 1) / max(count - 1, 1)) if align else (at + 0.5) * side / count - 0.5
    if mode != "bicubic":
        place = np.clip(place, 0, side - 1)
    reach = np.arange(-2, side + 2)  # beyond the border lies the last pixel again
    return np.asarray(_kernel(mode, place[:, None] - reach) @ np.eye(side)[np.clip(reach, 0, side - 1)])


def _interpolate(x: np.ndarray, *, size: Sequence[int], mode: str, align_corners: bool) -> Any:
    for axis, count in enumerate(size, start=2):
        weights = _weights(mode, x.shape[axis], count, align_corners)
        x = np.moveaxis(np.moveaxis(x, axis, -1) @ weights.T, -1, axis)
    return x


def _images(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        dims = choose.element((2, 1, 3))
        return ((choose.integer(1, 2), choose.integer(1, 2), *(choose.integer(1, 3 if dims == 3 else 4) for _ in range(dims))),)
    if len(first) not in MODES or 0 in first[1:]:
        raise DoesNotFit
    return (first,)


def _resized(choose: Choose, shapes: Shapes) -> Params:
    rank = len(shapes[0])
    mode = choose.element(MODES[rank])
    size = tuple(choose.integer(1, 4) for _ in range(rank - 2))
    return {"size": size, "mode": mode, "align_corners": not mode.startswith("nearest") and choose.boolean()}


def _to_size(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:2], *params["size"]),)


def _pixels(x: np.ndarray, grid: np.ndarray, align: bool) -> np.ndarray:
    """Grid (n, ..., 2), columns first, in pixels of x (n, c, rows, columns)."""
    sides = np.array(x.shape[:1:-1])
    return np.asarray((grid + 1) / 2 * (sides - 1) if align else ((grid + 1) * sides - 1) / 2)


def _bounded(place: np.ndarray, side: int, padding: str, align: bool) -> np.ndarray:
    """A coordinate after the padding: as it is, clipped, or reflected at the centres (edges) of the outermost pixels and clipped."""
    if padding == "reflection":
        low, span = (0.0, side - 1.0) if align else (-0.5, float(side))
        folded = np.mod(np.abs(place - low), 2 * span) if span else np.zeros_like(place)
        place = np.minimum(folded, 2 * span - folded) + low
    return place if padding == "zeros" else np.clip(place, 0, side - 1)


def _read(x: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """X (n, c, rows, columns) at whole coordinates (n, ...): (n, c, ...), 0 outside."""
    inside = (rows >= 0) & (rows < x.shape[2]) & (columns >= 0) & (columns < x.shape[3])
    batch = np.arange(len(x)).reshape(-1, *(1,) * (rows.ndim - 1))
    taken = x[batch, :, np.where(inside, rows, 0).astype(int), np.where(inside, columns, 0).astype(int)]  # (n, ..., c)
    return np.asarray(np.moveaxis(np.where(inside[..., None], taken, 0.0), -1, 1))


def _grid_sample(x: np.ndarray, grid: np.ndarray, *, mode: str, padding_mode: str, align_corners: bool) -> Any:
    place = _pixels(x, grid, align_corners)
    bounded = [_bounded(place[..., i], x.shape[3 - i], padding_mode, align_corners) for i in (0, 1)]
    if mode == "nearest":
        return _read(x, np.rint(bounded[1]), np.rint(bounded[0]))
    column, row = (place[..., 0], place[..., 1]) if mode == "bicubic" else bounded
    reach = (-1, 0, 1, 2) if mode == "bicubic" else (0, 1)
    total = np.zeros(())
    for i in reach:
        for j in reach:
            at = np.floor(row) + i, np.floor(column) + j
            weight = _kernel(mode, row - at[0]) * _kernel(mode, column - at[1])
            kept = (_bounded(q, x.shape[2 + k], padding_mode, align_corners) for k, q in enumerate(at)) if mode == "bicubic" else at
            total = total + weight[:, None] * _read(x, *(np.rint(q) for q in kept))
    return total


def _to_border(values: Values, params: Params) -> float:
    """In units of the grid: pixels' centres, where the kernel changes; for "nearest", and reflections at edges, halfway between them too."""
    x, grid = values
    align = params["align_corners"]
    place = _pixels(x, grid, align)
    halves = params["mode"] == "nearest" or (params["padding_mode"] == "reflection" and not align)
    gaps = np.abs(2 * place - np.round(2 * place)) / 2 if halves else np.abs(place - np.round(place))
    per_pixel = [2 / (side - 1 if align else side) if side > 1 or not align else np.inf for side in x.shape[:1:-1]]
    return smallest(*(gaps[..., i] * per_pixel[i] for i in (0, 1) if np.isfinite(per_pixel[i])))


def _off_halves(values: Values, params: Params) -> bool:
    """The nearest pixel jumps: no derivative is right."""
    place = _pixels(values[0], values[1], params["align_corners"])
    return params["mode"] != "nearest" or bool(np.all(np.abs(np.mod(place, 1) - 0.5) >= 1e-3))


def _image_and_grid(choose: Choose, first: Shape | None) -> Shapes:
    if first is None:
        first = (choose.integer(1, 2), choose.integer(1, 2), choose.integer(1, 4), choose.integer(1, 4))
    if len(first) != 4 or 0 in first[2:]:
        raise DoesNotFit
    return (first, (first[0], choose.integer(1, 2), choose.integer(1, 3), 2))


def _sampled(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0][:2], *shapes[1][1:3]),)


_sampling = one_of(mode=("bilinear", "nearest", "bicubic"), padding_mode=("zeros", "border", "reflection"), align_corners=(False, True))
OPS = (
    Op("interpolate", F, _interpolate, (Operand("x"),), torch_docs("nn.functional.interpolate"), _images, _resized, _to_size),
    Op(
        "grid_sample",
        F,
        _grid_sample,
        (Operand("x"), Operand("grid", interval(-1.5, 1.5))),
        torch_docs("nn.functional.grid_sample"),
        _image_and_grid,
        _sampling,
        _sampled,
        _to_border,
        _off_halves,
    ),
)
