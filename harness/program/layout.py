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
        "offset": "row-major, starting behind the beginning of the buffer",
        "expanded": "one slice repeated along the first axis with stride 0; the values are constant along it",
        "channels_last": "axis 1 innermost in memory, as images are stored (rank 3 and more)",
        "shared": "row-major, in one buffer with the inputs of the case that are shared too",
    }
)
SHARED = "shared"  # says something of several inputs only: one array alone is contiguous
GAP = 3  # elements before an "offset" array: odd, so that it is unaligned for vector loads

Laid = tuple[np.ndarray, Shape, Shape, int]


def effective_layout(layout: str, shape: Shape) -> str:
    """`layout`, or "contiguous" where it makes no difference for arrays of this shape."""
    useful = {
        "permuted": len(shape) >= 2,
        "strided": len(shape) >= 1,
        "offset": True,
        "expanded": len(shape) >= 1 and shape[0] >= 2,
        "channels_last": len(shape) >= 3,
    }
    return layout if useful.get(layout, False) else "contiguous"


def can_hold(values: np.ndarray, layout: str) -> bool:
    """Whether `layout` can hold `values`: "expanded" repeats one slice, so it holds only values that are constant along axis 0."""
    return effective_layout(layout, values.shape) != "expanded" or _repeats(values)


def lay_out(values: np.ndarray, layout: str) -> Laid:
    """(buffer, shape, strides, offset) of `values` in `layout`; the buffer is 1-D and new, strides and offset count elements.

    Elements of the buffer that no index reaches are NaN (0 for integers and masks), so that code that ignores the strides is caught.

    Raises:
        ValueError: unknown layout, or "expanded" for values that vary along the first axis.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"lay_out(layout=...) must be one of {', '.join(LAYOUTS)}; got {layout!r}. Choose one of them.")
    kind = effective_layout(layout, values.shape)
    if kind == "permuted":
        return _reordered(values, tuple(reversed(range(values.ndim))))
    if kind == "channels_last":
        return _reordered(values, (0, *range(2, values.ndim), 1))
    if kind == "strided":
        return _strided(values)
    if kind == "expanded":
        return _expanded(values)
    start = GAP if kind == "offset" else 0
    buffer = np.concatenate([_gap(values, start), values.ravel()])
    return buffer, values.shape, _row_major(values.shape), start


def _reordered(values: np.ndarray, order: tuple[int, ...]) -> Laid:
    """Row-major in memory after `transpose(order)`: the axis order[-1] is innermost."""
    inner = _row_major(tuple(values.shape[axis] for axis in order))
    strides = tuple(inner[order.index(axis)] for axis in range(values.ndim))
    return values.transpose(order).flatten(), values.shape, strides, 0


def _strided(values: np.ndarray) -> Laid:
    wide = (*values.shape[:-1], 2 * values.shape[-1])
    buffer = _gap(values, int(np.prod(wide)))
    buffer[::2] = values.ravel()
    return buffer, values.shape, (*_row_major(wide)[:-1], 2), 0


def _expanded(values: np.ndarray) -> Laid:
    first = values[0]  # (n1, ..., nk)
    if not _repeats(values):
        raise ValueError("lay_out(values=...) must be constant along axis 0 for the layout 'expanded'; got varying values. Repeat one slice.")
    return first.flatten(), values.shape, (0, *_row_major(first.shape)), 0


def _repeats(values: np.ndarray) -> bool:
    return values.tobytes() == np.broadcast_to(values[0], values.shape).tobytes()  # bit by bit: 0 and -0 are two numbers


def _gap(values: np.ndarray, elements: int) -> np.ndarray:
    return np.full(elements, np.nan if values.dtype.kind in "fc" else 0, dtype=values.dtype)


def _row_major(shape: Shape) -> Shape:
    strides, step = [], 1
    for side in reversed(shape):
        strides.append(step)
        step *= max(side, 1)
    return tuple(reversed(strides))
