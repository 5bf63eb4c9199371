"""The page: complete without a script, closed to the network, deaf to hostile texts, the same bytes for the same record."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import msgspec
import pytest

import reports
from harness.record import CaseRun, CellEnded, RunEnded, merge_records, read_events
from reports import render_html
from tests.record.examples import (
    broken_result,
    cell_ended,
    complete_run,
    finding,
    hostile_run,
    interrupted_run,
    quiet_run,
    run_started,
    write,
)
from tests.reports.page import Page


def packed(source: str, name: str):
    data = re.search(rf'<template id="{name}-data">([^<]*)</template>', source)
    assert data
    return json.loads(gzip.decompress(base64.b64decode(data[1])))


@pytest.mark.parametrize("run", [complete_run, quiet_run, interrupted_run, hostile_run])
def test_page_of_the_same_record_has_the_same_bytes(run):
    assert render_html(run()) == render_html(run())


def test_page_does_not_depend_on_whether_the_events_were_read_back(tmp_path):
    assert render_html(complete_run()) == render_html(read_events(write(tmp_path / "r.ndjson", complete_run())))


@pytest.mark.parametrize("run", [complete_run, hostile_run])
def test_page_loads_nothing_and_its_policy_allows_nothing_but_its_own_script_and_style(run):
    page = Page(render_html(run()))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    digests = {tag: "sha256-" + base64.b64encode(hashlib.sha256(page.raw[tag].encode()).digest()).decode() for tag in ("script", "style")}
    assert policy == (f"default-src 'none'; script-src '{digests['script']}'; style-src '{digests['style']}'; base-uri 'none'; form-action 'none'")
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "source", "image", "use"}
        assert not any(name.startswith("on") or name in {"style", "src", "srcset", "data", "action"} for name in attributes)
        assert str(attributes.get("href", "#")).startswith("#")
    assert len(page.all("script")) == len(page.all("style")) == 1


def test_page_shows_a_hostile_text_as_text():
    source = render_html(hostile_run())
    assert source.count("</script>") == source.count("</style>") == 1
    assert "<img" not in source
    assert not {letter for letter in source if letter in "\x00\x1b\u202e" or "\ud800" <= letter <= "\udfff"}
    shown = "</script></style></template><img src=x onerror=alert(1)>⟨U+0000⟩⟨U+001B⟩[31m⟨U+202E⟩{{7*7}} & \"quoted\" 'single' ⟨U+D800⟩"
    assert Page(source).visible.count(shown) > 20


def test_page_cuts_a_message_of_a_megabyte_and_says_so():
    source = render_html([run_started(), finding(text="x" * 10**6), cell_ended(verdict="BROKEN")])
    assert len(source) < 300_000
    assert "980,000 more characters are in the record" in source


def test_page_opens_with_the_verdict_and_a_sentence():
    shown = Page(render_html(complete_run())).visible
    assert "✕ BROKEN 1 new finding in 2 cells, 1 known finding, 2 cells crashed, 2 cells hung, 2 cells errored." in shown
    assert "166 of 180 cells hold, on 6,820 valid comparisons in all; 2 cells had too few." in shown
    assert "autograd-harness verify --profile quick --seed 7" in shown


def test_page_of_a_run_that_holds_says_so():
    shown = Page(render_html(quiet_run())).visible
    assert "✓ HOLDS Nothing is broken. 91 of 91 cells hold, on 3,640 valid comparisons in all." in shown
    assert "No law was found broken." in shown


def test_page_of_an_interrupted_run_says_what_is_missing():
    shown = Page(render_html(interrupted_run())).visible
    assert "‖ INTERRUPTED The run did not come to its end: 91 cells of 182 planned were finished" in shown
    assert "planned, but the run was stopped before 91" in shown


def test_page_of_a_record_cut_off_in_the_middle_of_a_line_renders(tmp_path):
    path = write(tmp_path / "r.ndjson", complete_run())
    path.write_bytes(path.read_bytes()[:100_003])
    assert "INTERRUPTED The run did not come to its end" in Page(render_html(read_events(path))).visible


def test_page_of_a_run_that_compared_nothing_claims_nothing():
    shown = Page(render_html([run_started()])).visible
    assert "Nothing was compared, so nothing is known." in shown
    assert "Nothing is broken" not in shown
    assert "No cell was finished, so there is no evidence to show." in shown


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_page_shows_values_that_are_not_finite(value):
    result = broken_result() | {"actual": float(value), "bound": float("nan"), "ladder": [{"step": float(value), "bound": float("nan")}] * 3}
    cell = cell_ended("vjp-agrees", "softmax", "float32", "BROKEN")
    case = CaseRun(cell=cell.cell, case="0", verdict="BROKEN", actual=float(value), expected=0.0, tolerance=float("inf"), resolution=float("nan"))
    shown = Page(
        render_html([run_started(), case, finding(result=result), cell, RunEnded(verdict="BROKEN", exit_code=1, seconds=float("inf"))])
    ).visible
    assert f"actual {value}" in shown
    assert "Time unknown" in shown


def test_page_groups_one_bug_in_two_dtypes_and_tells_its_story():
    source = render_html(complete_run())
    page = Page(source)
    assert [article["id"] for article in page.all("article")] == ["finding-1", "finding-2"]
    for part in (
        "Perhaps a term is counted twice a guess, since all 6 entries off by the factor 2.0",
        "discrepancy 0.0001, 3.0e+08 times the tolerance",
        "one ulp away ✕ broken",
    ):
        assert part in page.visible
    for part in (
        "Script Replay pytest JSON Issue",
        "autograd-harness replay k3f9q2ab01cd",
        "### gradient of softmax(x, axis=0) is wrong",
        "* torch 2.13.0",
    ):
        assert part in page.visible


def test_page_marks_a_known_finding_and_says_why():
    shown = Page(render_html(complete_run())).visible
    assert "known · broken" in shown
    assert "Known: double backward of prod at a zero; https://example.org/issues/1" in shown
    assert "Fixed since the baseline" in shown


def test_page_names_the_verdict_and_the_evidence_of_each_square():
    source = render_html(complete_run())
    assert re.search(r'<td class="v-broken"[^>]*><a href="#finding-1"><i>✕</i><b>80</b></a></td>', source)
    assert re.search(r'<td class="v-broken is-known"[^>]*><a href="#finding-2"><i>⊗</i><b>40</b></a></td>', source)
    assert re.search(r'<td class="v-inconclusive is-thin" title="vjp-agrees: inconclusive, kink: 31 of 40 primals lie on a tie">', source)
    assert '<td class="v-holds">80</td>' in source


def test_page_gives_every_gap_its_reason():
    shown = Page(render_html(complete_run())).visible
    for reason in ("torch has no forward mode for svd with full matrices", "no answer after 60 s", "2 of 20 valid comparisons: out of time"):
        assert reason in shown


def test_page_says_what_the_evidence_is_worth():
    assert "structure 52 of 52 2,080 0.14 % 40 7.5 %" in Page(render_html(complete_run())).visible.replace("\u00a0", " ")
    assert "higher order 20 of 26 888 some broke 40 7.5 %" in Page(render_html(complete_run())).visible.replace("\u00a0", " ")


def test_page_packs_every_cell_and_every_case():
    source = render_html(complete_run())
    cells, cases = packed(source, "cells"), packed(source, "cases")
    assert len(cells["cell"]) == 182
    assert cells["finding"][cells["cell"].index("vjp-agrees[softmax-float32-cpu-torch]")] == "finding-1"
    assert len(cases["cell"]) == len(cases["id"]) == len(cases["tenths"]["ratio"]) == len(cases["tenths"]["kink"]) == 720
    assert cases["verdicts"][cases["verdict"][0]] == "HOLDS"


def test_page_without_javascript_shows_no_control_that_needs_it():
    source = render_html(complete_run())
    assert 'class="filter scripted" role="search" hidden' in source
    assert '<section id="cases" class="scripted" hidden>' in source
    assert all("hidden" in button for button in Page(source).all("button") if "copy" in (button.get("class") or ""))


def test_page_survives_foreign_shapes_in_a_result():
    odd = {"ladder": "no", "neighbourhood": 3, "actual": "x", "pattern": ["a", 1], "extra": {"deep": [1.5, {"x": None}]}}
    shown = Page(render_html([run_started(), finding(result=odd)])).visible
    assert "extra deep: 1.5, x:" in shown


def test_page_keeps_its_order_when_findings_come_in_another():
    run = complete_run()
    run.sort(key=lambda event: msgspec.json.encode(type(event).__name__), reverse=True)
    assert [article["id"] for article in Page(render_html(run)).all("article")] == ["finding-1", "finding-2"]


def test_page_of_shards_adds_them_up_and_says_what_one_of_them_did_not_finish(tmp_path):
    run = complete_run()
    cells = [event for event in run if isinstance(event, CellEnded)]
    half = len(cells) // 2
    whole = write(tmp_path / "1.ndjson", [run[0], *cells[:half], run[-1]])
    killed = write(tmp_path / "2.ndjson", [run[0], *cells[half:]])
    shown = Page(render_html(merge_records([whole, killed]))).visible
    assert f"Cells {len(cells)} " in shown
    assert "1 of 2 records stop before their end: a worker was killed." in shown


def test_page_of_nothing_but_a_first_line_says_that_the_run_did_not_end():
    shown = Page(render_html([run_started()])).visible
    assert "INTERRUPTED" in shown
    assert "No cell was finished, so there is no evidence to show." in shown


def test_page_passes_what_a_future_harness_adds(tmp_path):
    lines = write(tmp_path / "r.ndjson", quiet_run()).read_bytes().splitlines(keepends=True)
    added = b'{"type":"hologram","depth":3}\n'
    future = tmp_path / "future.ndjson"
    future.write_bytes(b"".join([lines[0].replace(b'"seed":7', b'"seed":7,"mood":"calm"'), added, *lines[1:]]))
    assert render_html(read_events(future)) == render_html(quiet_run())


UPLOT = {  # of uplot 1.6.32 on the npm registry
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


@pytest.mark.parametrize("name", list(UPLOT))
def test_uplot_is_carried_along_as_its_authors_released_it(name):
    carried = (Path(reports.__file__).parent / "static" / "vendor" / "uplot" / name).read_bytes()
    assert hashlib.sha256(carried).hexdigest() == UPLOT[name]


def test_page_carries_the_licence_of_uplot():
    assert "Copyright (c) 2022 Leon Sorokin\n\nPermission is hereby granted" in Page(render_html(quiet_run())).raw["script"]
