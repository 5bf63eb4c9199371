"""The honesty benchmark, small: it runs from a clone, and its bounds cover the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, object]]:
    """What a run of one point per function prints, and writes."""
    out = tmp_path_factory.mktemp("honesty") / "figures.json"
    command = [sys.executable, "-W", "error", str(BENCHMARKS / "oracle_honesty.py"), "--points", "1", "--seed", "5", "--out", str(out)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout, json.loads(out.read_text())


def test_bound_covers_the_truth_of_every_function(report: tuple[str, dict[str, object]]) -> None:
    _, data = report
    assert data["misses"] == []
    assert data["estimators"]["auto"]["claims"] > 70
    assert data["functions"] >= 60


def test_headline_is_the_last_line(report: tuple[str, dict[str, object]]) -> None:
    assert report[0].splitlines()[-1].startswith("honesty: the bound covers the truth in 100.00% of")


def test_fixed_steps_of_other_tools_state_no_bound(report: tuple[str, dict[str, object]]) -> None:
    rivals = report[1]["estimators"]
    assert rivals["torch gradcheck's step"]["coverage"] is None
    assert rivals["torch gradcheck's step"]["off_by_1e-3"] > 10 * rivals["auto"]["off_by_1e-3"]
