"""An SVG badge for a README: what the last run came to."""

from __future__ import annotations

from collections.abc import Iterable

from harness.record import Event, Summary, summarize
from reports.charts.svg import element
from reports.wording import brief_count, plural

_TONES = {"HOLDS": "#0b6b67", "BROKEN": "#b8390e", "ERRORED": "#b8390e"}
_DOUBT = "#7d5700"
_LETTER, _MARGIN, _HEIGHT = 6.6, 9.0, 20.0
_LABEL = "gradients"


def render_badge(events: Iterable[Event]) -> str:
    """The verdict of a record as an SVG picture of its own, 20 pixels high."""
    summary = summarize(events)
    words = _words(summary)
    left, right = (len(text) * _LETTER + 2 * _MARGIN for text in (_LABEL, words))
    parts = [
        element("title", f"{_LABEL}: {words}"),
        element("rect", width=left + right, height=_HEIGHT, rx=3, fill="#3d434b"),
        element("rect", x=left, width=right, height=_HEIGHT, rx=3, fill=_TONES.get(summary.verdict, _DOUBT)),
        element("text", _LABEL, x=left / 2, y=14, text_anchor="middle"),
        element("text", words, x=left + right / 2, y=14, text_anchor="middle"),
    ]
    style = {"fill": "#ffffff", "font_family": "Verdana, DejaVu Sans, sans-serif", "font_size": 11}
    size = {"width": left + right, "height": _HEIGHT, "viewBox": f"0 0 {left + right:g} {_HEIGHT:g}"}
    return element("svg", *parts, xmlns="http://www.w3.org/2000/svg", role="img", aria_label=f"{_LABEL}: {words}", **size, **style) + "\n"


def _words(summary: Summary) -> str:
    verdict = summary.verdict.lower()
    if summary.verdict == "BROKEN" and summary.findings.new:
        return f"{verdict}, {plural(summary.findings.new, 'new finding')}"
    return f"{verdict}, {brief_count(summary.comparisons.valid)} comparisons" if summary.verdict == "HOLDS" else verdict
