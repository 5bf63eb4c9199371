"""A check's report in words: a line per law, and the whole finding for each that is broken.

softmax(x): BROKEN in backend torch (cpu, float64)
  HOLDS         vjp-linear       The vjp is linear in the cotangent, negative and large ones included.
  BROKEN        vjp-eq-fd        Reverse mode agrees with finite differences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from harness.checking.arguments import Arguments
from harness.program import Case
from harness.verdict import Result, Verdict, finding_text, worst
from properties.laws import Law

WRONG = (Verdict.CRASHED, Verdict.HUNG, Verdict.BROKEN)
_PLACE = re.compile(r"/ d x(\d+)")
_QUANTITY = {"forward": "forward derivative", "second order": "second derivative", "third order": "third derivative"}


@dataclass(frozen=True)
class Answer:
    """One law's result, the case that it was seen on, and, for a broken law, which neighbours of the case are cured."""

    law: Law
    case: Case
    result: Result
    isolates: str = ""

    def __repr__(self) -> str:
        """Short: the arrays stay in `case`."""
        told = self.result.reason or ("nothing to compare" if self.result.vacuous else "")
        return f"Answer({self.law.name}: {self.result.verdict.name}{told and f', {told}'})"


def summarise(
    function: str, arguments: Arguments, answers: Sequence[Answer], left_out: Sequence[Answer], whole: tuple[Verdict, str] | None = None
) -> str:
    """The report as a terminal shows it; `whole` is its verdict, and why it is not that of the answers."""
    verdict, short = whole or (worst(answer.result.verdict for answer in answers), "")
    backend = answers[0].case.backend
    lines = [f"{_call(function, arguments)}: {verdict.name} in backend {backend} ({arguments.device}, {arguments.dtype})"]
    lines += _lines([*answers, *left_out])
    lines += [f"  note: {note}" for note in [*arguments.notes, *([short] if short else [])]]
    blocks = [finding(function, arguments, answer) for answer in answers if answer.result.verdict in WRONG]
    return "\n\n".join(["\n".join(lines), *blocks])


def explain(function: str, arguments: Arguments, answers: Sequence[Answer], short: str = "") -> str:
    """Why a report does not hold: every broken law, or else what could not be decided, or `short`: what is missing."""
    wrong = [answer for answer in answers if answer.result.verdict in WRONG]
    if wrong:
        return "\n\n".join(finding(function, arguments, answer) for answer in wrong)
    undecided = [answer for answer in answers if answer.result.verdict is not Verdict.HOLDS]
    if short and not undecided:
        return f"{_call(function, arguments)}: {short}"
    head = f"{_call(function, arguments)} could not be decided: {len(undecided)} of {len(answers)} laws are open"
    reasons = dict.fromkeys(answer.result.reason for answer in undecided)
    return "\n".join([head, *(f"  {reason}  ({', '.join(a.law.name for a in undecided if a.result.reason == reason)})" for reason in reasons)])


def finding(function: str, arguments: Arguments, answer: Answer, reproduce: Sequence[str] = ()) -> str:
    """The block of one broken law; without commands that reproduce it, the call that does."""
    case, law = answer.case, answer.law
    place = f"in backend {case.backend} ({case.device}, {case.dtype})"
    if answer.result.actual is None:
        title = f"{_call(function, arguments)} breaks the law {law.name} {place}"
    else:
        title = f"{_QUANTITY.get(law.family, 'gradient')} of {_call(function, arguments)} is wrong {place}"
    shown = [(name, x, case.dtype if x.dtype.kind in "fc" else x.dtype.name) for name, x in zip(arguments.names, case.primals, strict=True)]
    again = reproduce or [f"check_gradients(..., laws={law.name!r}, seed={case.seed})"]
    return finding_text(law.equation, answer.result, title=title, primals=shown, isolates=answer.isolates, reproduce=again)


def with_hint(result: Result) -> Result:
    """`result`, with the usual cause where a derivative is zero although the function varies."""
    if result.verdict is not Verdict.BROKEN or result.reason or result.actual != 0:
        return result
    cause = "the backend sees no dependence on the primals, yet the function varies: .detach(), .data, NumPy or no_grad cuts the graph."
    return msgspec.structs.replace(result, reason=cause)


def with_names(result: Result, arguments: Arguments) -> Result:
    """`result`, with the wrong entry under its argument's own name."""
    named = _PLACE.sub(lambda found: f"/ d {arguments.names[int(found[1])]}", result.where)
    return msgspec.structs.replace(result, where=named) if named != result.where else result


def _lines(answers: Sequence[Answer]) -> Iterator[str]:
    """A line per law; laws with the same reason share one."""
    groups: dict[tuple[Verdict, str], list[str]] = {}
    for answer in answers:
        result = answer.result
        said = result.reason or ("nothing to compare: both sides vanish." if result.vacuous else answer.law.statement)
        groups.setdefault((result.verdict, said), []).append(answer.law.name)
    for (verdict, said), names in groups.items():
        yield f"  {verdict.name:<12}  {_several(names):<26}  {said}"


def _several(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _call(function: str, arguments: Arguments) -> str:
    return f"{function}({', '.join(arguments.names)})"
