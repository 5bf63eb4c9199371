"""The baselines that `make verify` and `make verify-backends` use: valid, narrow, and torch's entries explained by a section of the findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.record import Baseline, Finding, Known, read_baseline

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "baselines").glob("*.json"))
ENTRIES = read_baseline(ROOT / "baselines" / "torch-2.13.json").entries
DEATHS = ("crashes", "hangs")


def whatever(pattern: str) -> str:
    """A text that `pattern` means, and of the patterns in a baseline only those that mean all that it means."""
    return pattern.replace("*", "\0" * 9).replace("?", "\0")


def as_finding(entry: Known) -> Finding:
    """A finding that stands for all that `entry` means."""
    fields = {field: whatever(getattr(entry, field)) for field in ("signature", "law", "op", "dtype", "device", "backend", "defect")}
    return Finding(cell="", case="", title="", text="", **fields)


def subsumed(entries: Sequence[Known]) -> list[str]:
    """The signatures of entries without which the others mean the same."""
    patterns = [(entry, as_finding(entry)) for entry in entries]
    return [entry.signature for entry, all_of_it in patterns if Baseline(tuple(each for each in entries if each is not entry)).match(all_of_it)]


def test_shipped_baseline_points_at_sections_that_exist() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    cited = {match[1] for entry in ENTRIES if (match := re.search(r"docs/findings\.md#(\S+)", entry.reason))}
    assert cited <= anchors
    assert cited


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_names_a_law_in_every_entry_but_those_of_an_exception_or_of_a_kind_in_a_regime(path: Path) -> None:
    broad = [entry.signature for entry in read_baseline(path).entries if entry.signature.startswith("* |")]
    unnamed = [each for each in broad if "raises" not in each and each.split(" | ")[2] not in DEATHS]
    assert [each for each in unnamed if not each.endswith(" | extreme sizes") or each.split(" | ")[2] == "*"] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_excuses_deaths_of_ops_by_their_whole_names(path: Path) -> None:
    dead = [entry.signature.split(" | ")[1] for entry in read_baseline(path).entries if entry.signature.split(" | ")[-1] in DEATHS]
    assert [op for op in dead if op != "*" and re.search(r"\w\*|\*\w", op)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_has_no_entry_that_another_one_makes_needless(path: Path) -> None:
    assert subsumed(read_baseline(path).entries) == []


@pytest.mark.parametrize(
    ("other", "entry", "needless"),
    [
        ("*-eq-fd | lgamma | *", "vjp-eq-fd | lgamma | *", True),
        ("??p-* | elu | *", "hvp-* | elu | *nan*", True),
        ("?vp-* | elu | *", "*vp-* | elu | *", False),
        ("vjp-* | elu | *", "vjp-* | selu | *", False),
        ("vjp-* | elu | *nan*", "vjp-* | elu | *", False),
    ],
)
def test_an_entry_is_needless_where_another_one_means_all_that_it_means(other: str, entry: str, needless: bool) -> None:
    entries = [Known(signature=other, reason="other"), Known(signature=entry, reason="this")]
    assert (entry in subsumed(entries)) is needless


def test_an_entry_for_one_defect_makes_none_for_all_defects_needless() -> None:
    of_one, of_all = Known(signature="x | y*", reason="of one", defect="wrong"), Known(signature="x | yz", reason="of all")
    assert subsumed([of_one, of_all]) == []
