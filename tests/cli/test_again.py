"""A backend that is mended between two runs: fixed, because its counterexample was compared again; without that only not met."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree

from tests.running.outside import run_harness

MODULE = '''
from pathlib import Path

from tests.running.toy import Toy, Wrong


class Mended(Toy if Path("mended").exists() else Wrong):
    """Wrong until somebody mends it."""
'''
CHOSEN = ("--backend", "mended_backend:Mended", "--op", "exp", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "0", "--baseline", "known.json")


def test_a_finding_is_fixed_only_when_its_counterexample_was_compared_again(tmp_path: Path):
    (tmp_path / "mended_backend.py").write_text(MODULE)
    (tmp_path / "known.json").write_text('[{"signature": "vjp-eq-fd | exp*", "reason": "being mended"}]')
    run_harness(tmp_path, "verify", *CHOSEN, "--out", "broken")
    (tmp_path / "mended").touch()
    rmtree(tmp_path / ".hypothesis")  # as on another machine: what broke is not remembered
    blind = run_harness(tmp_path, "verify", *CHOSEN, "--out", "blind")
    again = run_harness(tmp_path, "verify", *CHOSEN, "--again", "broken", "--out", "again")

    counts = [json.loads((tmp_path / name / "summary.json").read_text())["findings"] for name in ("broken", "blind", "again")]
    assert [(each["known"], each["fixed"], each["not_met"]) for each in counts] == [(1, 0, 0), (0, 0, 1), (0, 1, 0)]
    assert (blind.returncode, again.returncode) == (0, 0)
    assert "0 new, 0 known, 1 fixed" in again.stdout

    assert "? not met" in run_harness(tmp_path, "compare", "broken", "blind").stdout
    told = run_harness(tmp_path, "compare", "broken", "again").stdout
    assert "✓ fixed: compared again, and they hold" in told
    assert "was compared again, and holds (1 cell)" in told
