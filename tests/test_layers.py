"""The floors of the house: every import goes down, every module stays short, and the checker sees it when one does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.layers import MAY_IMPORT, OURS, complaint, imports, module_name, owner, part, violations

ROOT = Path(__file__).parents[1]


def plant(root: Path, name: str, source: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


def test_every_import_of_the_project_goes_down_and_every_module_is_short():
    assert violations(ROOT) == []


def test_the_checker_looks_at_every_package_of_the_project():
    modules = {path for top in OURS for path in (ROOT / top).rglob("*.py")}
    assert {part(module_name(path, ROOT)) for path in modules} >= set(MAY_IMPORT) - {"properties.machines"}


@pytest.mark.parametrize(
    ("name", "source", "sentence"),
    [
        ("harness/record/writer.py", "import harness.program", "harness.record is below harness.program, or beside it"),
        ("harness/oracles/ladder.py", "from harness.backends import Backend", "harness.oracles is below harness.backends, or beside it"),
        ("harness/oracles/ladder.py", "from ..backends.protocol import Backend", "harness.oracles is below harness.backends, or beside it"),
        ("harness/oracles/ladder.py", "def f():\n    import torch", "only harness/backends/torch/ may import torch"),
        ("harness/oracles/ladder.py", "import_module('torch.func')", "only harness/backends/torch/ may import torch"),
        ("harness/backends/jax/backend.py", "import torch", "only harness/backends/torch/ may import torch"),
        ("harness/backends/jax/backend.py", "from harness.backends.torch import backend", "the backend jax must not import the backend torch"),
        ("harness/strategies/cases.py", "import harness.oracles.estimate", "harness.strategies is below harness.oracles, or beside it"),
        ("properties/laws/reverse.py", "from hypothesis import given", "properties.laws knows no hypothesis"),
        ("properties/laws/reverse.py", "import pytest", "properties.laws knows no pytest"),
        ("properties/laws/reverse.py", "from harness.strategies import cases", "properties.laws is below harness.strategies, or beside it"),
        ("harness/running/cells.py", "from harness import check_gradients", "harness.running is below harness, or beside it"),
        ("reports/html.py", "from harness.verdict import Verdict", "reports is below harness.verdict, or beside it"),
    ],
)
def test_the_checker_finds_a_planted_import(tmp_path: Path, name: str, source: str, sentence: str):
    plant(tmp_path, name, source)
    [found] = violations(tmp_path)
    assert found.startswith(f"{name}:")
    assert found.endswith(f"{sentence}.")


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("harness.backends.torch.backend", "torch.func"),
        ("harness.backends.torch.backend", "harness.backends.torch.spelling"),
        ("harness.backends.faulty.backend", "harness.backends.faulty.faults"),
        ("harness.backends.registry", "harness.backends.faulty.backend"),
        ("harness.tape.model", "harness.ops"),
        ("harness.cli.report", "reports.html"),
        ("harness.running.stamp", "harness.__version__"),
        ("properties.laws.reverse", "harness.verdict.compare"),
        ("properties.test_laws", "hypothesis"),
    ],
)
def test_the_checker_allows_what_the_layers_allow(module: str, imported: str):
    assert complaint(module, imported) is None


def test_the_checker_finds_a_module_that_is_too_long(tmp_path: Path):
    plant(tmp_path, "harness/ops/everything.py", "x = 1\n" * 181)
    assert violations(tmp_path) == ["harness/ops/everything.py has 181 lines, more than 180: it wants to be two files."]


def test_a_relative_import_is_resolved_against_its_package(tmp_path: Path):
    path = plant(tmp_path, "harness/ops/op.py", "from . import domain\nfrom ..program import Program\n")
    assert list(imports(path, tmp_path)) == [(1, "harness.ops.domain"), (2, "harness.program.Program")]


def test_a_file_belongs_to_the_backend_whose_folder_it_is_in():
    assert owner("harness.backends.torch.spelling") == "torch"
    assert owner("harness.backends.protocol.Backend") == owner("harness.backends.Backend") == ""
