"""Markdown for the step summary of a CI run, JUnit for its test view."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import pytest
from xmlschema import XMLSchema

from reports import render_badge, render_junit, render_markdown
from tests.record.examples import cell_ended, complete_run, finding, hostile_run, interrupted_run, quiet_run, run_started
from tests.reports.everything import full_run


def outcomes(document: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for case in ElementTree.fromstring(document).iter("testcase"):
        found.setdefault(case[0].tag if len(case) else "passed", []).append(f"{case.get('classname')} {case.get('name')}")
    return found


def test_markdown_opens_with_the_verdict_and_the_sentence_of_the_page():
    text = render_markdown(complete_run())
    assert text.startswith("## ✕ BROKEN\n\n1 new finding in 2 cells, 1 known finding, 2 cells crashed")
    assert "`autograd-harness verify --profile quick --seed 7` · seed 7 · 41.5 s · exit code 1" in text


def test_markdown_tells_each_finding_with_its_block_and_its_replay():
    text = render_markdown(complete_run())
    assert "### ✕ gradient of softmax(x, axis=0) is wrong\n\nnew · 2 cells\n\n```text\ngradient of softmax" in text
    assert "`autograd-harness replay k3f9q2ab01cd`" in text
    assert "known: double backward of prod at a zero" in text


def test_markdown_of_an_interrupted_run_says_so():
    assert render_markdown(interrupted_run()).startswith("## ‖ INTERRUPTED\n\nThe run did not come to its end")


def test_markdown_stays_small_with_many_findings():
    text = render_markdown([run_started(), *(finding(op=f"op{i}", text="x" * 10**5) for i in range(100))])
    assert len(text) < 200_000
    assert "80 more findings in the HTML report." in text


def test_markdown_keeps_hostile_texts_from_becoming_markup():
    outside = [part for i, part in enumerate(render_markdown(hostile_run()).split("```")) if i % 2 == 0]
    lines = [line for part in outside for line in part.splitlines() if "`" not in line]
    assert lines
    assert not any("<" in line for line in lines)
    assert not any(letter in render_markdown(hostile_run()) for letter in "\x00\x1b\u202e\ud800")


def test_markdown_fence_is_longer_than_any_in_the_text():
    assert "````text\na ``` b\n````" in render_markdown([run_started(), finding(text="a ``` b")])


def test_junit_tells_verdicts_apart():
    found = outcomes(render_junit(complete_run()))
    assert {name: len(cases) for name, cases in found.items()} == {"passed": 166, "failure": 2, "error": 6, "skipped": 8}
    assert "values.vjp-agrees softmax[float32-cpu-torch]" in found["failure"]
    assert "higher order.second-order prod[float32-cpu-torch]" in found["skipped"]


def test_junit_counts_in_the_suite_what_its_cases_say():
    (suite,) = ElementTree.fromstring(render_junit(complete_run()))
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "182",
        "failures": "2",
        "errors": "6",
        "skipped": "8",
    }
    assert suite.get("timestamp") == "2025-01-31T12:00:00"


@pytest.mark.parametrize(
    ("verdict", "element"), [("BROKEN", "failure"), ("HUNG", "error"), ("A VERDICT OF THE FUTURE", "error"), ("UNSUPPORTED", "skipped")]
)
def test_junit_names_the_outcome_of_a_cell(verdict, element):
    assert list(outcomes(render_junit([run_started(), cell_ended(verdict=verdict, reason="why")]))) == [element]


def test_junit_does_not_pass_a_cell_under_its_minimum():
    assert list(outcomes(render_junit([run_started(), cell_ended(minimum=100)]))) == ["skipped"]


# The schema of Jenkins' xunit plugin (MIT, its text in the file), as pytest checks its own reports by.
SCHEMA = XMLSchema(str(Path(__file__).parent / "schemas" / "junit-10.xsd"))


@pytest.mark.parametrize("run", [complete_run, quiet_run, interrupted_run, hostile_run, full_run])
def test_junit_is_valid_under_the_schema_of_xunit2(run):
    SCHEMA.validate(render_junit(run()))


def test_the_schema_of_xunit2_refuses_what_it_does_not_know():
    document = render_junit(complete_run())
    assert not SCHEMA.is_valid(document.replace("<failure ", "<broken ").replace("</failure>", "</broken>"))
    assert not SCHEMA.is_valid(document.replace('time="', 'duration="'))


def test_junit_tells_times_in_seconds_whatever_was_measured():
    document = ElementTree.fromstring(render_junit([run_started(), cell_ended(seconds=math.nan), cell_ended(op="tanh", seconds=math.inf)]))
    times = [element.get("time") for element in document.iter() if element.get("time")]
    assert times == ["0.000"] * 3


def test_junit_is_well_formed_with_hostile_texts():
    document = render_junit(hostile_run())
    (suite,) = ElementTree.fromstring(document)
    (failure,) = suite.iter("failure")
    assert failure.get("message", "").startswith("</script></style></template><img src=x onerror=alert(1)>⟨U+0000⟩")


@pytest.mark.parametrize(
    ("run", "words"), [(complete_run, "broken, 1 new finding"), (quiet_run, "holds, 3.6k comparisons"), (interrupted_run, "interrupted")]
)
def test_badge_says_the_verdict_in_words(run, words):
    picture = ElementTree.fromstring(render_badge(run()))
    assert picture.get("aria-label") == f"gradients: {words}"
    assert "gradients" in "".join(picture.itertext())
    assert words in "".join(picture.itertext())


@pytest.mark.parametrize("render", [render_markdown, render_junit, render_badge])
@pytest.mark.parametrize("run", [complete_run, quiet_run, hostile_run])
def test_format_of_the_same_record_has_the_same_bytes(render, run):
    assert render(run()) == render(run())
    assert render([run_started()])
