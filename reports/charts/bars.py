"""Bars: a share of a whole as one bar in a table, a histogram as columns."""

from __future__ import annotations

from markupsafe import Markup

from reports.charts.svg import chart, element, line, text
from reports.wording import brief_count, plural

_COLUMN, _HEIGHT, _FOOT, _HEAD = 46.0, 150.0, 24.0, 18.0


def share_bar(part: float, whole: float) -> Markup:
    """A bar as wide as `part` of `whole`; the number stands beside it in the table, so it is hidden from readers by ear."""
    width = 100 * part / whole if whole > 0 else 0.0
    filled = element("rect", x=0, y=0, width=max(width, 0.8) if part else 0.0, height=8, rx=1, class_="bar")
    return element("svg", filled, class_="share", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true")


def histogram(columns: list[tuple[str, int]], label: str) -> Markup | None:
    """One column per (label, cases), from left to right; None where there are no cases."""
    if not any(cases for _, cases in columns):
        return None
    most = max(cases for _, cases in columns)
    floor = _HEIGHT - _FOOT
    drawn = [line(0, floor, _COLUMN * len(columns), floor, "grid")]
    for i, (name, cases) in enumerate(columns):
        tall = (floor - _HEAD) * cases / most
        middle = _COLUMN * (i + 0.5)
        drawn.append(element("rect", x=_COLUMN * i + 3, y=floor - tall, width=_COLUMN - 6, height=tall, class_="bar"))
        drawn.append(text(middle, _HEIGHT - 7, name, "tick", "middle"))
        drawn += [text(middle, floor - tall - 5, brief_count(cases), "tick", "middle")] if cases else []
    return chart(_COLUMN * len(columns), _HEIGHT, f"{label}: {plural(sum(cases for _, cases in columns), 'case')}", *drawn)
