"""The baseline that `make verify` uses: valid, and every entry explained by a section of the findings."""

from __future__ import annotations

import re
from pathlib import Path

from harness.record import read_baseline

ROOT = Path(__file__).parents[2]
ENTRIES = read_baseline(ROOT / "baselines" / "torch-2.13.json").entries


def test_shipped_baseline_points_at_sections_that_exist() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    cited = {match[1] for entry in ENTRIES if (match := re.search(r"docs/findings\.md#(\S+)", entry.reason))}
    assert cited <= anchors
    assert cited


def test_shipped_baseline_names_a_law_in_every_entry_but_those_of_an_exception_or_of_a_kind_in_a_regime() -> None:
    broad = [entry.signature for entry in ENTRIES if entry.signature.startswith("* |")]
    unnamed = [each for each in broad if "raises" not in each and "crashes" not in each]
    assert [each for each in unnamed if not each.endswith(" | extreme sizes") or each.split(" | ")[2] == "*"] == []
