"""A record that fills every section of the page, and the comparison with an earlier one."""

from __future__ import annotations

from harness.record import CaseRun, CellStarted, Event, Fault, Finding, summarize
from reports import render_html
from reports.comparison import Snapshot, compare, trends
from tests.record.examples import broken_result, cell_ended, complete_run, quiet_run

JACOBIAN = {"actual": [[1.0, 0.0], [0.0, 2.0]], "expected": [[1.0, 0.0], [0.5, 1.0]], "outputs": ["out[0]", "out[1]"], "inputs": ["x[0]", "x[1]"]}
SLICE = {"t": [-1.0, -0.5, 0.0, 0.5, 1.0], "values": [-2.0, -1.0, 0.0, 1.0, 2.0], "entry": 0}
BISECTION = [{"instruction": "exp(x0)", "upto": "HOLDS", "alone": "HOLDS"}, {"instruction": "sum(v0)", "upto": "BROKEN", "alone": "HOLDS"}]
TIMELINE = [
    {"deed": "x0 = leaf([1.])", "seen": {"x0": None}, "expected": {"x0": None}},
    {"deed": "is_recording()", "seen": {"x0": None}, "expected": {"x0": None}, "answer": True, "expected_answer": False},
    {"deed": "backward(v0)", "seen": {"x0": [2.0]}, "expected": {"x0": [1.0]}},
]
PAIRS = {"leaf > apply": 12, "apply > backward": 7, "backward > backward": 1, "no_grad > apply": 3}


def full_result(**changes):
    """What the page can draw of a finding, all of it."""
    return broken_result() | {"details": {"jacobian": JACOBIAN}, "slice": SLICE, "bisection": BISECTION, "timeline": TIMELINE} | changes


def full_run() -> list[Event]:
    """`complete_run`, with workers, deeds on a tape, a second device, negative controls, and a finding that has every part."""
    events: list[Event] = []
    for event in complete_run():
        if isinstance(event, CellStarted):
            event.worker = f"gw{len(events) % 2}"
        if isinstance(event, Finding):
            event.result = full_result()
        events.append(event)
    away = cell_ended(op="tanh", device="cuda:0", cell="away", pairs=PAIRS)
    extra: list[Event] = [CaseRun(cell="away", case="0", verdict="HOLDS", agreement={"ulps": 2.5, "repeats": False}), away]
    faults: list[Event] = [Fault(law="vjp-linear", fault=f"fault-{k}", found=found, comparisons=3) for k, found in enumerate(("yes", "MISSED"))]
    return [*events[:-1], *extra, *faults, events[-1]]


def full_page() -> str:
    """The page of `full_run`, seen from a run in which everything held."""
    old = Snapshot(quiet_run())
    found = compare(old, Snapshot(full_run(), old.counterexamples))
    return render_html(full_run(), found, trends([summarize(quiet_run()), summarize(full_run())]))
