"""The error landscape: how many cases lie where, one square per bin, darker for more; what broke is drawn on top."""

from __future__ import annotations

import math

from markupsafe import Markup

from reports.charts.scale import Scale
from reports.charts.svg import chart, element, line, text
from reports.landscape import HIGHEST, LOWEST, STEPS, Panel
from reports.wording import plural, power

WIDTH, HEIGHT = 340.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 18.0, 24.0, 44.0
_SHADES = 5


def density_chart(panel: Panel) -> Markup | None:
    """log10(error / allowed) over log10 of the panel's property; None where nothing was measured."""
    if not panel.bins:
        return None
    low, high = min(x for x, _, _ in panel.bins) / STEPS, (max(x for x, _, _ in panel.bins) + 1) / STEPS
    x = Scale(math.floor(low), max(math.ceil(high), math.floor(low) + 2), LEFT, WIDTH - RIGHT)
    top = max(2, math.ceil((max(y for _, y, _ in panel.bins) + 1) / STEPS))
    bottom = min(-2, math.floor(min(y for _, y, _ in panel.bins) / STEPS))
    y = Scale(max(bottom, LOWEST), min(top, HIGHEST + 1), HEIGHT - BOTTOM, TOP)
    label = f"error over allowance against {panel.label}, {plural(sum(panel.bins.values()), 'case')}"
    return chart(WIDTH, HEIGHT, label, *_axes(panel, x, y), *_squares(panel, x, y), *_allowed(y))


def _axes(panel: Panel, x: Scale, y: Scale) -> list[Markup]:
    parts = [text(4, 13, "error / allowed", "axis"), text(WIDTH - RIGHT, HEIGHT - 6, panel.label, "axis", "end")]
    for tick in y.ticks(6):
        parts += [line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid"), text(LEFT - 7, y(tick) + 4, power(tick), "tick", "end")]
    return parts + [text(x(tick), HEIGHT - BOTTOM + 16, power(tick), "tick", "middle") for tick in x.ticks(5)]


def _squares(panel: Panel, x: Scale, y: Scale) -> list[Markup]:
    """Bins that hold first, then those that broke; the shade goes with the logarithm of the number of cases."""
    most = max(panel.bins.values())
    drawn = []
    for (i, j, holds), cases in sorted(panel.bins.items(), key=lambda item: (not item[0][2], item[0])):
        left, right, upper, lower = x(i / STEPS), x((i + 1) / STEPS), y((j + 1) / STEPS), y(j / STEPS)
        shade = 1 + round((_SHADES - 1) * math.log1p(cases) / math.log1p(most))
        style = f"bin shade-{shade}" if holds else "bin broken"
        title = element("title", plural(cases, "case") + ("" if holds else " that broke"))
        drawn.append(
            element("rect", title, x=left + 0.5, y=upper + 0.5, width=max(2, right - left - 1), height=max(2, lower - upper - 1), class_=style)
        )
    return sorted(drawn, key=lambda square: "broken" in square)


def _allowed(y: Scale) -> list[Markup]:
    return [line(LEFT, y(0), WIDTH - RIGHT, y(0), "alarm"), text(WIDTH - RIGHT - 2, y(0) - 6, "allowed", "alarm-label", "end")]
