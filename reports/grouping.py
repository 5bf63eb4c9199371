"""Findings by signature: one bug is one finding, however many cells it breaks.

The group's example is the finding with the shortest text: it was shrunk furthest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.record import Finding
from reports.wording import DEFECTS


@dataclass(frozen=True)
class Group:
    """All findings of one signature; `known` is the baseline's reason, None when any of them is new."""

    signature: str
    example: Finding
    findings: tuple[Finding, ...]
    known: str | None

    @property
    def cells(self) -> tuple[Finding, ...]:
        """One finding per cell, in a stable order."""
        per_cell = {each.cell: each for each in self.findings}
        return tuple(per_cell[cell] for cell in sorted(per_cell))


def group_findings(findings: Iterable[Finding]) -> list[Group]:
    """New groups first, wrong derivatives before lost digits, those that break most cells before others."""
    by_signature: dict[str, list[Finding]] = {}
    for finding in findings:
        by_signature.setdefault(finding.signature or finding.title, []).append(finding)
    groups = [_group(signature, found) for signature, found in by_signature.items()]
    return sorted(groups, key=lambda group: (group.known is not None, _rank(group.example), -len(group.cells), group.signature))


def _rank(finding: Finding) -> int:
    """By the class of the defect; what has none, or one that this version does not know, may be anything."""
    return list(DEFECTS).index(finding.defect) if finding.defect in DEFECTS else 0


def _group(signature: str, findings: list[Finding]) -> Group:
    news = [each for each in findings if each.known is None]
    example = min(news or findings, key=lambda each: (len(each.text), each.cell, each.case))
    return Group(signature, example, tuple(findings), None if news else example.known)
