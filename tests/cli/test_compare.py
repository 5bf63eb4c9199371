"""`autograd-harness compare`: what it prints and writes, and what it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import main
from tests.record.examples import complete_run, quiet_run, run_started, write


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs in a folder: everything holds, then something breaks, in an order that is not their names'."""
    write(tmp_path / "z" / "record.ndjson", [run_started(started="2025-01-01T00:00:00Z"), *quiet_run()[1:]])
    write(tmp_path / "b" / "record.ndjson", [run_started(started="2025-01-02T00:00:00Z"), *quiet_run()[1:]])
    write(tmp_path / "a" / "record.ndjson", [run_started(started="2025-01-03T00:00:00Z"), *complete_run()[1:]])
    (tmp_path / "latest").symlink_to(tmp_path / "a")
    return tmp_path


def ended(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["compare", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_compare_tells_both_sides_and_what_is_new(capsys, runs: Path):
    code, out, _ = ended(capsys, runs / "b", runs / "a")
    assert code == 0
    assert "✕ new: findings that the older run does not have" in out
    assert "HOLDS" in out.splitlines()[1]
    assert "BROKEN" in out.splitlines()[1]
    assert "trend" not in out


def test_compare_of_a_folder_takes_the_last_two_runs_and_shows_the_trend(capsys, runs: Path):
    code, out, _ = ended(capsys, runs)
    assert code == 0
    assert "valid comparisons" in out
    assert next(line for line in out.splitlines() if line.startswith("new findings")).split() == ["new", "findings", "▁▁█", "0", "1"]


@pytest.mark.parametrize(("what", "code"), [("new", 1), ("fixed", 0), ("new,worse", 1), ("blunter", 0), ("", 0)])
def test_compare_fails_on_what_it_is_told_to(capsys, runs: Path, what: str, code: int):
    assert ended(capsys, runs / "b", runs / "a", "--fail-on", what)[0] == code


def test_compare_writes_its_pages(capsys, runs: Path):
    code, out, _ = ended(capsys, runs / "b", runs / "a", "--html", runs / "c.html", "--markdown", runs / "c.md")
    assert code == 0
    assert out.splitlines()[-2:] == [f"wrote {runs}/c.html", f"wrote {runs}/c.md"]
    assert "Compared with an earlier run" in (runs / "c.html").read_text(encoding="utf-8")
    assert (runs / "c.md").read_text(encoding="utf-8").startswith("## ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "compare needs two runs, or a folder that holds at least two; got nowhere. Name OLD and NEW."),
        (("nowhere", "either"), "cannot read the record nowhere: no such file or directory."),
        (("a", "b", "c"), "compare needs two runs, or a folder that holds at least two; got a b c. Name OLD and NEW."),
        (
            ("a", "b", "--fail-on", "newer"),
            "fail-on must be one of new, worse, changed, fixed, not met, lost, blunter; got 'newer'. Did you mean new?",
        ),
    ],
)
def test_compare_refuses_in_one_sentence(capsys, arguments: tuple[str, ...], sentence: str):
    code, _, err = ended(capsys, *arguments)
    assert code == 4
    assert sentence in err


def test_report_compares_with_an_earlier_run_when_asked_to(capsys, runs: Path):
    with pytest.raises(SystemExit) as end:
        main(["report", str(runs / "a"), "--since", str(runs / "b"), "--html", str(runs / "c.html")])
    assert not end.value.code
    assert "Compared with an earlier run" in (runs / "c.html").read_text(encoding="utf-8")


def test_report_writes_a_badge_and_the_summary(capsys, runs: Path):
    with pytest.raises(SystemExit) as end:
        main(["report", str(runs / "a"), "--badge", str(runs / "b.svg"), "--summary", str(runs / "s.json")])
    assert not end.value.code
    assert (runs / "b.svg").read_text(encoding="utf-8").startswith("<svg")
    assert json.loads((runs / "s.json").read_text())["verdict"] == "BROKEN"
