"""The baselines of `make verify-backends`: valid, each for its backend, and every section that they cite exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.backends import backend_names
from harness.record import read_baseline

ROOT = Path(__file__).parents[2]
NAMES = ("autograd", "jax", "mlx", "mygrad", "paddle", "tensorflow")


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_speaks_of_its_backend_and_cites_sections_that_exist(name: str):
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "findings-frameworks.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    entries = read_baseline(ROOT / "baselines" / f"{name}.json").entries
    assert {entry.backend for entry in entries} == {name}
    assert {match[1] for entry in entries if (match := re.search(r"#(\S+)", entry.reason))} <= anchors
    assert name in backend_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_names_the_op_and_the_kind_of_every_entry(name: str):
    for entry in read_baseline(ROOT / "baselines" / f"{name}.json").entries:
        law, op, *_ = entry.signature.split(" | ")
        assert "*" not in op
        assert law != "*" or " | raises" in entry.signature
