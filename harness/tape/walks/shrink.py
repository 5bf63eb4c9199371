"""Walks of random actions, their replay, and the shortest part of one that still fails.

    shrink: leave out each action in turn, as long as the tape still disagrees          (ddmin with chunks of halving size)

Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE Trans. Softw. Eng. 28 (2002).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.ops.choose import Choose
from harness.tape.walks.action import Action
from harness.tape.walks.possible import possible
from harness.tape.walks.propose import WEIGHTS, propose
from harness.tape.walks.world import Disagreement, World

_BAG = [verb for verb, weight in WEIGHTS.items() for _ in range(weight)]
LARGEST_PEAK = 1e5  # a walk whose numbers outgrow this is at its end: rounding would hide what is small


def walk(world: World, choose: Choose, steps: int) -> None:
    """At most `steps` actions that fit.

    Raises:
        Disagreement: as World.do.
    """
    try:
        for _ in range(4 * steps):  # at worst three of four proposals do not fit
            if len(world.actions) >= steps or world.peak > LARGEST_PEAK:
                break
            take(world, propose(choose, world, choose.element(_BAG)))
    finally:
        world.close()


def take(world: World, actions: Sequence[Action]) -> None:
    """Those of the actions that are possible when their turn comes.

    Raises:
        Disagreement: as World.do.
    """
    for action in actions:
        if possible(world, action):
            world.do(action)


def replay(world: World, actions: Sequence[Action]) -> Disagreement | None:
    """What comes of these actions; what is not possible is passed over."""
    try:
        take(world, actions)
    except Disagreement as found:
        return found
    finally:
        world.close()
    return None


def shrink(make: Callable[[], World], found: Disagreement) -> Disagreement:
    """The disagreement of a short part of its actions, none of which can be left out."""
    best, size = found, max(1, len(found.actions) // 2)
    while True:
        for start in range(len(best.actions) - size, -1, -size):
            shorter = replay(make(), (*best.actions[:start], *best.actions[start + size :]))
            if shorter is not None and shorter.signature == found.signature and len(shorter.actions) < len(best.actions):
                best = shorter
        if size == 1:
            return best if len(best.actions) == len(found.actions) else shrink(make, best)
        found, size = best, max(1, size // 2)
