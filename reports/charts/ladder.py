"""The step ladder: is the oracle to be believed?

    dots and curve: the oracle's bound at each step          crosses: how far that step's own value is from what was expected in the end
    horizontal line: |actual - expected|

Where the line runs high above the valley of the curve, no choice of step explains the discrepancy.
"""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from reports.charts.scale import Scale, spanning
from reports.charts.svg import chart, element, line, text
from reports.wording import as_number, number, power

WIDTH, HEIGHT = 440.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 54.0, 16.0, 26.0, 42.0

Dot = tuple[float, float, bool]  # log10 step, log10 bound, kept


def ladder_chart(ladder: Any, actual: Any, expected: Any) -> Markup | None:
    """The chart of a finding's ladder; None where fewer than two rungs have a step and a bound that a logarithm can show."""
    dots = _dots(ladder)
    if len(dots) < 2:
        return None
    off = _logarithm(abs(actual - expected)) if as_number(actual) is not None and as_number(expected) is not None else None
    x = spanning([step for step, _, _ in dots], LEFT, WIDTH - RIGHT, margin=0.1)
    y = spanning([bound for _, bound, _ in dots] + ([off] if off is not None else []), HEIGHT - BOTTOM, TOP)
    label = f"bound of the oracle against its step, {len(dots)} rungs, smallest bound 1e{min(bound for _, bound, _ in dots):.1f}"
    return chart(WIDTH, HEIGHT, label, *_axes(x, y), *_errors(ladder, expected, x, y), *_curve(dots, x, y), *_discrepancy(off, x, y))


def _dots(ladder: Any) -> list[Dot]:
    rungs = [rung for rung in ladder if isinstance(rung, dict)] if isinstance(ladder, list | tuple) else []
    placed = [(_logarithm(rung.get("step")), _logarithm(rung.get("bound")), bool(rung.get("kept"))) for rung in rungs]
    return sorted((step, bound, kept) for step, bound, kept in placed if step is not None and bound is not None)


def _logarithm(value: Any) -> float | None:
    size = as_number(value)
    return None if size is None or not math.isfinite(size) or size <= 0 else math.log10(size)


def _axes(x: Scale, y: Scale) -> list[Markup]:
    parts = [text(LEFT - 46, 13, "bound of the oracle", "axis"), text(WIDTH - RIGHT, HEIGHT - 6, "step", "axis", "end")]
    for tick in y.ticks(6):
        parts += [line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid"), text(LEFT - 8, y(tick) + 4, power(tick), "tick", "end")]
    for tick in x.ticks(7):
        parts.append(text(x(tick), HEIGHT - BOTTOM + 17, power(tick), "tick", "middle"))
    return parts


def _curve(dots: list[Dot], x: Scale, y: Scale) -> list[Markup]:
    points = " ".join(f"{x(step):.2f},{y(bound):.2f}" for step, bound, _ in dots)
    drawn = [element("polyline", points=points, class_="curve")]
    for step, bound, kept in dots:
        title = element("title", f"step 1e{number(step)}: bound 1e{number(bound)}, {'used' if kept else 'not used'}")
        drawn.append(element("circle", title, cx=x(step), cy=y(bound), r=4.5 if kept else 3.5, class_="dot kept" if kept else "dot"))
    return drawn


def _errors(ladder: Any, expected: Any, x: Scale, y: Scale) -> list[Markup]:
    """A cross where |value - expected| of a rung lies; none for a rung that agrees exactly, or better than the picture shows."""
    due, drawn = as_number(expected), []
    for rung in ladder if due is not None else []:
        value = as_number(rung.get("value")) if isinstance(rung, dict) else None
        step, off = (_logarithm(rung.get("step")), _logarithm(abs(value - due))) if value is not None and due is not None else (None, None)
        if step is not None and off is not None and y.low <= off <= y.high:
            title = element("title", f"step 1e{number(step)}: off by 1e{number(off)}")
            drawn.append(element("path", title, d=f"M{x(step) - 3.5:.1f} {y(off) - 3.5:.1f}l7 7m0 -7l-7 7", class_="cross"))
    return drawn


def _discrepancy(off: float | None, x: Scale, y: Scale) -> list[Markup]:
    if off is None:
        return []
    return [line(x.start, y(off), x.end, y(off), "alarm"), text(x.end - 4, y(off) - 7, "|actual − expected|", "alarm-label", "end")]
