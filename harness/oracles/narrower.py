"""Tables with narrower steps, where kinks or poles beside the point spoil the wide one and a claim is there to be confirmed.

some kinks        2^-6, 2^-12, 2^-18 of the scale, the first that settles; else one that all but does, else a window that averages rounding out
very many kinks   the wide table is hopeless after two rows: 2^-6 at once, and narrower ones as long as they end far from their goal as well
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from harness.oracles.estimate import Rung
from harness.oracles.goal import Goal
from harness.oracles.quick import Say, Table, richardson
from harness.oracles.quick_window import averaged
from harness.oracles.sampling import Sampler
from harness.oracles.weights import STEPS

NARROW, NARROW_ROWS = (2.0**-6, 2.0**-12, 2.0**-18), 4  # of the scale: where further tables look, and with how many rows
EASE_OF_ROUNDING = 256.0  # of the goal, between kinks so near that wider tables are hopeless: windows average rounding out, by a factor of two
EASE_OF_WINDOWS = 64.0  # of the goal, for a window beside near kinks: the ladder takes ten times the evaluations to get two to six times further
EASE = 16.0  # of the goal, where no narrow table reaches it: rounding alone is that large there, and windows between near kinks do no better


def nearest(sample: Sampler, scale: float, grain: float, goal: Goal) -> Table:
    """A narrow table; a narrower one where it ends above rounding, and the narrowest where that ends far from its goal as well."""
    for factor, ease in zip(NARROW, (EASE, EASE, EASE_OF_ROUNDING), strict=True):
        table = richardson(sample, scale * factor, grain, partial(goal.of_nearest, ease=ease), alone=False, most=NARROW_ROWS)
        if not (goal.is_far(table) or (factor == NARROW[0] and goal.is_above_rounding(table))):
            break
    return table


def narrower(sample: Sampler, scale: float, grain: float, goal: Goal, wide: Table) -> tuple[Table, tuple[Rung, ...]]:
    """The first narrow table that settles, else the first that all but does, else a window where rounding limits one, else the wide one.

    Beside it the steps of all that were tried.
    """
    nearly, limited = wide, None
    rungs: tuple[Rung, ...] = ()
    for factor in NARROW:
        look = partial(goal.of_narrow, wide=wide, width=scale * factor * STEPS[0])
        table = richardson(sample, scale * factor, grain, look, alone=False, most=NARROW_ROWS)
        rungs += table.rungs
        if table.settled:
            return table, rungs
        if table.say is Say.REFUTED:  # what a table denies, none that rounding blinds may confirm
            return wide, rungs
        if nearly is wide and look(table, ease=EASE) is Say.SETTLED:
            nearly = replace(table, say=Say.SETTLED)
        limited = table if limited is None and goal.limited_by_rounding(table) else limited
    if nearly is wide and limited is not None:
        look = partial(goal.of_narrow, wide=wide, width=limited.rungs[0].step, ease=EASE_OF_WINDOWS)
        return averaged(sample, limited, grain, look) or wide, rungs
    return nearly, rungs
