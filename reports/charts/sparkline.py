"""A course of numbers in the height of a line of text; the last one is marked, for it is the one that is being judged."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.svg import element

_WIDTH, _HEIGHT, _MARGIN = 160.0, 28.0, 4.0


def sparkline(values: Sequence[float], label: str) -> Markup | None:
    """The line through the finite values, oldest on the left; None for fewer than two."""
    finite = [(i, value) for i, value in enumerate(values) if math.isfinite(value)]
    if len(finite) < 2:
        return None
    low, high = min(value for _, value in finite), max(value for _, value in finite)
    across = (_WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)
    rise = (_HEIGHT - 2 * _MARGIN) / (high - low) if high > low else 0.0
    dots = [(_MARGIN + across * i, _HEIGHT - _MARGIN - rise * (value - low)) for i, value in finite]
    line = element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in dots), class_="curve")
    last = element("circle", cx=dots[-1][0], cy=dots[-1][1], r=3.0, class_="dot kept")
    size = {"viewBox": f"0 0 {_WIDTH:g} {_HEIGHT:g}", "width": _WIDTH, "height": _HEIGHT}
    return element("svg", line, last, class_="chart spark", role="img", aria_label=label, **size)
