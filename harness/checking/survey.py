"""A function checked at many random points, and what that amounts to per law.

evidence = draws on which the law held and was not vacuous;      BROKEN once is BROKEN

A law that decides (`vjp-eq-fd`) needs evidence on enough draws. Another may have nothing to compare (the second derivative of a linear function), or
nothing to say (every entry has influence): only draws that it leaves undecided count against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from harness.checking.check import check
from harness.checking.evidence import deciding
from harness.checking.report import Report
from harness.checking.request import Request
from harness.checking.wording import WRONG, Answer
from harness.verdict import Verdict
from properties.laws import Law

INSUFFICIENT, VACUOUS = "INSUFFICIENT EVIDENCE", "NOTHING TO COMPARE"


@dataclass
class Evidence:
    """What the draws showed of one law. `broken` is the first broken answer with its report; `decides`: nothing passes without it."""

    law: Law
    decides: bool = False
    held: int = 0
    vacuous: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unsupported: str = ""
    unasked: int = 0
    broken: tuple[Report, Answer] | None = None

    def see(self, report: Report, answer: Answer) -> None:
        """Take one draw into account."""
        result = answer.result
        if result.verdict in WRONG:
            self.broken = self.broken or (report, answer)
        elif result.verdict is Verdict.UNSUPPORTED:
            self.unsupported = result.reason
            self.unasked += 1
        elif result.verdict is Verdict.HOLDS:
            self.held += not result.vacuous
            self.vacuous += result.vacuous
        else:
            self.reasons[result.reason] += 1

    def verdict(self, minimum: int) -> str:
        """BROKEN, UNSUPPORTED, NOTHING TO COMPARE, HOLDS with `minimum` draws of evidence, else INSUFFICIENT EVIDENCE."""
        if self.broken:
            return self.broken[1].result.verdict.name
        if self.unsupported and not (self.held or self.reasons or self.vacuous):
            return Verdict.UNSUPPORTED.name
        if self.held < minimum and (self.decides or self.held + self.vacuous + self.unasked < minimum):
            return INSUFFICIENT
        return Verdict.HOLDS.name if self.held else VACUOUS if self.vacuous else Verdict.UNSUPPORTED.name


def survey(
    laws: Sequence[Law], request: Callable[[int, tuple[str, ...]], Request], draws: int, max_time: float | None = None
) -> tuple[Evidence, ...]:
    """Check `request(draw, names of laws)` for each draw, until the time is over; a law that broke once is not asked again. One Evidence per law."""
    started, found = perf_counter(), {law.name: Evidence(law, law.name in deciding(laws)) for law in laws}
    for draw in range(draws):
        open_ = tuple(name for name, evidence in found.items() if not evidence.broken)
        if not open_ or (max_time is not None and perf_counter() - started > max_time):
            break
        report = check(request(draw, open_))
        for answer in report.answers:
            found[answer.law.name].see(report, answer)
    return tuple(found.values())
