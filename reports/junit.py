"""The run as JUnit XML (xunit2), one test case per cell, for CI servers.

BROKEN -> failure      CRASHED, HUNG, ERRORED -> error      known findings, UNSUPPORTED, INCONCLUSIVE, too little evidence -> skipped
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.etree import ElementTree

from harness.record import CellEnded, Event, Evidence, Finding, cell_verdict
from reports.wording import visible


def render_junit(events: Iterable[Event]) -> str:
    """The report of a record as JUnit XML; a suite per backend and device."""
    evidence = Evidence(events)
    suites: dict[tuple[str, str], list[CellEnded]] = {}
    for cell in evidence.cells.values():
        suites.setdefault((cell.backend, cell.device), []).append(cell)
    root = ElementTree.Element("testsuites")
    for (backend, device), cells in sorted(suites.items()):
        root.append(_suite(f"{backend} {device}", cells, evidence))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cells: list[CellEnded], evidence: Evidence) -> ElementTree.Element:
    findings: dict[str, Finding] = {finding.cell: finding for finding in evidence.findings}
    known = evidence.known_cells
    cases = [_case(cell, findings.get(cell.cell), cell.cell in known) for cell in cells]
    outcomes = [case[0].tag for case in cases if len(case)]
    numbers = {"tests": len(cases), "failures": outcomes.count("failure"), "errors": outcomes.count("error"), "skipped": outcomes.count("skipped")}
    attributes = {
        "name": str(visible(name)),
        **{key: str(value) for key, value in numbers.items()},
        "time": _seconds(sum(cell.seconds for cell in cells)),
    }
    if evidence.runs:
        attributes["timestamp"] = str(visible(evidence.runs[0].started)).removesuffix("Z")
    suite = ElementTree.Element("testsuite", attributes)
    suite.extend(cases)
    return suite


def _case(cell: CellEnded, finding: Finding | None, known: bool) -> ElementTree.Element:
    name = f"{cell.op}[{cell.dtype}-{cell.device}-{cell.backend}]"
    attributes = {"classname": f"{cell.family}.{cell.law}", "name": name, "time": _seconds(cell.seconds)}
    case = ElementTree.Element("testcase", {key: str(visible(value)) for key, value in attributes.items()})
    outcome = _outcome(cell_verdict(cell), known)
    if outcome:
        message = finding.title if finding else cell.reason or cell_verdict(cell).lower()
        told = ElementTree.SubElement(case, outcome, {"message": str(visible(message))})
        if outcome == "skipped":
            told.set("type", "known" if known else cell_verdict(cell))
        told.text = str(visible(finding.text)) if finding else None
    return case


def _outcome(verdict: str, known: bool) -> str:
    """The element that says what became of a cell; empty where it holds."""
    if verdict == "HOLDS":
        return ""
    if known or verdict in {"UNSUPPORTED", "INCONCLUSIVE", "INSUFFICIENT EVIDENCE"}:
        return "skipped"
    return "failure" if verdict == "BROKEN" else "error"


def _seconds(value: float) -> str:
    """As the schema wants it, which has no word for what is not finite."""
    return f"{value if math.isfinite(value) else 0.0:.3f}"
