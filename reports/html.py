"""The page: one self-contained file, made from the record alone. Same record, same bytes.

    Content-Security-Policy: default-src 'none'; script-src and style-src by the digest of the one script and the one style

Whatever a backend, an op name or an exception says is escaped, and hidden characters are spelled out, in one place: `visible` sees every value that
the templates print.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.record import Event
from harness.record.evidence import SEVERITY
from harness.record.summary import summary_of
from reports import wording
from reports.cellrows import pack_cells
from reports.charts.bars import histogram, share_bar
from reports.charts.density import density_chart
from reports.charts.sparkline import sparkline
from reports.charts.strips import squares, strips
from reports.comparison import sentences
from reports.comparison.compare import Comparison
from reports.comparison.trend import Trend
from reports.conclusion import conclusion
from reports.deedpairs import deed_pairs
from reports.digest import Digest
from reports.grouping import group_findings
from reports.health import undecided_where
from reports.matrix import build_matrix, gaps
from reports.meaning import worth_of
from reports.story import FULL, anchors, stories
from reports.timing import shares_of_time, slowest

VENDOR = "vendor/uplot/"
SCRIPTS = ("filter.js", f"{VENDOR}uPlot.iife.min.js", "report.js", "cases.js", "brushing.js", "plots.js")
STYLES = (f"{VENDOR}uPlot.min.css", "report.css")
_FILTERS = ("symbol", "slug", "one_line", "number", "power", "count", "brief_count", "plural", "duration", "memory")


def render_html(events: Iterable[Event], comparison: Comparison | None = None, trends: Sequence[Trend] = ()) -> str:
    """The report of a record as one HTML document.

    Args:
        events: What `read_events` or `merge_records` yields; an incomplete record renders too, and says so.
        comparison: This run seen from an earlier one.
        trends: Numbers over several runs, this one last.
    """
    digest = Digest(events)
    evidence = digest.evidence
    told = stories(group_findings(evidence.findings), evidence.runs, digest.shrinking)
    places = anchors(told)
    matrix = build_matrix(evidence, places)
    pairs = deed_pairs(evidence.cells.values())
    script, style = _licence() + "".join(map(_static, SCRIPTS)), "".join(map(_static, STYLES))
    return (
        _environment()
        .get_template("page.html")
        .render(
            policy=f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'",
            script=Markup(script),
            style=Markup(style),
            evidence=evidence,
            summary=summary_of(evidence),
            conclusion=conclusion(evidence),
            run=evidence.runs[0] if evidence.runs else None,
            stories=told,
            full=FULL,
            matrix=matrix,
            gaps=gaps(evidence.cells.values()),
            worth=worth_of(evidence.cells.values()),
            health=digest.health,
            undecided_where=undecided_where(evidence.cells.values()),
            sharpness=digest.resolutions.by_dtype(),
            controls=digest.controls,
            pairs=pairs,
            pair_squares=squares(pairs.deeds, pairs.rows, f"{pairs.covered} pairs of deeds on a tape") if pairs else None,
            devices=digest.devices.rows(evidence.cells.values()),
            workers=strips(digest.workers.busy(), digest.workers.seconds),
            resolutions=histogram([(wording.power(decade), cases) for decade, cases in digest.health.resolutions()], "resolution reached"),
            landscape=digest.landscape,
            panels=[(panel, picture) for panel in digest.landscape.panels if (picture := density_chart(panel)) is not None],
            inputs=digest.inputs,
            slowest=slowest(evidence.cells.values()),
            shares=shares_of_time(evidence.cells.values()),
            cells_data=pack_cells(evidence, matrix, places),
            cases_data=digest.columns.packed(),
            cases_left_out=digest.columns.left_out,
            details_data=digest.details.packed(),
            details_left_out=digest.details.left_out,
            severities=SEVERITY,
            meanings=wording.MEANINGS,
            defects=wording.DEFECTS,
            share_bar=share_bar,
            histogram=histogram,
            sparkline=sparkline,
            comparison=comparison,
            trends=trends,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, finalize=wording.visible, trim_blocks=True, lstrip_blocks=True
    )
    told = {name: getattr(sentences, name) for name in ("headline", "sides", "shown", "drift_rows")}
    environment.globals.update(told, category_symbols=sentences.SYMBOLS, category_meanings=sentences.MEANINGS)
    environment.filters.update({name: getattr(wording, name) for name in _FILTERS})
    return environment


def _static(name: str) -> str:
    return (files("reports") / "static" / name).read_text(encoding="utf-8")


def _licence() -> str:
    """Of the one part of the page that is not ours; it asks to be copied along."""
    return f"/* uPlot:\n{_static(VENDOR + 'LICENSE')}*/\n"


def _digest(source: str) -> str:
    """What the browser compares an inline script or style with before it lets it act."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")
