"""What can be counted about drawn cases: ranks, sides, layouts, regimes, and which ops feed which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from harness.program import Case, Program


def reads_twice(program: Program) -> bool:
    """Whether some value is used in two places."""
    used = Counter(name for instruction in program.instructions for name in instruction.args)
    return any(count > 1 for count in used.values())


def pairs(program: Program) -> set[tuple[str, str]]:
    """(producer, consumer) for every instruction that reads the result of another."""
    made = {name: instruction.op for instruction in program.instructions for name in instruction.results}
    return {(made[name], instruction.op) for instruction in program.instructions for name in instruction.args if name in made}


def pairs_per_1000(cases: list[Case]) -> float:
    """Distinct pairs among the first cases that make up 1,000 instructions."""
    seen: set[tuple[str, str]] = set()
    instructions = 0
    for case in cases:
        seen |= pairs(case.subject)
        instructions += len(case.subject.ops)
        if instructions >= 1000:
            break
    return 1000 * len(seen) / max(1, instructions)


def rank_names(case: Case) -> list[str]:
    return [f"rank {x.ndim}" for x in case.points]


def side_names(case: Case) -> list[str]:
    sides = [side for x in case.points for side in x.shape]
    return ["0" if s == 0 else "1" if s == 1 else "2 to 4" if s <= 4 else "5 to 8" if s <= 8 else "tail" if s <= 33 else "long" for s in sides]


FEATURES: dict[str, Callable[[Case], list[Any]]] = {
    "regime": lambda case: [case.drawn["regime"]],
    "edge": lambda case: list(case.drawn["edges"]),
    "layout": lambda case: list(case.layouts),
    "rank": rank_names,
    "side": side_names,
}
