"""The baselines of `make verify-backends`: valid, each for its backend, and every section that they cite exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.backends import backend_names
from harness.record import read_baseline
from properties.laws import laws, lookup_law
from properties.laws.alone import TWICE

ROOT = Path(__file__).parents[2]
NAMES = ("autograd", "jax", "mlx", "mygrad", "paddle", "tensorflow")


def anchors(page: str) -> set[str]:
    headings = re.findall(r"^## (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_speaks_of_its_backend_and_cites_sections_that_exist(name: str):
    entries = read_baseline(ROOT / "baselines" / f"{name}.json").entries
    assert {entry.backend for entry in entries} == {name}
    for entry in entries:
        for page, section in re.findall(r"(docs/\S+\.md)#(\S+)", entry.reason):
            assert section in anchors(page)
    assert name in backend_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_baseline_names_the_op_and_the_kind_of_every_entry(name: str):
    for entry in read_baseline(ROOT / "baselines" / f"{name}.json").entries:
        law, op, kind, *_ = [*entry.signature.split(" | "), ""]
        if kind in ("crashes", "hangs"):
            assert (law, op).count("*") <= 1
            continue
        if law in laws() and lookup_law(law).subject == "tape":
            assert len(kind) > 10
            continue
        assert "*" not in op or kind == TWICE or entry.reason.endswith("twice-among-the-outputs")  # the list of outputs is to blame, not the op
        assert law != "*" or kind.removeprefix("*").startswith("raises ")
