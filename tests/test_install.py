"""A clone of this repository installs and runs, and the wheel carries everything that the code reads at run time."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECONDS = 300
SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command that must succeed, run without the paths of this process."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=SECONDS, env=environment)
    assert done.returncode == 0, f"{' '.join(words)} exited with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last commit, in a folder of its own."""
    if not (ROOT / ".git").exists():
        pytest.skip("these sources are no git repository, so there is nothing to clone")
    target = tmp_path_factory.mktemp("fresh") / "clone"
    run("git", "clone", "--quiet", ROOT, target, cwd=ROOT)
    return target


@pytest.fixture(scope="module")
def wheel(clone: Path) -> Path:
    """The wheel of the clone, built with what is installed: nothing is fetched."""
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "dist", ".", cwd=clone)
    [built] = (clone / "dist").glob("autograd_harness-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that holds the wheel; its dependencies are those of the running one."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=environment)
    site = Path(run(python, "-c", SITE, cwd=environment).strip())
    (site / "dependencies.pth").write_text(run(sys.executable, "-c", SITE, cwd=environment))
    return environment / "bin"


@pytest.fixture(scope="module")
def editable(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment in which the clone is installed as it lies there."""
    environment = tmp_path_factory.mktemp("editable")
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    python = environment / "bin" / "python"
    site = Path(run(python, "-c", SITE, cwd=environment).strip())
    (site / "dependencies.pth").write_text(run(sys.executable, "-c", SITE, cwd=environment))
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--ignore-installed")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, "--editable", clone, cwd=environment)
    return python


def test_an_editable_install_is_not_hidden_by_the_folder_that_a_run_makes(editable: Path, clone: Path, tmp_path: Path):
    """The folder `reports` of a run is a package without a name to those who look there first."""
    (tmp_path / "reports" / "out").mkdir(parents=True)
    assert run(editable, "-c", "import reports; print(reports.__file__)", cwd=tmp_path).strip() == str(clone / "reports" / "__init__.py")


@pytest.mark.parametrize("name", ["tests", "benchmarks", "examples"])
def test_an_editable_install_hides_no_folder_of_a_users(name: str, editable: Path, tmp_path: Path):
    """It lies on the path with all its folders: the user's come first, since none of ours is a regular package."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine.py").write_text("print('found')\n")
    assert run(editable, "-c", f"import {name}.mine", cwd=tmp_path) == "found\n"


def test_a_fresh_clone_installs_a_command_that_explains_itself(installed: Path, tmp_path: Path):
    said = run(installed / "autograd-harness", "--help", cwd=tmp_path)
    assert all(verb in said for verb in ("verify", "check", "replay", "report", "list", "doctor"))


def test_the_installed_packages_import_from_anywhere(installed: Path, tmp_path: Path):
    script = "import harness, properties, reports; print(harness.__file__, properties.__file__, reports.__file__)"
    where = run(installed / "python", "-c", script, cwd=tmp_path)
    assert all(str(installed.parent) in path for path in where.split())


def test_the_installed_command_finds_its_catalogue(installed: Path, tmp_path: Path):
    assert "multiply" in run(installed / "autograd-harness", "list", "ops", cwd=tmp_path)


def test_the_installed_command_finds_a_function_in_the_working_directory(installed: Path, tmp_path: Path):
    (tmp_path / "mine.py").write_text("def twice(x):\n    return 2 * x\n")
    asked = ("--input", "x: float64[3]", "--examples", "2", "--law", "vjp-eq-fd", "--out", "run")
    assert "HOLDS" in run(installed / "autograd-harness", "check", "mine:twice", *asked, cwd=tmp_path)


def test_the_wheel_carries_every_file_of_the_packages(wheel: Path, clone: Path):
    tracked = run("git", "ls-files", "harness", "properties", "reports", cwd=clone).splitlines()
    with zipfile.ZipFile(wheel) as archive:
        assert set(tracked) - set(archive.namelist()) == set()
