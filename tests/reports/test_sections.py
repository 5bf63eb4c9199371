"""The sections on the run as a whole: detection power, tapes, devices, workers, where the oracle abstained."""

from __future__ import annotations

import math

import pytest

from harness.record import CaseRun, CellStarted, Counts, Evidence, Fault, RunEnded
from reports import render_html
from reports.charts.strips import squares, strips
from reports.deedpairs import deed_pairs
from reports.devices import Devices
from reports.health import undecided_where
from reports.inputs import Inputs
from reports.power import Controls
from reports.resolutions import Resolutions
from reports.workers import STRETCHES, Workers
from tests.record.examples import HOSTILE, case_run, cell_ended, complete_run, run_started
from tests.reports.page import Page


def fault(law="vjp-linear", name="absolute-cotangent", found="yes", **changes):
    return Fault(law=law, fault=name, found=found, **({"comparisons": 3} | changes))


def fed(listener, *events):
    for event in events:
        listener.see(event)
    return listener


def test_controls_put_laws_that_missed_a_fault_first():
    controls = fed(Controls(), fault(), fault(found="unsupported"), fault("vjp-zero", "nan-entry", "MISSED", comparisons=99))
    assert [(power.law, power.found, power.tried, power.most) for power in controls.laws] == [("vjp-zero", 0, 1, 0), ("vjp-linear", 1, 1, 3)]
    assert [each.fault for each in controls.missed] == ["nan-entry"]


def test_page_shows_the_power_of_its_configuration_or_how_to_measure_it():
    shown = Page(render_html([*complete_run(), fault(), fault("vjp-zero", "nan-entry", "MISSED")])).visible
    assert "1 of 2 faults found" in shown
    assert "✕ nan-entry" in shown
    assert "autograd-harness selftest --out DIR" in Page(render_html(complete_run())).visible


def test_resolutions_tell_what_half_and_nearly_all_comparisons_resolve():
    cell = cell_ended()
    cases = [CaseRun(cell=cell.cell, case="0", verdict="HOLDS", resolution=10.0**-exponent) for exponent in [12] * 60 + [9] * 38 + [1] * 2]
    ((family, dtype, comparisons, half, most),) = fed(Resolutions(), *cases, cell).by_dtype()
    assert (family, dtype, comparisons) == ("values", "float64", 100)
    assert (half, most) == pytest.approx((1e-12, 1e-9))


@pytest.mark.parametrize(
    "changes", [{"vacuous": True}, {"verdict": "INCONCLUSIVE"}, {"phase": "shrink"}, {"resolution": math.nan}, {"comparisons": 0}]
)
def test_resolutions_count_only_comparisons_of_the_search_that_decide(changes):
    cell = cell_ended()
    case = CaseRun(**({"cell": cell.cell, "case": "0", "verdict": "HOLDS", "resolution": 1e-9} | changes))
    assert fed(Resolutions(), case, cell).by_dtype() == []


def test_pairs_of_deeds_add_up_over_cells():
    cells = [cell_ended(pairs={"leaf > apply": 2, "apply > backward": 1}), cell_ended(op="tanh", pairs={"leaf > apply": 3}), cell_ended(op="sum")]
    pairs = deed_pairs(cells)
    assert pairs is not None
    assert (pairs.deeds, pairs.cells, pairs.total, pairs.covered) == (["apply", "leaf", "backward"], 2, 6, 2)
    assert pairs.rows[1][0] == 5
    assert deed_pairs(cells[2:]) is None
    assert "leaf, then apply: 5" in squares(pairs.deeds, pairs.rows, "x")


def on(device, verdict="HOLDS", **changes):
    return cell_ended(verdict=verdict, device=device, cell=f"exp-{device}", **changes)


def agreeing(cell, ulps, repeats=True):
    return CaseRun(cell=cell.cell, case="0", verdict="HOLDS", agreement={"ulps": ulps, "repeats": repeats})


def test_devices_tell_what_breaks_on_one_of_them_only():
    rows = Devices().rows([on("cpu"), on("cuda:0", "BROKEN")])
    assert [(row.name, row.broken, row.alone) for row in rows] == [("cpu", 0, []), ("cuda:0", 1, ["add"])]


def test_devices_say_nothing_about_the_cpu_alone():
    assert Devices().rows([on("cpu")]) == []


def test_devices_count_ulps_and_repeats():
    cell = on("cuda:0")
    devices = fed(Devices(), agreeing(cell, 0.0), agreeing(cell, 2.5), agreeing(cell, math.inf, repeats=False), agreeing(cell, "x"), cell)
    ((row),) = devices.rows([cell])
    assert row.agreement is not None
    assert (row.agreement.cases, row.agreement.bitwise, row.agreement.within(4), row.agreement.repeating) == (4, 1, 2, 3)
    assert row.agreement.worst == (math.inf, "add float64")
    assert row.agreement.spread() == [("0", 1), ("≤1", 0), ("≤4", 1), ("≤16", 0), ("≤64", 0), ("≤256", 0), ("≤1024", 0), (">1024", 2)]


def test_devices_that_agree_bit_by_bit_have_no_spread():
    cell = on("cuda:0")
    ((row),) = fed(Devices(), agreeing(cell, 0.0), cell).rows([cell])
    assert row.agreement.spread() == []


def test_page_has_a_section_of_devices_where_there_is_another_than_the_cpu():
    cell = on("cuda:0")
    source = render_html([run_started(), agreeing(cell, 2.5), cell, on("cpu"), RunEnded(verdict="HOLDS", exit_code=0, seconds=1.0)])
    assert "2.5 ulps, add float64" in Page(source).visible
    assert 'id="devices"' not in render_html(complete_run())


def test_workers_are_busy_while_their_cells_run():
    events = [CellStarted(cell="a", time=0.0, worker="gw0"), cell_ended(cell="a", seconds=1.0)]
    events += [CellStarted(cell="b", time=1.0, worker="gw1"), cell_ended(cell="b", seconds=1.0)]
    workers = fed(Workers(), *events)
    first, second = workers.busy()
    assert (first[0], first[1], workers.seconds) == ("gw0", 1, 2.0)
    assert (sum(first[2][: STRETCHES // 2]), sum(first[2][STRETCHES // 2 :])) == pytest.approx((STRETCHES / 2, 0))
    assert sum(second[2]) == pytest.approx(STRETCHES / 2)
    assert 'class="bin level-5"' in str(strips(workers.busy(), workers.seconds))


def test_workers_that_an_older_record_does_not_name_are_not_drawn():
    workers = fed(Workers(), CellStarted(cell="a", time=0.0), cell_ended(cell="a"))
    assert strips(workers.busy(), workers.seconds) is None


def test_health_says_where_the_oracle_abstained():
    cells = [
        cell_ended(counts=Counts(attempted=9, inconclusive=2)),
        cell_ended(op="sum", counts=Counts(attempted=9, inconclusive=5)),
        cell_ended(op="x"),
    ]
    cells[2].counts.inconclusive = 0
    assert undecided_where(cells) == [("sum", 5, 9), ("add", 2, 9)]


@pytest.mark.parametrize(
    ("shapes", "said"), [([[2], [2]], "equal"), ([[2, 3], [3]], "broadcast"), ([[2, 1], [1, 3]], "broadcast"), ([[2], [3]], "different")]
)
def test_inputs_tell_how_the_shapes_of_several_primals_fit(shapes, said):
    inputs = fed(Inputs(), case_run(cell_ended(), 0, shapes=shapes))
    assert dict(inputs.tables())["shapes of several primals"] == [(said, 1)]


def test_evidence_of_two_shards_adds_the_pairs_of_deeds():
    evidence = Evidence([cell_ended(pairs={"a > b": 1}), cell_ended(pairs={"a > b": 2, "b > a": 1})])
    assert next(iter(evidence.cells.values())).pairs == {"a > b": 3, "b > a": 1}


def test_hostile_sections_do_nothing():
    cell = cell_ended(cell=HOSTILE, op=HOSTILE, device=HOSTILE, pairs={HOSTILE: 1, f"{HOSTILE} > {HOSTILE}": 2})
    told = dict.fromkeys(("law", "fault", "found", "op", "reason", "backend", "device", "dtype"), HOSTILE)
    agreement = CaseRun(cell=HOSTILE, case=HOSTILE, verdict=HOSTILE, agreement={"ulps": HOSTILE, HOSTILE: HOSTILE})
    page = Page(render_html([run_started(), CellStarted(cell=HOSTILE, time=math.nan, worker=HOSTILE), agreement, cell, Fault(**told)]))
    assert page.all("img") == []
    assert len(page.all("script")) == 1
