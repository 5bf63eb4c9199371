"""The function along the failing direction: with both tangents, and with the oracle's subtracted.

    left     phi(t) - phi(0);    actual t and expected t as lines
    right    (phi(t) - phi(-t)) / 2 - expected t: the odd part, which has no curvature, must be flat; the line (actual - expected) t shows the claim

Where the claim is wrong by a billionth both lines on the left are one; on the right they are apart.
"""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from reports.charts.svg import chart, element, line, text
from reports.wording import as_number, number

WIDTH, HEIGHT = 440.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 12.0, 12.0, 26.0, 30.0


def slice_charts(drawn: Any, actual: Any, expected: Any) -> list[Markup]:
    """The two pictures; none where the record holds no such slice."""
    t, values = _finite(drawn)
    slope, due = as_number(actual), as_number(expected)
    if len(t) < 5 or slope is None or due is None or not (math.isfinite(slope) and math.isfinite(due)):
        return []
    mirrored = dict(zip(t, values, strict=True))
    odd = [(value - mirrored.get(-at, math.nan)) / 2 - due * at for at, value in zip(t, values, strict=True)]
    rest = [value if math.isfinite(value) else 0.0 for value in odd]
    return [
        _picture(t, values, slope, due, "f along the failing direction"),
        _picture(t, rest, slope - due, 0.0, "its odd part, minus the oracle's tangent"),
    ]


def _finite(drawn: Any) -> tuple[list[float], list[float]]:
    t, values = (drawn.get(name) if isinstance(drawn, dict) else None for name in ("t", "values"))
    if not isinstance(t, list) or not isinstance(values, list):
        return [], []
    pairs = [(as_number(at), as_number(value)) for at, value in zip(t, values, strict=False)]
    kept = [(at, value) for at, value in pairs if at is not None and value is not None and math.isfinite(at) and math.isfinite(value)]
    return [at for at, _ in kept], [value for _, value in kept]


def _picture(t: list[float], values: list[float], slope: float, due: float, name: str) -> Markup:
    """The curve, the claimed tangent (alarm) and the oracle's (dashed), through the point where t = 0."""
    reach = max(abs(at) for at in t) or 1.0
    low, high = min([*values, -abs(slope * reach), 0.0]), max([*values, abs(slope * reach), 0.0])
    margin = (high - low or 1.0) * 0.06

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at + reach) / (2 * reach)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low + margin) / (high - low + 2 * margin)

    points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in zip(t, values, strict=True))
    return chart(
        WIDTH,
        HEIGHT,
        f"{name}: slope claimed {number(slope, 6)}, found {number(due, 6)}",
        text(LEFT, 13, name, "axis"),
        line(x(-reach), y(0), x(reach), y(0), "grid"),
        line(x(0), y(low), x(0), y(high), "grid"),
        line(x(-reach), y(-due * reach), x(reach), y(due * reach), "due"),
        element("polyline", points=points, class_="curve function"),
        line(x(-reach), y(-slope * reach), x(reach), y(slope * reach), "alarm claim"),
        text(x(0) + 5, y(high) + 4, number(high, 2), "tick"),
        text(x(0) + 5, y(low) + 4, number(low, 2), "tick"),
        text(LEFT, HEIGHT - 8, f"t = −{number(reach, 2)}", "tick"),
        text(WIDTH - RIGHT, HEIGHT - 8, number(reach, 2), "tick", "end"),
    )
