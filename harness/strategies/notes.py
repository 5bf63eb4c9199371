"""What the record keeps of how a case came about, as plain data in `Case.drawn`.

margin(case) = min over instructions of op.margin(operands, params)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.ops.catalogue import lookup
from harness.program.program import Program


def note(program: Program, values: Mapping[str, np.ndarray], regime: str, edges: tuple[str, ...] = (), margin: float | None = None) -> dict[str, Any]:
    """Regime, edges, distance to the nearest kink, depth, largest magnitude and ops.

    Args:
        program: The subject.
        values: Every value of it by name.
        regime: The name of what filled the primals.
        edges: The names of edge families.
        margin: The least margin of the instructions where it is known. It is recorded as None where nothing has a kink.
    """
    known = margin_of(program, values) if margin is None else margin
    return {
        "regime": regime,
        "margin": known if np.isfinite(known) else None,
        "depth": depth_of(program),
        "largest": greatest(values),
        "edges": list(edges),
        "ops": list(program.ops),
    }


def margin_of(program: Program, values: Mapping[str, np.ndarray]) -> float:
    """The distance to the nearest kink of any instruction; inf where there is none."""
    margins = (lookup(done.op).margin_at(tuple(values[name] for name in done.args), done.params) for done in program.instructions)
    return min(map(float, margins), default=np.inf)


def depth_of(program: Program) -> int:
    """The instructions on the longest path from an input to a result."""
    depth = dict.fromkeys((given.name for given in program.inputs), 0)
    for instruction in program.instructions:
        depth |= dict.fromkeys(instruction.results, 1 + max((depth[name] for name in instruction.args), default=0))
    return max(depth.values(), default=0)


def greatest(values: Mapping[str, np.ndarray]) -> float:
    """The largest magnitude among all numbers."""
    return max((float(np.max(np.abs(value))) for value in values.values() if value.size and value.dtype.kind in "fc"), default=0.0)
