"""The answer to one question, and the worst of several.

CRASHED > HUNG > BROKEN > INCONCLUSIVE > UNSUPPORTED > HOLDS
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Verdict(Enum):
    """What became of a law; ordered from worst to best. Has no truth value: compare it, or call `.require_holds()` on the result."""

    CRASHED = "CRASHED"
    HUNG = "HUNG"
    BROKEN = "BROKEN"
    INCONCLUSIVE = "INCONCLUSIVE"
    UNSUPPORTED = "UNSUPPORTED"
    HOLDS = "HOLDS"

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a Verdict has no truth value (this one is {self.name}); compare it (`is Verdict.HOLDS`) or call require_holds().")


_SEVERITY = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict], *, default: Verdict = Verdict.INCONCLUSIVE) -> Verdict:
    """The most severe of `verdicts`; `default` when there are none: no evidence is no pass."""
    return min(verdicts, key=_SEVERITY.__getitem__, default=default)
