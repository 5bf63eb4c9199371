"""A strip per worker, as long as the run; darker where it was busier. And a table of counts as squares."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from reports.charts.svg import chart, element, line, text
from reports.wording import brief_count, duration

_WIDTH, _HEIGHT, _LEFT, _FOOT = 560.0, 16.0, 62.0, 22.0
_SIDE, _NAMES = 22.0, 120.0
_SHADES = 5


def strips(rows: Sequence[tuple[str, int, list[float]]], seconds: float) -> Markup | None:
    """One strip per (worker, cells, busy shares); None without rows."""
    if not rows:
        return None
    step, drawn = (_WIDTH - _LEFT) / len(rows[0][2]), []
    for i, (worker, cells, shares) in enumerate(rows):
        top = i * (_HEIGHT + 6)
        drawn.append(text(_LEFT - 8, top + 12, worker, "tick", "end"))
        drawn.append(
            element("rect", element("title", f"{worker}: {cells:,} cells"), x=_LEFT, y=top, width=_WIDTH - _LEFT, height=_HEIGHT, class_="heat zero")
        )
        for begun, end, shade in _runs([round(_SHADES * share) for share in shares]):
            drawn.append(element("rect", x=_LEFT + begun * step, y=top, width=(end - begun) * step, height=_HEIGHT, class_=f"bin level-{shade}"))
    foot = len(rows) * (_HEIGHT + 6)
    drawn += [text(_LEFT, foot + 12, "0", "tick"), text(_WIDTH, foot + 12, duration(seconds), "tick", "end")]
    return chart(_WIDTH, foot + _FOOT, f"{len(rows)} workers over {duration(seconds)}", *drawn)


def _runs(shades: Sequence[int]) -> list[tuple[int, int, int]]:
    """(begin, end, shade) of the stretches of equal shade that are not empty."""
    found, begun = [], 0
    for k in range(1, len(shades) + 1):
        if k == len(shades) or shades[k] != shades[begun]:
            found += [(begun, k, shades[begun])] if shades[begun] else []
            begun = k
    return found


def squares(names: Sequence[str], rows: Sequence[Sequence[int]], label: str) -> Markup:
    """Counts of row i with column i, the same names on both sides; darker for more, on a scale of logarithms."""
    most = max((count for row in rows for count in row), default=0)
    drawn = []
    for i, name in enumerate(names):
        at = _NAMES + i * _SIDE
        drawn += [text(_NAMES - 6, at + 15, name, "tick", "end"), line(_NAMES, at + _SIDE, _NAMES + len(names) * _SIDE, at + _SIDE, "grid")]
        drawn.append(element("text", name, x=0, y=0, class_="tick", transform=f"translate({at + 14:.0f} {_NAMES - 6:.0f}) rotate(-60)"))
        for j, count in enumerate(rows[i]):
            if count:
                shade = 1 + round((_SHADES - 1) * math.log1p(count) / math.log1p(most))
                title = element("title", f"{name}, then {names[j]}: {brief_count(count)}")
                square = {"x": _NAMES + j * _SIDE + 1, "y": at + 1, "width": _SIDE - 2, "height": _SIDE - 2}
                drawn.append(element("rect", title, class_=f"bin level-{shade}", **square))
    size = _NAMES + len(names) * _SIDE
    return chart(size + 40, size + 4, label, *drawn)
