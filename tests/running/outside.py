"""The command and pytest as a user runs them: another process, in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOY = "tests.running.toy:Toy"
WRONG = "tests.running.toy:Wrong"
PLUGIN = (
    "-p",
    "no:autograd_harness",
    "-p",
    "harness.pytest_plugin",
    "-p",
    "no:cacheprovider",
)  # the same whether the entry point is installed or not


def environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "AUTOGRAD_", "COV_"))}
    return kept | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "COLUMNS": "200"}


def harness_command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "harness.cli", *arguments]


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False)


def run_harness(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(harness_command(*arguments), folder)


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "pytest", *PLUGIN, *arguments], folder)
