"""`autograd-harness selftest`: a fault that is found, and one that is missed."""

from __future__ import annotations

import pytest

from harness.cli import main
from harness.record import Fault, read_events
from tests.running.outside import TOY


def selftest(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(["selftest", "--backend", TOY, *arguments])
    return int(end.value.code or 0), capsys.readouterr().out


def test_selftest_finds_every_fault_of_a_law(capsys):
    code, out = selftest(capsys, "--law", "vjp-linear")
    assert code == 0
    assert "2 of 2 faults found" in out


def test_selftest_exits_1_and_names_a_fault_that_is_missed(capsys, monkeypatch):
    monkeypatch.setattr("harness.backends.faulty.backend.FaultyBackend.vjp", lambda self, *call: self._inner.vjp(*call))
    code, out = selftest(capsys, "--law", "vjp-linear")
    assert code == 1
    assert "vjp-linear misses absolute-cotangent" in out


def test_selftest_keeps_what_it_found_for_the_page(capsys, tmp_path):
    code, _ = selftest(capsys, "--law", "vjp-linear", "--out", str(tmp_path / "power"))
    assert code == 0
    assert [path.name for path in (tmp_path / "power").iterdir()] == ["record.ndjson"]
    faults = [event for event in read_events(tmp_path / "power") if isinstance(event, Fault)]
    assert [(each.law, each.found, each.backend) for each in faults] == [("vjp-linear", "yes", TOY)] * 2
    assert all(each.comparisons > 0 and each.op for each in faults)
