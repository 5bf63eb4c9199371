"""Whose place in memory a finding owes to: of all arrays that are not contiguous, each alone.

x0 strided and x1 permuted is broken    =>    x0 strided?  x1 permuted?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from harness.backends import Backend
from harness.program import Case
from harness.program.layout import can_hold, effective_layout, lay_out
from harness.verdict import Result, Verdict

Check = Callable[[Backend, Case], Result]


def told_whose(backend: Backend, case: Case, result: Result, check: Check) -> Result:
    """A broken result with the arrays that it takes: each that is enough alone for `check` to break."""
    if result.verdict is not Verdict.BROKEN:
        return result
    enough = [told for told, alone in each_alone(case) if _breaks(check, backend, alone)]
    whose = f"It takes no more than {', or '.join(enough)}." if enough else "No array alone is enough: it takes several that are not contiguous."
    return msgspec.structs.replace(result, reason=f"{result.reason} {whose}".strip())


def _breaks(check: Check, backend: Backend, case: Case) -> bool:
    try:
        return check(backend, case).verdict is Verdict.BROKEN
    except Exception:  # a neighbour that cannot be evaluated says nothing about the case itself
        backend.reset()
        return False


def each_alone(case: Case) -> Iterator[tuple[str, Case]]:
    """("x1 strided (shape (3,), strides (2,), offset 0)", the case with every other array contiguous) for each that is not contiguous itself."""
    for k, (name, x, layout) in enumerate(zip(_names(case), case.arrays, case.layouts, strict=False)):
        if effective_layout(layout, x.shape) != "contiguous" and can_hold(x, layout):
            _, shape, strides, offset = lay_out(x, layout)
            alone = tuple(layout if i == k else "contiguous" for i in range(len(case.arrays)))
            yield f"{name} {layout} (shape {shape}, strides {strides}, offset {offset})", msgspec.structs.replace(case, layouts=alone)


def _names(case: Case) -> list[str]:
    """What the arrays that have a layout are called: primals as the program calls them, then cotangents, then tangents."""
    cotangents = [f"the cotangent of out{i}" if len(case.cotangents) > 1 else "the cotangent" for i in range(len(case.cotangents))]
    return [*case.names, *cotangents, *(f"the tangent of {case.names[i]}" for i in case.differentiable)]
