"""What a check found: a result per law, and their worst.

CRASHED > HUNG > BROKEN > INCONCLUSIVE > UNSUPPORTED > HOLDS            no evidence is no pass
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from harness.checking.arguments import Arguments
from harness.checking.evidence import shortage
from harness.checking.wording import Answer, explain, summarise
from harness.program import Case
from harness.verdict import LawBroken, Result, Verdict, worst


@dataclass(frozen=True, eq=False)
class Report:
    """The answers of a check of `function`. `left_out` holds default laws that the function does not support (no forward mode, say)."""

    function: str
    arguments: Arguments
    answers: tuple[Answer, ...]
    left_out: tuple[Answer, ...] = ()

    @property
    def results(self) -> tuple[Result, ...]:
        """One result per law."""
        return tuple(answer.result for answer in self.answers)

    @property
    def verdict(self) -> Verdict:
        """The worst of the results; not HOLDS where no derivative was compared."""
        return worst([*(result.verdict for result in self.results), self._shortage[0]])

    @property
    def cases(self) -> dict[str, Case]:
        """The case behind each result, by law."""
        return {answer.law.name: answer.case for answer in self.answers}

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about how the call was taken: layouts that were changed."""
        return self.arguments.notes

    @property
    def _shortage(self) -> tuple[Verdict, str]:
        return shortage([*self.answers, *self.left_out])

    def require_holds(self) -> None:
        """Nothing, if every law holds.

        Raises:
            LawBroken: a law does not hold, or it could not be decided; the text says which, why, and how to see it again.
        """
        __tracebackhide__ = True
        if self.verdict is not Verdict.HOLDS:
            raise LawBroken(explain(self.function, self.arguments, self.answers, self._shortage[1]))

    def __str__(self) -> str:
        """A line per law, and the findings."""
        return summarise(self.function, self.arguments, self.answers, self.left_out, (self.verdict, self._shortage[1]))

    def __repr__(self) -> str:
        """Short: the arrays stay in `arguments` and `cases`."""
        return f"Report({self.function}: {self.verdict.name}, {len(self.answers)} laws, {len(self.left_out)} left out)"

    def __bool__(self) -> NoReturn:
        """A report has no truth value."""
        raise TypeError("a Report has no truth value; look at report.verdict, or call report.require_holds().")
