"""What became of every finding and every cell between two runs.

    new        a finding that OLD does not have
    worse      a finding in more cells than before, or a cell that crashed, hung or errored and did not before
    changed    the same cells are broken, the error looks different
    fixed      NEW compared it again and it holds: the counterexample itself, or so many cases that it would have been met
    not met    NEW does not have it, and did not look hard enough to say more
    lost       a cell that gave evidence, and gives none any more
    blunter    a family of laws whose comparisons resolve less than before

"Not in the newer record" alone is never called fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.record import CellEnded, Finding, cell_verdict
from harness.record.evidence import INSUFFICIENT, WRONG
from reports.comparison.chance import comparisons_to_expect, median_between
from reports.comparison.snapshot import Snapshot
from reports.resolutions import Setting

CATEGORIES = ("new", "worse", "changed", "fixed", "not met", "lost", "blunter")
_FAILED = WRONG | {"ERRORED"}


@dataclass(frozen=True)
class Entry:
    """One line: what it is about, what became of it, and the finding that shows it, if there is one."""

    subject: str
    told: str
    cells: int = 1
    finding: Finding | None = None
    known: str | None = None


@dataclass(frozen=True)
class Drift:
    """The typical (median) resolution of a setting before and now, in tenths of a decade; `certain`: their confidence intervals do not meet."""

    setting: Setting
    before: float
    now: float
    certain: bool

    @property
    def factor(self) -> float:
        """How much blunter: above 1 NEW resolves less than OLD."""
        return float(10.0 ** ((self.now - self.before) / 10))


@dataclass(frozen=True)
class Comparison:
    """All entries by category, every setting's drift, and the two runs."""

    old: Snapshot
    new: Snapshot
    entries: dict[str, list[Entry]]
    drifts: list[Drift]

    def failing(self, categories: frozenset[str]) -> dict[str, int]:
        """How many entries of each of `categories` there are; findings that NEW's baseline knows do not count."""
        counted = {name: sum(entry.known is None for entry in self.entries[name]) for name in CATEGORIES if name in categories}
        return {name: number for name, number in counted.items() if number}


def compare(old: Snapshot, new: Snapshot) -> Comparison:
    """`new` seen from `old`; `new` must have been read with the counterexamples of `old`."""
    entries: dict[str, list[Entry]] = {name: [] for name in CATEGORIES}
    for signature, found in new.findings.items():
        category, told = _appeared(signature, found, old)
        if category:
            example = min(found, key=lambda each: (len(each.text), each.cell))
            known = None if any(each.known is None for each in found) else example.known
            entries[category].append(Entry(signature, told, len(found), example, known))
    for signature, found in old.findings.items():
        if signature not in new.findings and not _broken_otherwise(found, new):
            category, told = _disappeared(found, old, new)
            entries[category].append(Entry(signature, told, len(found), min(found, key=lambda each: (len(each.text), each.cell))))
    entries["worse"] += _failing_cells(old, new)
    entries["lost"] += _lost_cells(old, new)
    drifts = _drifts(old, new)
    entries["blunter"] = [Entry(" ".join(drift.setting), f"{drift.factor:.2g} times") for drift in drifts if drift.certain and drift.factor > 1]
    return Comparison(old, new, entries, drifts)


def _appeared(signature: str, found: list[Finding], old: Snapshot) -> tuple[str, str]:
    """(category, what to say) of a signature of NEW; an empty category where nothing changed."""
    before = {each.cell: name for name, several in old.findings.items() for each in several}
    cells = {each.cell for each in found}
    if signature in old.findings:
        more = [cell for cell in cells if cell not in before and _ran(old, cell)]
        return ("worse", f"now in {len(more)} more of the cells that both runs looked at") if more else ("", "")
    if cells <= set(before):
        return "changed", f"these cells were broken before, told as: {'; '.join(sorted({before[cell] for cell in cells}))}"
    unseen = sum(not _ran(old, cell) for cell in cells)
    return "new", "the older run did not look there" if unseen == len(cells) else f"the older run looked at {len(cells) - unseen} of its cells"


def _broken_otherwise(found: list[Finding], new: Snapshot) -> bool:
    """Whether NEW still breaks all of its cells, under other signatures."""
    broken = {each.cell for each in new.evidence.findings}
    return all(each.cell in broken for each in found)


def _disappeared(found: list[Finding], old: Snapshot, new: Snapshot) -> tuple[str, str]:
    """(fixed or not met, why) of a signature that only OLD has: fixed where every one of its cells says so."""
    reasons = [_settled(each, old, new) for each in found]
    doubts = [why for settled, why in reasons if not settled]
    return ("not met", doubts[0]) if doubts else ("fixed", reasons[0][1])


def _settled(finding: Finding, old: Snapshot, new: Snapshot) -> tuple[bool, str]:
    cell = new.evidence.cells.get(finding.cell)
    if cell is None or cell.verdict == "UNSUPPORTED" or not cell.counts.attempted:
        return False, "the newer run did not look there" + (f": {cell.reason}" if cell is not None and cell.reason else "")
    if cell.cell in new.broken or cell_verdict(cell) != "HOLDS":
        return False, f"the cell is {cell_verdict(cell).lower()} now"
    if finding.case in new.held:
        return True, f"its counterexample {finding.case} was compared again, and holds"
    needed = comparisons_to_expect(old.tried[finding.cell])
    if cell.counts.valid >= needed:
        return True, f"{cell.counts.valid:,} valid comparisons without it, where it was met after {max(old.tried[finding.cell], 1):,}"
    return (
        False,
        f"{cell.counts.valid:,} valid comparisons without it, {needed:,} would say that it is gone; or see: autograd-harness replay {finding.case}",
    )


def _failing_cells(old: Snapshot, new: Snapshot) -> list[Entry]:
    """Cells that fail without a finding that says so."""
    explained = {each.cell for each in new.evidence.findings}
    failing = [cell for key, cell in new.evidence.cells.items() if cell.verdict in _FAILED and key not in explained and _ran(old, key)]
    worse = [cell for cell in failing if old.evidence.cells[cell.cell].verdict not in _FAILED]
    return [Entry(cell.cell, f"{cell.verdict.lower()}, was {cell_verdict(old.evidence.cells[cell.cell]).lower()}: {cell.reason}") for cell in worse]


def _lost_cells(old: Snapshot, new: Snapshot) -> list[Entry]:
    """Cells that gave evidence in OLD and give none in NEW, by reason."""
    reasons: dict[str, list[str]] = {}
    for key, cell in old.evidence.cells.items():
        if cell.counts.valid and cell_verdict(cell) not in {INSUFFICIENT, "INCONCLUSIVE"}:
            reasons.setdefault(_why_lost(new.evidence.cells.get(key)), []).append(key)
    reasons.pop("", None)  # still there
    ordered = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Entry(f"{cells[0]}{f' and {len(cells) - 1:,} more' if len(cells) > 1 else ''}", why, len(cells)) for why, cells in ordered]


def _why_lost(cell: CellEnded | None) -> str:
    if cell is None:
        return "not in the newer run"
    if cell.verdict == "UNSUPPORTED" or cell_verdict(cell) in {INSUFFICIENT, "INCONCLUSIVE"}:
        return f"{cell_verdict(cell).lower()}" + (f": {cell.reason.split(';')[-1].strip()}" if cell.reason else "")
    return ""


def _ran(run: Snapshot, cell: str) -> bool:
    seen = run.evidence.cells.get(cell)
    return seen is not None and seen.verdict != "UNSUPPORTED" and seen.counts.attempted > 0


def _drifts(old: Snapshot, new: Snapshot) -> list[Drift]:
    """The settings that both runs have enough comparisons in, the most blunted first."""
    drifts = []
    earlier, later = old.resolutions.settings, new.resolutions.settings
    for setting in sorted(earlier.keys() & later.keys()):
        before, now = median_between(earlier[setting]), median_between(later[setting])
        if before and now:
            drifts.append(Drift(setting, before[1], now[1], now[0] > before[2] or now[2] < before[0]))
    return sorted(drifts, key=lambda drift: -drift.factor)
