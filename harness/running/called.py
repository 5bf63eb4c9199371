"""What a finding is called: the same for all cells and cases that one bug breaks.

law | op | kind of error | regime        vjp-eq-fd | softmax | off | any numbers
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.backends import Backend
from harness.backends.leaving import LEAVING
from harness.program import Case, Program
from harness.record import signature
from harness.running.bisect import Step, culprit
from harness.running.defect import CONVENTION, PRECISION, defect_of
from harness.running.judge import ALL_THE_SAME, run_case
from harness.running.native import PREFIX
from harness.running.portrait import attempted
from harness.running.regime import regime_of
from harness.strategies.generic import generic
from harness.verdict import Result, Verdict
from harness.verdict.pattern import kind_of, sort_of
from properties.laws import lookup_law
from properties.laws.explain import explain

LEAST_POINTS, MOST_POINTS, LEAST_ENTRIES = 3, 16, 24  # generic points at which an op is asked again, until so many numbers were looked at
_DIED = frozenset({Verdict.CRASHED, Verdict.HUNG})
_ENDS = frozenset(f"raises {kind.__name__}" for kind in LEAVING)
_NUMBERS = re.compile(r"-?\d+(?:, ?-?\d+)+")


def signature_of(backend: Backend, case: Case, result: Result, steps: Sequence[Step] = (), *, strided: bool = False) -> str:
    """What to call the bug: by the instruction that is wrong alone too, where a program has one, whatever else stands around it.

    By the one with which the program is wrong first, too, where the law does not come to a verdict on it alone.

    Args:
        backend: Where the law is broken.
        case: The counterexample.
        result: What the law said, explained.
        steps: The instructions of a program up to the first that is wrong (harness.running.bisect).
        strided: The same numbers in contiguous memory break nothing. An instruction alone is looked at in such memory, so that the one with which the
            program is wrong first gives the name.
    """
    alone, op = _alone(backend, case, result, steps), ops_of(case)
    if alone is not None:
        (case, result), strided = alone, False
        op = ops_of(case)
    elif strided and steps and steps[-1].broken[0]:
        op = steps[-1].instruction.op
    elif steps and steps[-1].undecided:
        case, op = steps[-1].case, steps[-1].instruction.op
    return signature(case.law, op, _kind(result), _regime(backend, case, result, strided))


def _alone(backend: Backend, case: Case, result: Result, steps: Sequence[Step]) -> tuple[Case, Result] | None:
    """The instruction that is wrong alone too, as a case, and what the law says of it.

    One before the program is wrong explains nothing where it only lacks digits, and the program more than digits.
    """
    wrong = culprit(steps)
    if wrong is None or wrong.alone is None:
        return None
    law, told = lookup_law(case.law), explained(backend, wrong.case, wrong.alone)
    digits = defect_of(law, wrong.case, told) == PRECISION != defect_of(law, case, result)
    return None if digits and wrong is not steps[-1] else (wrong.case, told)


def _regime(backend: Backend, case: Case, result: Result, strided: bool) -> str:
    """Where the numbers lie; what a tape does, and does not do, is no matter of theirs, unless it is a program whose numbers are wrong."""
    if lookup_law(case.law).subject == "tape" and (result.actual is None or not isinstance(case.subject, Program)):
        return ""
    return regime_of(case, strided=strided, anywhere=lambda: _anywhere(backend, case, result) if answers(result) else None)


def answers(result: Result) -> bool:
    """Whether the backend comes back from the call, and does not want to end the process: what else it does may be asked again."""
    return result.verdict not in _DIED and result.pattern not in _ENDS


def _anywhere(backend: Backend, case: Case, result: Result) -> bool | None:
    """Whether the law breaks at a generic point too, in whatever way: of a bug that is there, shrinking makes another kind at 0. None: there is none.

    An op of one tensor twice that has none, as dist(x, x), is at a tie whatever the numbers. Of a scalar more points are asked than of an array,
    whose every entry may be where the op is wrong. Digits that are missing there are another bug than what is chosen at a tie.
    """
    law, asked, entries = lookup_law(case.law), 0, 0
    at_a_tie = defect_of(law, case, result) == CONVENTION
    for again in filter(None, (generic(case, seed) for seed in range(MOST_POINTS))):
        found = run_case(backend, again)
        if found.verdict is Verdict.BROKEN and not (at_a_tie and defect_of(law, again, explained(backend, again, found)) == PRECISION):
            return True
        asked, entries = asked + 1, entries + sum(x.size for x in again.points)
        if asked >= LEAST_POINTS and entries >= LEAST_ENTRIES:
            break
    only = case.subject.only if isinstance(case.subject, Program) else None
    return False if asked or (only is not None and only.takes_one_twice) else None


def _kind(result: Result) -> str:
    """The kind of error, after the route that has it."""
    route, _, _ = result.details.get("compared", "").partition(" with ")
    return f"{route} {_raised(result) or sort_of(result.pattern or result.reason or kind_of(result.actual, result.expected))}"


def _raised(result: Result) -> str:
    """An exception by what it says, since an op may raise several of one class, a shape of any rank alike; empty where nothing is raised."""
    return _NUMBERS.sub("0", result.reason.partition(ALL_THE_SAME)[0]) if result.pattern.startswith("raises ") else ""


def explained(backend: Backend, case: Case, result: Result) -> Result:
    """`result` with the wrong entry and the kind of error, where they can be told."""
    return attempted(backend, lambda: explain(backend, case, result)) or result


def ops_of(case: Case) -> str:
    """Joined by "+"; a subject of the native source by the name of its cell."""
    names = [PREFIX + op for op in case.drawn["ops"]] if case.is_native else case.subject.ops
    return "+".join(dict.fromkeys(names))
