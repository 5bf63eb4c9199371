"""Random walks over everything that can be done with a tape, beside the reference: after every step both are in the same state.

state(tape after a_1 ... a_n) = state(reference after a_1 ... a_n)          refused by both, for one reason, or by none
"""

from __future__ import annotations

from harness.backends import Backend
from harness.program import Case
from harness.tape.walks import Disagreement, World, script, shrink, walk
from harness.tape.walks.chance import Chance
from harness.tape.walks.world import OWN_MEMORY
from harness.verdict import Result, Verdict
from harness.verdict.constants import WALK_ULPS, eps
from properties.laws.law import Law

WALKS, STEPS = 6, 40
KNOWN = frozenset({OWN_MEMORY})  # the law grad-owns-storage is about nothing else; here every slot is given memory of its own


def check_walks(backend: Backend, case: Case) -> Result:
    """Some walks in float64, all of them drawn from the case's id; a disagreement is cut to the shortest part that still shows it."""
    steps = 0
    try:
        for turn in range(WALKS):
            world = _world(backend, case)
            walk(world, Chance(int(case.id, 16), turn), STEPS)
            steps += len(world.actions)
    except Disagreement as found:
        return _broken(shrink(lambda: _world(backend, case), found))
    finally:
        backend.reset()
    return Result(law=LAW, verdict=Verdict.HOLDS, comparisons=steps)


def _world(backend: Backend, case: Case) -> World:
    return World(backend.tape(case.device), rounding=WALK_ULPS * eps("float64"), known=KNOWN)


def _broken(found: Disagreement) -> Result:
    text = script(found.actions)
    deeds = "; ".join(line.strip() for line in text.splitlines()[1:] if line)
    return Result(
        law=LAW,
        verdict=Verdict.BROKEN,
        reason=f"{found.what}; after: {deeds}",
        pattern=found.signature,
        comparisons=len(found.actions),
        details={"script": text},
    )


LAW = "walks-agree"
LAWS = (
    Law(
        name=LAW,
        family="walks",
        statement="Whatever is done with a tape, in whatever order, it is afterwards in the state that the documents describe.",
        equation="state(tape after a_1 ... a_n) = state(reference after a_1 ... a_n)",
        source="https://docs.pytorch.org/docs/stable/notes/autograd.html; docs/explanation/tape.md",
        check=check_walks,
        faults=("doubles-grad", "records-in-no-grad", "keeps-graph", "version-ignored", "hook-twice", "second-order-linear", "fan-out-last"),
        needs=frozenset({"tape"}),
        subject="tape",
    ),
)
