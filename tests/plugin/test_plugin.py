"""The pytest plugin from outside: in somebody's suite, and running ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running.outside import TOY, WRONG, run_pytest

USERS_TEST = """
import numpy as np
import pytest
from harness import LawBroken
from tests.running.toy import Array, Toy, Wrong

x = Array(np.array([0.5, -1.0]))

def test_right(gradients):
    gradients.assert_(Toy.ops["exp"], x, backend=Toy())

def test_wrong_is_told(gradients):
    report = gradients.check(Wrong.ops["exp"], x, backend=Wrong())
    with pytest.raises(LawBroken, match="is wrong"):
        report.require_holds()

@pytest.mark.gradients(laws="vjp-zero", seed=3)
def test_marker_passes_arguments(gradients):
    assert gradients.defaults["seed"] == 3
    assert [result.law for result in gradients.check(Toy.ops["exp"], x, backend=Toy()).results] == ["vjp-zero"]

def test_fails_and_tells_the_seed(gradients):
    gradients.assert_(Wrong.ops["exp"], x, backend=Wrong())
"""
LOOKING = """
import sys

def test_mine():
    assert not {"numpy", "torch", "harness.running", "properties", "reports", "harness.record"} & set(sys.modules)
"""
PROPERTIES = ("--pyargs", "properties", "-c", "/dev/null", "--rootdir", ".", "-rsx")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "test_mine.py").write_text(USERS_TEST)
    return tmp_path


def test_fixture_checks_gradients_in_somebodys_suite(suite: Path):
    ran = run_pytest(suite, "--strict-markers", "--autograd-seed", "11")
    assert "1 failed, 3 passed" in ran.stdout, ran.stdout
    assert "LawBroken" in ran.stdout
    assert "the same numbers again: --autograd-seed 11" in ran.stdout


def test_plugin_loads_nothing_heavy_and_leaves_nothing_where_nobody_asks(tmp_path: Path):
    (tmp_path / "test_mine.py").write_text(LOOKING)
    ran = run_pytest(tmp_path, "-p", "no:hypothesispytest", "-W", "error", "--strict-markers")
    assert ran.returncode == 0, ran.stdout
    assert {path.name for path in tmp_path.iterdir()} <= {"test_mine.py", "__pycache__"}


def test_plugin_shows_its_options_in_the_help(tmp_path: Path):
    out = run_pytest(tmp_path, "--help").stdout
    assert "--autograd-backend=NAME" in out
    assert "autograd_max_time (string)" in out


def test_properties_suite_runs_on_two_workers_and_exits_0(tmp_path: Path):
    ran = run_pytest(
        tmp_path,
        *PROPERTIES,
        "--autograd-backend",
        TOY,
        "--autograd-op",
        "exp|sum",
        "--autograd-law",
        "vjp-zero",
        "-n",
        "2",
        "--autograd-dtype",
        "float64",
        "--autograd-dtype",
        "float32",
        "--autograd-out",
        "run",
    )
    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout
    assert "autograd: HOLDS;" in ran.stdout
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["cells"] == {"HOLDS": 4}


def test_properties_suite_reads_ini_keys_and_reports_a_break_as_a_failure(tmp_path: Path):
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\nautograd_backend = {WRONG}\nautograd_op = exp\nautograd_law = vjp-eq-fd\nautograd_dtype = float64\nautograd_out = run\n"
    )
    ran = run_pytest(tmp_path, "--pyargs", "properties", "-c", "pytest.ini")
    assert ran.returncode == 1, ran.stdout
    assert "gradient of exp(x0) is wrong in backend tests.running.toy:Wrong (cpu, float64)" in ran.stdout


def test_properties_suite_expects_what_the_baseline_knows(tmp_path: Path):
    (tmp_path / "known.json").write_text(json.dumps([{"signature": "vjp-eq-fd | exp*", "reason": "reported"}]))
    options = ("--autograd-backend", WRONG, "--autograd-op", "exp|sum", "--autograd-law", "vjp-eq-fd", "--autograd-out", "run")
    ran = run_pytest(tmp_path, *PROPERTIES, *options, "--autograd-baseline", "known.json")
    assert ran.returncode == 0, ran.stdout
    assert "known: reported" in ran.stdout
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["findings"] == {"new": 0, "known": 1, "fixed": 0, "not_met": 0}


def test_properties_suite_in_which_only_a_known_finding_was_compared_exits_0(tmp_path: Path):
    (tmp_path / "known.json").write_text(json.dumps([{"signature": "vjp-eq-fd | exp*", "reason": "reported"}]))
    options = ("--autograd-backend", WRONG, "--autograd-op", "exp", "--autograd-law", "vjp-eq-fd", "--autograd-dtype", "float64")
    ran = run_pytest(tmp_path, *PROPERTIES, *options, "--autograd-out", "run", "--autograd-baseline", "known.json")
    assert ran.returncode == 0, ran.stdout
    assert "autograd: HOLDS" in ran.stdout


def test_properties_suite_without_evidence_exits_7_and_gives_the_reason(tmp_path: Path):
    ran = run_pytest(tmp_path, *PROPERTIES, "--autograd-backend", TOY, "--autograd-op", "log", "--autograd-law", "vjp-eq-fd", "--autograd-out", "run")
    assert ran.returncode == 7, ran.stdout
    assert "UNSUPPORTED: backend toy has no op 'log'." in ran.stdout


def test_properties_suite_exits_5_where_known_names_leave_no_cell(tmp_path: Path):
    ran = run_pytest(tmp_path, *PROPERTIES, "--autograd-backend", TOY, "--autograd-op", "exp", "--autograd-law", "tape")
    assert ran.returncode == 5
    assert "no cell is left" in ran.stdout + ran.stderr


def test_properties_suite_refuses_unknown_names_with_exit_code_4(tmp_path: Path):
    ran = run_pytest(tmp_path, *PROPERTIES, "--autograd-backend", TOY, "--autograd-op", "zzz")
    assert ran.returncode == 4
    assert ran.stderr.startswith("ERROR: op must be an expression that matches an op of the catalogue; got 'zzz'.")
