"""The two commands of the README: what they need, what they say when it is not there, and that they do nothing twice."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INSTALLED = ".venv/.installed"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile and the files that it depends on."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, env=inherited | (environment or {}))


def stand_in(folder: Path, body: str) -> str:
    """A program that pretends to be a Python."""
    path = folder / "pretend"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


def test_make_alone_explains_every_target(folder: Path):
    said = make(folder).stdout
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["help", "verify", "verify-backends", "test", "lint", "clean"]


def test_make_names_the_remedy_when_there_is_no_python(folder: Path):
    done = make(folder, "verify", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "no-such-python was not found: install Python 3.10 or newer, or name one with make PYTHON=..." in done.stderr


def test_make_names_the_remedy_when_python_is_too_old(folder: Path):
    done = make(folder, "test", stand_in(folder, '[ "$1" = --version ] && echo Python 3.8.18 && exit 0; exit 1'))
    assert done.returncode != 0
    assert "Python 3.8.18 is too old: autograd-harness needs Python 3.10 or newer; name one with make PYTHON=..." in done.stderr


def test_make_names_the_remedy_when_python_has_no_venv(folder: Path):
    done = make(folder, "test", stand_in(folder, 'case "$2" in *venv*) exit 1;; esac; exit 0'))
    assert done.returncode != 0
    assert "cannot make virtual environments: install its venv module (Debian: apt install python3-venv)" in done.stderr


def test_make_sets_nothing_up_again_until_its_inputs_change(folder: Path):
    stamp = folder / INSTALLED
    stamp.parent.mkdir()
    stamp.touch()
    assert make(folder, "--question", INSTALLED).returncode == 0
    os.utime(stamp, (0, 0))
    assert make(folder, "--question", INSTALLED).returncode == 1


def test_make_verifies_each_backend_in_an_environment_of_its_own(folder: Path):
    plan = make(folder, "--dry-run", "verify-backends", "BACKENDS=mygrad mlx").stdout
    assert "-m venv .venvs/mygrad" in plan
    assert "--editable '.[mlx]'" in plan


def test_make_goes_on_after_a_backend_that_cannot_be_installed_and_one_that_does_not_hold(folder: Path):
    """What pretends to be a Python makes an environment whose pip fails for mlx and whose command notes how it is called, and finds paddle broken."""
    command = f'echo "$@" >> {folder}/asked; case "$*" in report*) ;; *) mkdir -p $5; touch $5/record.ndjson; [ $3 != paddle ];; esac'
    made = f"printf '%s\\n' '#!/bin/sh' '{command}' > $3/bin/autograd-harness; printf '#!/bin/sh\\n[ $3 != .venvs/mlx ]\\n' > $3/bin/python"
    pip = """printf '#!/bin/sh\\ncase "$*" in *mlx*) exit 1;; esac\\n' > $3/bin/python"""
    python = stand_in(folder, f"mkdir -p $3/bin; {made}; {pip}; chmod +x $3/bin/*")
    done = make(folder, "verify-backends", "BACKENDS=mlx paddle mygrad", "MAX_TIME=5m", python)
    assert done.returncode != 0
    assert [line for line in done.stdout.splitlines() if " of " in line] == [
        f"{name}, {at} of 3, 5m at most" for at, name in enumerate(("mlx", "paddle", "mygrad"), start=1)
    ]
    assert "mlx cannot be installed here, as pip says above: leave it out with BACKENDS='...', or name another Python" in done.stderr
    assert "not all well: mlx paddle; each says above why" in done.stderr
    assert (folder / "asked").read_text().splitlines() == [
        "verify --backend paddle --out reports/out/paddle --max-time 5m --seed 0",
        "verify --backend mygrad --out reports/out/mygrad --max-time 5m --seed 0",
        "report reports/out/paddle reports/out/mygrad --html reports/out/backends.html",
    ]


def test_make_says_what_is_skipped_where_there_is_no_browser(folder: Path):
    said = make(folder, "browser", "BROWSERS=no-such-browser", environment={"CI": ""})
    assert said.returncode == 0
    assert said.stdout == "no Chromium here: the tests of the report in a browser are skipped (Debian: apt-get install chromium)\n"


def test_make_installs_a_browser_only_where_continuous_integration_asks_and_root_may(folder: Path):
    tools = folder / "tools"
    tools.mkdir()
    for name, body in (("id", "echo 0"), ("apt-get", f'echo "$@" >> {folder}/asked')):
        (tools / name).write_text(f"#!/bin/sh\n{body}\n")
        (tools / name).chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    for ci in ("", "1"):
        make(folder, "browser", "BROWSERS=no-such-browser", environment={"CI": ci, "PATH": path})
        assert (folder / "asked").exists() == bool(ci)
    assert (folder / "asked").read_text().splitlines() == ["-qq update", "-qq install -y --no-install-recommends chromium"]


def test_make_installs_no_browser_where_there_is_one(folder: Path):
    assert make(folder, "browser", "BROWSERS=no-such-browser sh", environment={"CI": "1"}).stdout == ""


def test_continuous_integration_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()
    assert "$ make test" in (ROOT / "README.md").read_text()
