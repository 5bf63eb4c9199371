"""What was asked for, looked up before anything runs: first what needs no framework, so that a slip of the pen is told at once.

seed, max-time, shard, profile, dtype, law, op, baseline, again   then   backend, its adapter, device, cells
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.record import Baseline, read_baseline
from harness.running.again import earlier_run
from harness.running.misuse import integer_in, part_in, seconds_in
from harness.running.selection import Resolved, Selection, check_names, resolve


@dataclass(frozen=True)
class Prepared:
    """A request of which every part is known to be right."""

    resolved: Resolved
    baseline: Baseline
    seed: int | None
    max_time: float | None
    again: str


def prepare(asked: Mapping[str, Any]) -> Prepared:
    """The request `asked`, by the names of harness.plugin.options.

    Raises:
        Misuse: a part of it cannot be met; NothingSelected: together they leave no cell.
        RecordError: the baseline cannot be read.
    """
    seed = integer_in("seed", asked["seed"]) if asked["seed"] else None
    max_time = seconds_in("max-time", asked["max-time"]) if asked["max-time"] else None
    selection = selection_of(asked)
    check_names(selection)
    baseline, again = baseline_of(asked), earlier_run(asked["again"]) if asked["again"] else ""
    return Prepared(resolved(selection), baseline, seed, max_time, again)


resolved = lru_cache(maxsize=1)(resolve)  # `verify` and the suite, in one process, ask for the same


def baseline_of(asked: Mapping[str, Any]) -> Baseline:
    """The findings that are known; none where no file was given."""
    return read_baseline(asked["baseline"]) if asked["baseline"] else Baseline()


def selection_of(asked: Mapping[str, Any]) -> Selection:
    """The options as a selection."""
    return Selection(
        backends=tuple(asked["backend"]) or ("torch",),
        devices=tuple(asked["device"]),
        dtypes=tuple(asked["dtype"]),
        against=tuple(asked["against"]),
        op=asked["op"],
        law=asked["law"],
        profile=asked["profile"] or "quick",
        shard=part_in("shard", asked["shard"]) if asked["shard"] else (1, 1),
    )
