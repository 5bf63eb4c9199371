"""Where rounding alone keeps a narrow table from its goal: a window about as wide as its steps, whose 16 values average the rounding out.

A table takes differences of a few values, the narrowest of them first of all: its bound is some ten times what rounding does to a window of that
width. The table has shown that phi is smooth there and noisy by rounding only; the window must be resolved, and agree with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from harness.oracles.quick import Say, Table
from harness.oracles.sampling import Sampler
from harness.oracles.window import two_sided

WIDER = (4.0, 1.0)  # than the table's widest step: rounding counts four times less in the first, kinks may lie within it


def averaged(sample: Sampler, table: Table, grain: float, judge: Callable[[Table], Say]) -> Table | None:
    """`table` with the value and bound of the first window that settles it in the words of `judge`; None where none does."""
    looks = (_seen_by(sample, table, grain, wider) for wider in WIDER)
    return next((replace(look, say=Say.SETTLED) for look in looks if judge(look) is Say.SETTLED), None)


def _seen_by(sample: Sampler, table: Table, grain: float, wider: float) -> Table:
    """The window `wider` than the table's widest step; a bound of inf where it is not resolved, or disagrees with the table."""
    window = two_sided(sample, wider * table.rungs[0].step, grain)
    agrees = np.abs(window.value - table.value) <= window.own_bound + table.bound
    bound = np.where(window.kept & window.at_floor & ~window.plateau & agrees, window.own_bound, np.inf)
    return replace(table, value=window.value, bound=bound)
