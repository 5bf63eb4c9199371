"""A Jacobian beside the oracle's: the actual and the expected entries on one scale, and how far apart they are.

    third picture: log10 |actual - expected| relative to the largest expected entry

A sign is a colour and, where there is room, a number too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from markupsafe import Markup

from reports.charts.svg import chart, element, text
from reports.jacobian import Jacobian
from reports.wording import brief_number, number

_SHADES = 5
_SIDE, _LEAST = 132.0, 5.0  # of a whole picture, of one square
_ROOM = 34.0  # a square as wide as this holds a number
_TOP = 20.0
_NAMED = 36  # entries; of a larger map the worst stand in the table
_FAINTEST = -16.0  # decades of relative error that are told apart

Entry = tuple[int, int, float]
Style = Callable[[float], str]


def heat_maps(jacobian: Jacobian) -> list[Markup]:
    """Pictures of actual, expected and error, rows being outputs and columns inputs."""
    largest = jacobian.largest
    signed = [("actual", jacobian.actual), ("expected", jacobian.expected)]
    return [*(_picture(name, rows, jacobian, largest) for name, rows in signed), _picture("error, log scale", jacobian.errors(), jacobian, None)]


def _picture(name: str, rows: Sequence[Sequence[float]], jacobian: Jacobian, largest: float | None) -> Markup:
    high, wide = len(rows), len(rows[0])
    size = max(_LEAST, min(_ROOM + 8, _SIDE / max(high, wide)))
    entries = [(i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row)]
    style = (lambda value: _signed(value, largest)) if largest is not None else (lambda value: _error(value, jacobian.largest))
    squares = _named(entries, style, size, jacobian) if high * wide <= _NAMED else _by_style(entries, style, size)
    label = f"{name}: {high} outputs by {wide} inputs"
    return chart(max(wide * size, 96.0), _TOP + high * size, label, text(0, 12, name, "axis"), *squares)


def _named(entries: Sequence[Entry], style: Style, size: float, jacobian: Jacobian) -> list[Markup]:
    """A square per entry that says its name and, where there is room, its number."""
    parts = []
    for i, j, value in entries:
        title = element("title", f"d {jacobian.outputs[i]} / d {jacobian.inputs[j]}: {number(value, 6)}")
        parts.append(element("rect", title, x=j * size, y=_TOP + i * size, width=size - 1, height=size - 1, class_=f"heat {style(value)}"))
        if size >= _ROOM:
            parts.append(text((j + 0.5) * size, _TOP + (i + 0.5) * size + 4, brief_number(value), "cell", "middle"))
    return parts


def _by_style(entries: Sequence[Entry], style: Style, size: float) -> list[Markup]:
    """All squares that look alike as one path: a few bytes an entry, where a page may hold hundreds of pictures."""
    paths: dict[str, list[str]] = {}
    side = f"{size - 1:.1f}"
    for i, j, value in entries:
        paths.setdefault(style(value), []).append(f"M{j * size:.1f} {_TOP + i * size:.1f}h{side}v{side}h-{side}z")
    return [element("path", d="".join(squares), class_=f"heat {name}") for name, squares in paths.items()]


def _signed(value: float, largest: float) -> str:
    """Sign and size in words of the style sheet."""
    if not math.isfinite(value):
        return "odd"
    shade = round(_SHADES * min(1.0, abs(value) / largest)) if largest > 0 else 0
    return f"{'positive' if value > 0 else 'negative'} level-{shade}" if value and shade else "zero"


def _error(value: float, largest: float) -> str:
    if not math.isfinite(value):
        return "odd"
    relative = math.log10(value / largest) if value > 0 and largest > 0 else (_FAINTEST if value == 0 else 0.0)
    shade = round(_SHADES * min(1.0, max(0.0, 1 - relative / _FAINTEST)))
    return f"wrong level-{shade}" if shade else "zero"
