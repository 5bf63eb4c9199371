"""The public face and `autograd-harness check` as a user's own package sees them: other processes, another folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

from harness.cli import main

ROOT = Path(__file__).parents[2]
OPS = """
import torch


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, w):
        (x,) = ctx.saved_tensors
        return 2 * x * w


class Wrong(Square):
    @staticmethod
    def backward(ctx, w):
        (x,) = ctx.saved_tensors
        return 2 * x * w.abs()


def take(table, rows):
    return table[rows] ** 2, rows


class Unwritten(Square):
    @staticmethod
    def backward(ctx, w):
        raise NotImplementedError("todo")


def twice(x):
    return 2 * x


def root(x):
    return x.sqrt()


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Linear(3, 2, dtype=torch.float64)

    def forward(self, x):
        return torch.tanh(self.inner(x))


model = Model()
"""
SUITE = """
import torch
from harness import assert_gradients
from mypkg.ops import Square, Wrong

x = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)


def test_right():
    assert_gradients(Square.apply, x)


def test_wrong():
    assert_gradients(Wrong.apply, x)
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("user")
    (folder / "mypkg").mkdir()
    (folder / "mypkg" / "__init__.py").touch()
    (folder / "mypkg" / "ops.py").write_text(OPS)
    (folder / "test_ops.py").write_text(SUITE)
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(folder))), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def check(*arguments: str) -> int:
    """The command in this process: its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["check", *arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def here(package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package importable in this process, and its folder the current one."""
    monkeypatch.syspath_prepend(package)
    monkeypatch.chdir(package)
    return package


def test_import_harness_loads_no_framework_and_no_hypothesis(tmp_path: Path) -> None:
    script = "import harness, sys; print(sorted({'torch', 'numpy', 'hypothesis', 'jax', 'pytest'} & set(sys.modules)), harness.__version__)"
    assert run(tmp_path, "-c", script).stdout.startswith("[] ")


def test_the_public_names_are_there_and_no_others(tmp_path: Path) -> None:
    script = "import harness; print([getattr(harness, name) is not None for name in harness.__all__]); harness.no_such_name"
    done = run(tmp_path, "-c", script)
    assert "False" not in done.stdout
    assert "AttributeError: module 'harness' has no attribute 'no_such_name'" in done.stderr


def test_a_suite_of_a_users_own_passes_on_the_right_function_and_shows_the_finding_on_the_wrong_one(package: Path) -> None:
    done = run(package, "-m", "pytest", "-q", "test_ops.py", "-p", "no:cacheprovider")
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "gradient of Wrong.apply(x) is wrong in backend torch (cpu, float64)" in done.stdout


def test_check_finds_a_wrong_function_keeps_the_case_and_another_process_replays_it(package: Path, tmp_path: Path) -> None:
    done = run(
        package, "-m", "harness.cli", "check", "mypkg.ops:Wrong", "--input", "x: float64[n]", "--law", "vjp-.*", "--out", str(tmp_path / "out")
    )
    assert done.returncode == 1, done.stderr
    assert re.search(r"BROKEN +vjp-linear", done.stdout)
    assert re.search(r"HOLDS +vjp-zero +20 points", done.stdout)
    kept = re.findall(r"autograd-harness replay (\S+)", done.stdout)
    assert len(kept) == 2
    replayed = run(package, "-m", "harness.cli", "replay", *kept)
    assert (replayed.returncode, replayed.stdout.count("  discrepancy ")) == (1, 2), replayed.stdout + replayed.stderr


def test_check_holds_for_a_function_of_indices(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = check("mypkg.ops:take", "--input", "rows: int64[n] < k", "--input", "table: float64[k, 3]", "--law", "values")
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    assert re.search(r"HOLDS +vjp-eq-fd +20 points", told.out)


@pytest.mark.parametrize("target", ["Model", "model", "Square"])
def test_check_takes_modules_their_instances_and_custom_functions(here: Path, target: str) -> None:
    code = check(f"mypkg.ops:{target}", "--input", "x: float64[n, 3] in (-1, 1)", "--examples", "4")
    assert code == 0


def test_check_of_a_right_function_under_the_default_laws_ends_with_0_and_says_why(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = check("mypkg.ops:twice", "--input", "x: float64[n]", "--examples", "4")
    told = capsys.readouterr().out
    assert code == 0, told
    assert told.endswith("HOLDS: no law is broken, and every law that has something to compare held on enough points.\n")
    assert re.search(r"UNSUPPORTED +no-influence-no-gradient +every entry of the primals has influence on the output\.", told)
    assert re.search(r"NOTHING TO COMPARE +hvp-eq-fd +0 points, 4 with nothing to compare", told)


def test_check_of_a_backward_that_is_not_written_is_no_pass(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = check("mypkg.ops:Unwritten", "--input", "x: float64[n]", "--examples", "4")
    assert code == 7
    assert capsys.readouterr().out.splitlines()[-1].startswith("INSUFFICIENT EVIDENCE: no derivative was compared.")


def test_check_says_when_too_few_points_could_be_decided(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = check("mypkg.ops:root", "--input", "x: float64[3] < 0", "--law", "vjp-eq-fd", "--examples", "4")
    assert code == 7
    assert re.search(r"INSUFFICIENT EVIDENCE +vjp-eq-fd +0 points, 4 undecided \(output 0 holds NaN at these primals", capsys.readouterr().out)


def test_check_tells_a_reason_of_many_laws_once_and_its_letter_stands_in_their_lines(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = check("mypkg.ops:root", "--input", "x: float64[3] < 0", "--examples", "4")
    told = capsys.readouterr().out
    assert code == 7
    assert told.count("output 0 holds NaN at these primals; move them into the function's domain.") == 2, "below the laws, and in the conclusion"
    assert re.search(r"^  \(a\) output 0 holds NaN at these primals", told, re.MULTILINE)
    assert len(re.findall(r"^  INSUFFICIENT EVIDENCE +\S+ +0 points, 4 undecided \(a\)$", told, re.MULTILINE)) >= 10
    assert re.search(r"INSUFFICIENT EVIDENCE: fewer than 2 points could be decided of vjp-eq-fd and \d+ more\. Mostly: output 0 holds NaN", told)


def test_replay_says_how_to_replay_again_as_it_was_called(here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("mypkg.ops:Wrong", "--input", "x: float64[n]", "--law", "vjp-linear", "--out", str(tmp_path / "v1")) == 1
    capsys.readouterr()
    [kept] = (tmp_path / "v1" / "cases").glob("*.json")
    for arguments in ([str(kept)], [kept.stem, "--out", str(tmp_path / "v1")], [str(kept), "--backend", "torch"]):
        with pytest.raises(SystemExit):
            main(["replay", *arguments])
        assert f"  reproduce     autograd-harness replay {' '.join(arguments)}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mypkg.ops:nope", "--input", "x: float64"), "mypkg.ops has no 'nope'. Check the part after the colon."),
        (("mypkg.nope:f", "--input", "x: float64"), "the module of 'mypkg.nope:f' cannot be imported"),
        (("mypkg.ops", "--input", "x: float64"), "the function must be named module:function; got 'mypkg.ops'."),
        (("mypkg.ops:root", "--input", "x: flaot64"), "at column 4; got 'flaot64'. Did you mean float64?"),
        (("mypkg.ops:root", "--input", "x: float64", "--input", "x: float64"), "must name each argument once; got a name twice."),
        (("mypkg.ops:root", "--input", "n: int64"), "must hold a floating-point array to differentiate; got Tensor of torch.int64."),
        (("mypkg.ops:root", "--input", "x: float64", "--backend", "troch"), "no backend is called 'troch'. Did you mean 'torch'?"),
        (("mypkg.ops:root", "--input", "x: float64", "--device", "tpu"), "device must be one of cpu"),
        (("mypkg.ops:root", "--input", "x: float64", "--law", "vjp-eq-df"), "law must be an expression that matches a law"),
        (("mypkg.ops:root", "--input", "x: float64", "--law", "tape"), "law must be one that speaks of a single function; got 'tape'."),
        (("mypkg.ops:root", "--input", "x: float64", "--examples", "none"), "examples must be"),
        (("mypkg.ops:root", "--input", "x: float64", "--examples", "-3"), "a positive integer; got '-3'. Each is one more random point"),
        (("mypkg.ops:root", "--input", "x: float64", "--examples", "0"), "examples must be a positive integer; got '0'."),
        (("mypkg.ops:root", "--input", "x: float64", "--out", "/proc/foo"), "out must be a folder that can be written; got '/proc/foo'. It is not ("),
        (("mypkg.ops:root", "--input", "x: float64", "--input", "y: float64"), "what root takes; root() takes 1 positional argument but 2 were"),
        (("mypkg.ops:root", "--input", "x: float64", "--max-time", "soon"), "max-time must be a positive duration; got 'soon'."),
        (("mypkg.ops:root", "--input", "x: float64", "--seed", "x"), "seed must be"),
    ],
)
def test_check_tells_misuse_in_one_sentence_with_exit_code_4(
    here: Path, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = check(*arguments), capsys.readouterr()
    assert (code, told.out) == (4, "")
    assert said in told.err
