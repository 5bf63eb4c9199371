"""A baseline turns known findings down, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from harness.record import Baseline, Known, RecordError, read_baseline, signature
from tests.record.examples import cell_ended, finding

FACTOR = finding(pattern="factor 2.0")
TODAY = date(2025, 6, 1)


def entry(**changes):
    return Known(**({"signature": FACTOR.signature, "reason": "reported"} | changes))


def matched(*entries, of=FACTOR):
    return Baseline(entries, TODAY).match(of)


def test_signature_leaves_out_numbers_and_pipes():
    assert signature("vjp-agrees", "softmax", "Factor 2.0 (|x| > 1e-3)", "ties") == signature(
        "vjp-agrees", "softmax", "factor 1.9999 (|x| > 5)", "ties"
    )
    assert signature("law", "a|b", "") == "law | a/b"


def test_baseline_matches_the_same_bug_with_other_numbers():
    assert matched(entry(), of=finding(pattern="factor 1.999")) == entry()


@pytest.mark.parametrize(
    "other", [finding(pattern="sign"), finding(op="log_softmax", pattern="factor 2.0"), finding(law="jvp-agrees", pattern="factor 2.0")]
)
def test_baseline_does_not_swallow_another_bug(other):
    assert matched(entry(), of=other) is None


def test_baseline_takes_wildcards_and_takes_brackets_literally():
    assert matched(entry(signature="* | softmax | factor #")) is not None
    assert matched(entry(signature="* | soft[m]ax | factor #")) is None


@pytest.mark.parametrize(
    ("narrowed", "known"),
    [({"dtype": "float32"}, True), ({"dtype": "float64"}, False), ({"device": "cuda*"}, False), ({"defect": "precision"}, False)],
)
def test_baseline_entry_must_match_every_field_that_it_gives(narrowed, known):
    assert (matched(entry(**narrowed)) is not None) is known


@pytest.mark.parametrize(("expires", "known"), [("2025-06-01", True), ("2025-05-31", False)])
def test_baseline_entry_expires(expires, known):
    assert (matched(entry(expires=expires)) is not None) is known


@pytest.mark.parametrize(
    ("cells", "not_met"),
    [
        ([cell_ended(op="softmax")], True),
        ([cell_ended(op="softmax"), cell_ended(op="softmax", dtype="float32", verdict="UNSUPPORTED")], True),
        ([cell_ended(op="softmax", verdict="UNSUPPORTED")], False),
        ([cell_ended(op="softmax", minimum=100)], False),
        ([cell_ended(op="tanh")], False),
        ([], False),
    ],
)
def test_baseline_calls_an_entry_not_met_only_when_its_cells_ran_and_hold(cells, not_met):
    assert Baseline((entry(),), TODAY).not_met([], cells) == ([entry()] if not_met else [])


def test_baseline_calls_an_entry_fixed_only_when_a_counterexample_of_it_was_compared_again():
    baseline = Baseline((entry(),), TODAY)
    not_met = baseline.not_met([], [cell_ended(op="softmax")])
    assert baseline.fixed(not_met, []) == []
    assert baseline.fixed(not_met, [finding(op="tanh")]) == []
    assert baseline.fixed(not_met, [FACTOR]) == [entry()]


def test_baseline_does_not_call_a_matching_entry_not_met():
    assert Baseline((entry(),), TODAY).not_met([FACTOR], [cell_ended(op="softmax")]) == []


@pytest.mark.parametrize(
    ("given", "not_met"), [({"signature": "* | softmax*"}, True), ({"law": "jvp-*"}, False), ({"law": "vjp-*", "dtype": "float16"}, False)]
)
def test_baseline_looks_at_the_cells_of_every_law_that_an_entry_speaks_of(given, not_met):
    cells = [cell_ended(op="softmax"), cell_ended(op="softmax", law="linearity")]
    assert bool(Baseline((entry(**given),), TODAY).not_met([], cells)) is not_met


def test_baseline_reads_its_file(tmp_path):
    path = tmp_path / "known.json"
    path.write_text(json.dumps([{"signature": FACTOR.signature, "reason": "reported", "since": "2025-01-31"}]))
    known = read_baseline(path, TODAY).match(FACTOR)
    assert known is not None
    assert known.reason == "reported"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{}", r"is not a baseline: .* It must be a JSON list of entries with `signature` and `reason`\."),
        ("nonsense", r"is not a baseline: "),
        ('[{"signature": "a", "reason": "b", "colour": 1}]', r"is not a baseline: .*colour"),
        ('[{"signature": "* | *", "reason": "b"}]', r"entry 1 of the baseline .* would hide every new finding\. Copy the signature"),
        ('[{"signature": "a", "reason": " "}]', r"entry 1 of the baseline .* gives no reason\. Say why the finding is accepted\."),
        ('[{"signature": "a", "reason": "b", "expires": "soon"}]', r"has expires 'soon', which is not a date\. Write it as YYYY-MM-DD\."),
    ],
)
def test_baseline_says_what_is_wrong_with_its_file(tmp_path, content, complaint):
    (tmp_path / "known.json").write_text(content)
    with pytest.raises(RecordError, match=complaint):
        read_baseline(tmp_path / "known.json")


def test_baseline_says_that_its_file_is_missing(tmp_path):
    with pytest.raises(RecordError, match=r"cannot read the baseline .*: no such file or directory\. Give the path of a JSON file with --baseline\."):
        read_baseline(tmp_path / "none.json")


def test_baseline_of_the_documentation_is_one(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "reference" / "record.md").read_text(encoding="utf-8")
    (tmp_path / "known.json").write_text(page.split("```json\n")[1].split("```")[0])
    (known,) = read_baseline(tmp_path / "known.json").entries
    assert (known.device, known.expires) == ("cuda*", "2025-12-31")
