"""What a broken case depends on: the same law on its nearest neighbours.

in double precision, on the CPU, contiguous, one ulp away:   which of them still break?
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.program import Case
from harness.verdict import Verdict
from properties.laws.each_alone import each_alone
from properties.laws.law import Law


def neighbourhood(law: Law, backend: Backend, case: Case) -> dict[str, Verdict]:
    """The verdict on each neighbour that differs from the case, by what was changed; where memory matters, on each array in its memory alone."""
    verdicts = {name: _verdict(law, backend, neighbour) for name, neighbour in _neighbours(backend, case)}
    alone = list(each_alone(case)) if verdicts.get("contiguous") is Verdict.HOLDS else []
    return verdicts | {f"with {told} alone": _verdict(law, backend, neighbour) for told, neighbour in (alone if len(alone) > 1 else [])}


def isolates(verdicts: dict[str, Verdict]) -> str:
    """The table in words: which changes cure the case, and which do not."""
    cured = [name for name, verdict in verdicts.items() if verdict is Verdict.HOLDS]
    alike = [name for name, verdict in verdicts.items() if verdict is Verdict.BROKEN]
    parts = [f"holds {', '.join(cured)}"] if cured else []
    return "; ".join(parts + ([f"broken {', '.join(alike)} too"] if alike else []))


def _neighbours(backend: Backend, case: Case) -> Iterator[tuple[str, Case]]:
    precise = "complex128" if case.dtype.startswith("complex") else "float64"
    if case.dtype != precise and precise in backend.dtypes(case.device):
        yield f"in {precise}", msgspec.structs.replace(case, dtype=precise)
    if case.device != "cpu" and "cpu" in backend.devices():
        yield "on cpu", msgspec.structs.replace(case, device="cpu")
    if any(layout != "contiguous" for layout in case.layouts):
        yield "contiguous", msgspec.structs.replace(case, layouts=("contiguous",) * len(case.layouts))
    if case.dtype == precise:
        yield "one ulp away", msgspec.structs.replace(case, primals=_nudged(case))


def _nudged(case: Case) -> tuple[np.ndarray, ...]:
    """Every differentiated number one ulp up; a 0, which has no size of its own, by an ulp of its leaf's largest number, or of 1."""
    moved = list(case.primals)
    for i in case.differentiable:
        if moved[i].dtype.kind == "f":
            moved[i] = moved[i] + np.spacing(np.where(moved[i] != 0, np.abs(moved[i]), np.max(np.abs(moved[i]), initial=0.0) or 1.0))
    return tuple(moved)


def _verdict(law: Law, backend: Backend, case: Case) -> Verdict:
    try:
        result = law.check(backend, case)
    except Unsupported:
        return Verdict.UNSUPPORTED
    except Exception:  # a neighbour that cannot be evaluated says nothing about the case itself
        backend.reset()
        return Verdict.INCONCLUSIVE
    return Verdict.INCONCLUSIVE if result.vacuous and not result.comparisons else result.verdict  # 0 = 0 is right where the case itself is not
