"""Draws cases in bulk and times it: with Hypothesis' engine as the suite does, and from a NumPy source of choices as a cluster worker does."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from harness.ops.catalogue import catalogue
from harness.ops.op import Op
from harness.program import Case
from harness.program.layout import LAYOUTS
from harness.strategies import edge_cases
from harness.strategies.apart import apart_for
from harness.strategies.cases import draw_case
from harness.strategies.choose import HypothesisChoose, NotDrawn, RandomChoose, Source
from harness.strategies.edge_points import every_edge

Subject = Op | tuple[Op, ...]


@dataclass
class Tally:
    """What one kind of subject gave."""

    cases: list[Case] = field(default_factory=list)
    rejected: int = 0
    seconds: float = 0.0

    @property
    def rejection(self) -> float:
        return self.rejected / max(1, self.rejected + len(self.cases))

    @property
    def milliseconds(self) -> float:
        return 1e3 * self.seconds / max(1, len(self.cases))


def with_hypothesis(subject: Subject, dtype: str, count: int) -> Tally:
    """`count` examples as the suite draws them."""
    tally = Tally()

    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        try:
            tally.cases.append(one(HypothesisChoose(data.draw), subject, dtype))
        except NotDrawn:
            tally.rejected += 1
            reject()

    start = time.process_time()
    draw()
    tally.seconds = time.process_time() - start
    return tally


def with_numpy(subject: Subject, dtype: str, count: int) -> Tally:
    """`count` examples as a cluster worker draws them."""
    tally, source = Tally(), RandomChoose(np.random.default_rng(0))
    start = time.process_time()
    for _ in range(count):
        try:
            tally.cases.append(one(source, subject, dtype))
        except NotDrawn:
            tally.rejected += 1
    tally.seconds = time.process_time() - start
    return tally


def one(source: Source, subject: Subject, dtype: str) -> Case:
    return draw_case(source, "a law", subject, "torch", "cpu", dtype, tuple(LAYOUTS))


def dtype_of(op: Op) -> str:
    return "float64" if op.real else "complex128"


def dtypes_of(op: Op) -> tuple[str, ...]:
    return (*(("float64",) if op.real else ()), *(("complex128",) if op.complex else ()))


def edges() -> dict[str, Any]:
    """How many ops have a point of their domain at each edge that means something for them."""
    meant: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    per_op: dict[str, list[str]] = {}
    start = time.process_time()
    for name, op in catalogue().items():
        meant.update(edge if isinstance(edge, str) else edge.name for edge in (*every_edge(op), *apart_for(op)))
        drawn = [case.drawn["edges"] for dtype in dtypes_of(op) for case in edge_cases("a law", name, backend="torch", device="cpu", dtype=dtype)]
        per_op[name] = sorted({edge for edges in drawn for edge in edges})
        reached.update(per_op[name])
    seconds = time.process_time() - start
    return {"ms": 1e3 * seconds / reached.total(), "cases": reached.total(), "reached": {k: [reached[k], meant[k]] for k in meant}, "per_op": per_op}
