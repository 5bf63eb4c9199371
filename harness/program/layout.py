"""Memory layouts: the same values, elsewhere in memory.

    values[i0, ..., ik] = buffer[offset + i0 * strides[0] + ... + ik * strides[k]]

Every backend realises a layout from the same buffer, so that "strided" means one thing in a case file, whatever runs it.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from harness.program.program import Shape

LAYOUTS = MappingProxyType(
    {
        "contiguous": "row-major, no gaps",
        "permuted": "axes in reversed memory order (column-major)",
        "strided": "every second element, along the last axis, of a buffer twice as long",
        "stepped": "every third element, along the last axis, from the second on",
        "cropped": "a block within a larger array: rows with a gap between them, behind the beginning (rank 2 and more)",
        "offset": "row-major, starting behind the beginning of the buffer",
        "expanded": "one slice repeated along the first axis with stride 0; the values are constant along it",
        "expanded_last": "one number per row, repeated along the last axis with stride 0, as the gradient of a mean over it is (rank 2 and more)",
        "expanded_all": "one number, repeated along all axes with stride 0, as the gradient of a sum is (rank 2 and more)",
        "channels_last": "axis 1 innermost in memory, as images are stored (rank 3 and more)",
        "unsqueezed": "channels_last for a batch of one whose stride is that of a pixel, as image.permute(2, 0, 1)[None] has (rank 3 and more)",
        "shared": "row-major, in one buffer with the inputs of the case that are shared too",
    }
)
REPEATING = ("expanded", "expanded_last", "expanded_all")  # which hold only values that repeat
SHARED = "shared"  # says something of several inputs only: one array alone is contiguous
GAP = 3  # elements before an "offset" array: odd, so that it is unaligned for vector loads

Laid = tuple[np.ndarray, Shape, Shape, int]


def effective_layout(layout: str, shape: Shape) -> str:
    """`layout`, or "contiguous" where it makes no difference for arrays of this shape."""
    several = len(shape) >= 2
    useful = {
        "permuted": several,
        "strided": len(shape) >= 1,
        "stepped": len(shape) >= 1,
        "cropped": several,
        "offset": True,
        "expanded": len(shape) >= 1 and shape[0] >= 2,
        "expanded_last": several and shape[-1] >= 2,
        "expanded_all": several and max(shape) >= 2,
        "channels_last": len(shape) >= 3,
        "unsqueezed": len(shape) >= 3 and shape[0] == 1 < shape[1] and max(shape[2:]) > 1,
    }
    return layout if useful.get(layout, False) else "contiguous"


def can_hold(values: np.ndarray, layout: str) -> bool:
    """Whether `layout` can hold `values`: those of `REPEATING` hold only what is constant along the axes that they repeat."""
    return not _repeated(layout, values.shape) or repeating(values, layout).tobytes() == values.tobytes()  # bit by bit: 0 and -0 are two numbers


def fitting(values: np.ndarray, layout: str) -> str:
    """`layout`, or "contiguous" where it cannot hold `values`."""
    return layout if can_hold(values, layout) else "contiguous"


def repeating(values: np.ndarray, layout: str) -> np.ndarray:
    """`values` as far as `layout` can hold them: the first slice, column or number, repeated where it repeats one."""
    axes = _repeated(layout, values.shape)
    return np.broadcast_to(_first(values, axes), values.shape).copy() if axes else values


def lay_out(values: np.ndarray, layout: str) -> Laid:
    """(buffer, shape, strides, offset) of `values` in `layout`; the buffer is 1-D and new, strides and offset count elements.

    Elements of the buffer that no index reaches are NaN (0 for integers and masks), so that code that ignores the strides is caught.

    Raises:
        ValueError: unknown layout, or one of `REPEATING` for values that vary along an axis that it repeats.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"lay_out(layout=...) must be one of {', '.join(LAYOUTS)}; got {layout!r}. Choose one of them.")
    kind = effective_layout(layout, values.shape)
    if kind == "permuted":
        return _reordered(values, tuple(reversed(range(values.ndim))))
    if kind == "channels_last":
        return _reordered(values, (0, *range(2, values.ndim), 1))
    if kind == "unsqueezed":
        return _reordered(values, (*range(2, values.ndim), 0, 1))
    if kind in ("strided", "stepped"):
        return _strided(values, *((2, 0) if kind == "strided" else (3, 1)))
    if kind == "cropped":
        return _cropped(values)
    if kind in REPEATING:
        return _expanded(values, kind)
    start = GAP if kind == "offset" else 0
    buffer = np.concatenate([_gap(values, start), values.ravel()])
    return buffer, values.shape, _row_major(values.shape), start


def _reordered(values: np.ndarray, order: tuple[int, ...]) -> Laid:
    """Row-major in memory after `transpose(order)`: the axis order[-1] is innermost."""
    inner = _row_major(tuple(values.shape[axis] for axis in order))
    strides = tuple(inner[order.index(axis)] for axis in range(values.ndim))
    return values.transpose(order).flatten(), values.shape, strides, 0


def _strided(values: np.ndarray, step: int, start: int) -> Laid:
    wide = (*values.shape[:-1], step * values.shape[-1])
    buffer = _gap(values, int(np.prod(wide)))
    buffer[start::step] = values.ravel()
    return buffer, values.shape, (*_row_major(wide)[:-1], step), start


def _cropped(values: np.ndarray) -> Laid:
    """array[..., 1:-1, 1:-1] of an array of two more rows and columns."""
    wide = (*values.shape[:-2], values.shape[-2] + 2, values.shape[-1] + 2)
    whole = _gap(values, int(np.prod(wide))).reshape(wide)
    whole[..., 1:-1, 1:-1] = values
    return whole.ravel(), values.shape, _row_major(wide), wide[-1] + 1


def _expanded(values: np.ndarray, layout: str) -> Laid:
    axes = _repeated(layout, values.shape)
    if not can_hold(values, layout):
        along = "axis 0" if layout == "expanded" else "the axes that it repeats"
        raise ValueError(f"lay_out(values=...) must be constant along {along} for the layout {layout!r}; got varying values. Repeat one slice.")
    first = _first(values, axes)
    strides = tuple(0 if axis in axes else step for axis, step in enumerate(_row_major(first.shape)))
    return first.flatten(), values.shape, strides, 0


def _repeated(layout: str, shape: Shape) -> tuple[int, ...]:
    """The axes along which `layout` repeats an array of this shape."""
    rank = len(shape)
    axes = {"expanded": (0,), "expanded_last": (rank - 1,), "expanded_all": tuple(range(rank))}
    return axes.get(effective_layout(layout, shape), ())


def _first(values: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """`values` with only their first element along `axes`."""
    return values[tuple(slice(1) if axis in axes else slice(None) for axis in range(values.ndim))]


def _gap(values: np.ndarray, elements: int) -> np.ndarray:
    return np.full(elements, np.nan if values.dtype.kind in "fc" else 0, dtype=values.dtype)


def _row_major(shape: Shape) -> Shape:
    strides, step = [], 1
    for side in reversed(shape):
        strides.append(step)
        step *= max(side, 1)
    return tuple(reversed(strides))
