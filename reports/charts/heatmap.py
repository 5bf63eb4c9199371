"""A Jacobian beside the oracle's: the actual and the expected entries on one scale, and how far apart they are.

    third picture: log10 |actual - expected| relative to the largest expected entry

A sign is a colour and, where there is room, a number too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.svg import chart, element, text
from reports.jacobian import Jacobian
from reports.wording import number

_SHADES = 5
_SIDE, _LEAST = 132.0, 5.0  # of a whole picture, of one square
_ROOM = 34.0  # a square as wide as this holds a number
_TOP = 20.0
_FAINTEST = -16.0  # decades of relative error that are told apart


def heat_maps(jacobian: Jacobian) -> list[Markup]:
    """Pictures of actual, expected and error, rows being outputs and columns inputs."""
    largest = jacobian.largest
    signed = [("actual", jacobian.actual), ("expected", jacobian.expected)]
    return [*(_picture(name, rows, jacobian, largest) for name, rows in signed), _picture("error, log scale", jacobian.errors(), jacobian, None)]


def _picture(name: str, rows: Sequence[Sequence[float]], jacobian: Jacobian, largest: float | None) -> Markup:
    high, wide = len(rows), len(rows[0])
    size = max(_LEAST, min(_ROOM + 8, _SIDE / max(high, wide)))
    parts = [text(0, 12, name, "axis")]
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            title = element("title", f"d {jacobian.outputs[i]} / d {jacobian.inputs[j]}: {number(value, 6)}")
            style = _signed(value, largest) if largest is not None else _error(value, jacobian.largest)
            parts.append(element("rect", title, x=j * size, y=_TOP + i * size, width=size - 1, height=size - 1, class_=f"heat {style}"))
            if size >= _ROOM:
                parts.append(text((j + 0.5) * size, _TOP + (i + 0.5) * size + 4, number(value, 2), "cell", "middle"))
    label = f"{name}: {high} outputs by {wide} inputs"
    return chart(max(wide * size, 96.0), _TOP + high * size, label, *parts)


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
