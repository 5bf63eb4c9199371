"""The named layout of a user's own array, so that a case file can lay it out again in any backend.

strides = row-major            ->  contiguous
strides = those of a layout    ->  that layout, one with the same strides of axes of length 1 before one that differs there only
anything else                  ->  the nearest layout, and a note that says so
"""

from __future__ import annotations

import numpy as np

from harness.program.layout import LAYOUTS, REPEATING, can_hold, effective_layout, lay_out


def nearest_layout(name: str, values: np.ndarray, strides: tuple[int, ...] | None) -> tuple[str, str]:
    """(layout, note) of the array called `name`; the note is empty when the layout is exactly the array's own."""
    if strides is None or _alike(strides, lay_out(values, "contiguous")[2], values.shape):
        return "contiguous", ""
    possible = [layout for layout in LAYOUTS if _fits(layout, values, strides)]
    alike = {layout: laid for layout in possible if _alike(strides, laid := lay_out(values, layout)[2], values.shape)}
    if alike:
        return next((layout for layout, laid in alike.items() if laid == strides), next(iter(alike))), ""
    gapped = "cropped" if strides[-1:] == (1,) else "strided"
    nearest = gapped if gapped in possible and 0 not in strides else "contiguous"
    return nearest, f"{name} has strides {strides}; it is checked in the layout {nearest!r}."


def _fits(layout: str, values: np.ndarray, strides: tuple[int, ...]) -> bool:
    """Whether these values can have the layout, and it is not just another name for contiguous."""
    held = layout not in REPEATING or (0 in strides and can_hold(values, layout))
    return held and effective_layout(layout, values.shape) == layout != "contiguous"


def _alike(a: tuple[int, ...], b: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Equal strides; along an axis of at most one element, or in an empty array, a stride means nothing."""
    return 0 in shape or all(m == n for m, n, side in zip(a, b, shape, strict=True) if side > 1)
