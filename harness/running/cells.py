"""The plan of a run: every cell that was asked for, the ones that cannot run included, with their reason.

cells = devices x dtypes x ops x laws, per backend; the laws of one op come together, since they share its cases
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.backends import Backend
from harness.ops.catalogue import catalogue
from harness.running.native import is_native, native_gap
from harness.running.search import seed_of
from properties.laws import Law

PROGRAM = "program"
TAPE = "tape"


@dataclass(frozen=True)
class Cell:
    """A row of the record and a test item of pytest.

    `op` is an op of the catalogue, "program" for random programs, "tape" for sequences of actions, or, as "native:...", a subject that the backend's
    library itself describes (harness.running.native).
    `unsupported` says in a sentence why the cell cannot run; empty where it can.
    """

    law: str
    op: str
    dtype: str
    device: str
    backend: str
    unsupported: str = ""

    @property
    def id(self) -> str:
        return f"{self.law}/{self.op}/{self.dtype}/{self.device}/{self.backend}"


def plan(backend: Backend, name: str, *, laws: Sequence[Law], ops: Sequence[str], devices: Sequence[str], dtypes: Sequence[str]) -> list[Cell]:
    """The cells of the backend called `name`. `ops` are names of the catalogue, "program" and "tape"; a law takes those that it speaks of."""
    return [
        Cell(law.name, op, dtype, device, name, gap(backend, law, op, dtype, device))
        for device in devices
        for dtype in dtypes
        for op in ops
        for law in laws
        if law.speaks_of(op)
    ]


def blind_plan(name: str, *, laws: Sequence[Law], ops: Sequence[str], dtypes: Sequence[str]) -> list[Cell]:
    """The cells of a backend that cannot be asked what it has: what was wanted of it, on the CPU."""
    return [Cell(law.name, op, dtype, "cpu", name) for dtype in dtypes for op in ops for law in laws if law.speaks_of(op)]


def gap(backend: Backend, law: Law, op: str, dtype: str, device: str) -> str:
    """Why `law` cannot be run on `op`; empty when it can."""
    return next(_gaps(backend, law, op, dtype, device), "")


def _gaps(backend: Backend, law: Law, op: str, dtype: str, device: str) -> Iterator[str]:
    for capability in sorted(law.needs - backend.capabilities):
        yield f"backend {backend.name} does not offer {capability!r}."
    if dtype not in backend.dtypes(device):
        yield f"backend {backend.name} has no {dtype} on {device}."
    if dtype.startswith("complex") and "complex" not in backend.capabilities:
        yield f"backend {backend.name} does not offer 'complex'."
    if op == TAPE and law.features and "tape" in backend.capabilities:
        yield from (f"the tape of {backend.name} lacks the feature {name}." for name in sorted(law.features - backend.tape(device).features))
    if op in (PROGRAM, TAPE):
        return
    if is_native(op):
        yield native_gap(backend, op, dtype, device)
        return
    if dtype.startswith("complex") and not catalogue()[op].complex:
        yield f"the catalogue describes {op} for real numbers only."
    if not dtype.startswith("complex") and not catalogue()[op].real:
        yield f"the catalogue describes {op} for complex numbers only."
    if backend.op(op) is None:
        yield f"backend {backend.name} has no op {op!r}."


def spread(cells: Sequence[Cell], seed: int) -> list[Cell]:
    """The cells in an order of which every beginning is a sample: ops, dtypes and devices mixed by `seed`, the laws of one op still together."""
    return sorted(cells, key=lambda cell: seed_of(seed, cell.backend, cell.op, cell.device, cell.dtype))


def shard(cells: Sequence[Cell], index: int, count: int) -> list[Cell]:
    """Part `index` (from 1) of `count`: every cell is in exactly one part, and the parts are equally long to within one."""
    return list(cells[index - 1 :: count])
