"""What README and docs show is true: their Python runs, their links lead somewhere, and the code that they quote is the code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from harness.cli.command import VERBS, verbs

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 300
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def blocks(language: str) -> list[object]:
    """Every fenced block of `language`, as a parameter named by its page and line."""
    return [pytest.param(source, id=f"{page.relative_to(ROOT)}:{line}") for page in PAGES for line, kind, source in fenced(page) if kind == language]


def fenced(page: Path) -> Iterator[tuple[int, str, str]]:
    """(line, language, text) of every fenced block of a page."""
    text = page.read_text(encoding="utf-8")
    return ((text.count("\n", 0, found.start()) + 1, found[1], found[2]) for found in FENCE.finditer(text))


def run(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block as its reader would: under pytest if it has tests, else as a script."""
    file = folder / "test_example.py"
    file.write_text(source, encoding="utf-8")
    pytest_run = ["-m", "pytest", "-q", "-p", "harness.pytest_plugin"]
    command = [sys.executable, *(pytest_run if "def test_" in source else []), str(file)]
    path = os.pathsep.join([str(ROOT), str(ROOT / "examples")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, env=environment)


@pytest.mark.slow
@pytest.mark.parametrize("source", blocks("python"))
def test_a_python_example_runs(source: str, tmp_path: Path):
    done = run(source, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", ["1 / 0", "def test_division():\n    1 / 0"])
def test_an_example_that_fails_is_seen_to_fail(source: str, tmp_path: Path):
    done = run(source, tmp_path)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path):
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))  # `vjp(f, x)[1](w)` in code is a call
    missing = [target for target in LINK.findall(prose) if not (page.parent / target).exists()]
    assert missing == []


def test_the_adapter_guide_quotes_the_adapter_of_the_example():
    adapter = (ROOT / "examples" / "tiny_autograd" / "adapter.py").read_text(encoding="utf-8")
    guide = (ROOT / "docs" / "reference" / "adapter.md").read_text(encoding="utf-8")
    assert adapter.strip() in guide


def test_the_finding_that_the_readme_shows_is_real():
    torch = pytest.importorskip("torch", reason="the finding is torch's")
    if not torch.__version__.startswith("2.13."):
        pytest.skip(f"the README shows what torch 2.13 does; this is {torch.__version__}")
    x = torch.zeros((), dtype=torch.float64, requires_grad=True)
    [gradient] = torch.autograd.grad(torch.nn.functional.hardsigmoid(x), x)
    assert f"actual        {gradient.item():.10f}      expected  {1 / 6:.10f}" in (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[object]:
    """Every `$ autograd-harness ...` that a page shows, as a parameter named by its page."""
    return [
        pytest.param(shlex.split(line.split("autograd-harness ", 1)[1]), id=f"{page.relative_to(ROOT)}:{line.split('autograd-harness ', 1)[1]}")
        for page in PAGES
        for _, kind, source in fenced(page)
        if kind == "console"
        for line in source.splitlines()
        if line.startswith("$") and "autograd-harness " in line
    ]


@pytest.mark.parametrize("words", commands())
def test_a_command_that_a_page_shows_is_understood(words: list[str]):
    command = verbs.get_command(click.Context(verbs), words[0])
    assert command is not None
    command.make_context(words[0], words[1:])


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_of_the_command_line_names_every_option_of_a_verb(verb: str):
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {verb}\n")[2].partition("\n## ")[0]
    command = verbs.get_command(click.Context(verbs), verb)
    assert command is not None
    options = {max(parameter.opts, key=len) for parameter in command.params if isinstance(parameter, click.Option)}
    assert {option for option in options if f"`{option}" not in section} == set()
