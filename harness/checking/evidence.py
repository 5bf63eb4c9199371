"""What a check must have compared before it may say HOLDS: no evidence is no pass.

evidence = the law `vjp-eq-fd` compared numbers that do not all vanish;   where it was not asked, another law of values; else any law asked
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.checking.wording import Answer
from harness.verdict import Verdict
from properties.laws import Law

REVERSE = "vjp-eq-fd"
VALUES = (REVERSE, "jvp-eq-fd", "hvp-eq-fd", "jvp-jvp-eq-fd")
NOTHING = "nothing was compared: the derivative vanishes here (or there are no elements). Draw other points, where the function varies."


def deciding(laws: Iterable[Law]) -> frozenset[str]:
    """Names of the laws of which one must have something to say."""
    names = [law.name for law in laws]
    if REVERSE in names:
        return frozenset({REVERSE})
    return frozenset(name for name in names if name in VALUES) or frozenset(names)


def shortage(answers: Sequence[Answer]) -> tuple[Verdict, str]:
    """(verdict, why) where none of the deciding laws shows anything; (HOLDS, "") where one does."""
    names = deciding(answer.law for answer in answers)
    results = [answer.result for answer in answers if answer.law.name in names]
    if any(result.verdict is not Verdict.UNSUPPORTED and not result.vacuous for result in results):
        return Verdict.HOLDS, ""
    unsupported = [result for result in results if result.verdict is Verdict.UNSUPPORTED]
    if len(unsupported) < len(results) or not results:
        return Verdict.INCONCLUSIVE, NOTHING
    said = unsupported[0].reason.rstrip(".")
    return Verdict.UNSUPPORTED, f"no derivative was compared: {said}. Give the function a derivative that answers here, or ask for other laws."
