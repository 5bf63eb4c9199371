"""SVG elements as safe text: every attribute and every label is escaped, every coordinate has two decimals."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup, escape

from reports.wording import visible


def element(tag: str, *children: str | Markup, **attributes: Any) -> Markup:
    """`<tag attributes>children</tag>`; `class_` is `class`, and `_` in a name is `-`; children that are not markup are escaped."""
    named = "".join(f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"' for name, value in attributes.items())
    return Markup(f"<{tag}{named}>{''.join(escape(visible(child)) for child in children)}</{tag}>")


def chart(width: float, height: float, label: str, *children: Markup) -> Markup:
    """A picture of its own, with `label` for those who cannot see it."""
    box = f"0 0 {width:g} {height:g}"
    return element("svg", *children, class_="chart", viewBox=box, width=width, height=height, role="img", aria_label=label)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def _value(value: Any) -> Markup:
    if isinstance(value, float):
        value = f"{value:.2f}".rstrip("0").rstrip(".") if math.isfinite(value) else "0"
    return escape(visible(str(value)))
