"""One law's result on one case, with everything that a reader needs to believe or doubt it."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.oracles.estimate import Rung
from harness.verdict.verdict import Verdict


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What comparing `actual` (the backend) with `expected` (the oracle) showed.

    `bound` is the oracle's error bound, `tolerance` what the comparison allowed in all, `rule` says in words how it was derived, `resolution` is
    the tolerance relative to the gradient's scale. `vacuous`: both sides vanish identically, so nothing was tested; it counts apart. `comparisons`
    counts the numbers compared (0: none could be). `where` locates the wrong entry, `pattern` guesses the error's kind.
    """

    law: str
    verdict: Verdict
    reason: str = ""
    actual: float | None = None
    expected: float | None = None
    bound: float | None = None
    tolerance: float | None = None
    resolution: float | None = None
    rule: str = ""
    where: str = ""
    pattern: str = ""
    vacuous: bool = False
    comparisons: int = 1
    evaluations: int = 0
    ladder: tuple[Rung, ...] = ()
    details: dict[str, Any] = {}

    @property
    def discrepancy(self) -> float | None:
        return None if self.actual is None or self.expected is None else abs(self.actual - self.expected)

    @property
    def ratio(self) -> float | None:
        """Discrepancy over tolerance: above 1 the comparison does not hold."""
        if self.discrepancy is None or self.tolerance is None:
            return None
        return self.discrepancy / self.tolerance if self.tolerance > 0 else (0.0 if self.discrepancy == 0 else float("inf"))


def worst_result(results: list[Result]) -> Result:
    """The result that decides: the most severe verdict, then the largest ratio; a valid one before a vacuous one."""
    order = list(Verdict)
    return min(results, key=lambda r: (order.index(r.verdict), r.vacuous, -(r.ratio or 0.0)))
