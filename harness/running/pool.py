"""Cases drawn once and shown to every law: drawing costs as much as checking, and laws do not mind sharing.

pool(op, dtype, device, turn) = edge cases first (turn 0), then random ones, from a seed that the cell's law has no part in
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from hypothesis import strategies as st

from harness.backends import Backend
from harness.program import Case
from harness.program.layout import LAYOUTS
from harness.running.cells import PROGRAM, TAPE, Cell
from harness.running.native import is_native, native_pool
from harness.running.profiles import Profile
from harness.running.search import explore, seed_of
from harness.strategies import cases, edge_cases
from harness.strategies.forms import Forms

PER_FORM = 4  # cases that a form must serve in a round before a second one is compiled
KEPT = 4  # pools in memory: the cells of one op come one after another


@dataclass(frozen=True)
class Pool:
    """Cases, and how many draws led to none."""

    cases: tuple[Case, ...]
    rejected: int


def pool_of(cell: Cell, backend: Backend, profile: Profile, seed: int, turn: int) -> Pool:
    """The cases of a cell's op; their law is still open."""
    return _pool(backend, cell.backend, _subject(cell), cell.device, cell.dtype, profile, seed, turn)


def strategy(law: str, cell: Cell, backend: Backend, profile: Profile, seed: int, turn: int) -> st.SearchStrategy[Case]:
    """The random cases of a cell's op, for `law`, in round `turn` of a run with `seed`."""
    forms = _forms(backend, cell.backend, profile, seed, turn)
    return _strategy(law, backend, cell.backend, _subject(cell), cell.device, cell.dtype, profile, forms)


def round_seed(cell: Cell, seed: int, turn: int) -> int:
    """The seed of a round of draws: equal draws are equal cases, whatever the law."""
    return _seed(seed, cell.backend, _subject(cell), cell.device, cell.dtype, turn)


def _subject(cell: Cell) -> str | None:
    return None if cell.op in (PROGRAM, TAPE) else cell.op


@lru_cache(maxsize=KEPT)
def _pool(backend: Backend, name: str, op: str | None, device: str, dtype: str, profile: Profile, seed: int, turn: int) -> Pool:
    drawn = _Collector()
    start = _seed(seed, name, op, device, dtype, turn)
    if op is not None and is_native(op):
        return Pool(native_pool(backend, op, device, dtype, profile.edges + profile.examples, start), 0)
    if op is not None and turn == 0:
        edges = edge_cases("", op, backend=name, device=device, dtype=dtype, layouts=_layouts(backend), seed=start)
        drawn.cases += islice(edges, profile.edges)
    forms = _forms(backend, name, profile, seed, turn)
    explore(_strategy("", backend, name, op, device, dtype, profile, forms), drawn, examples=profile.examples, seed=start)
    return Pool(tuple(drawn.cases), drawn.begun - drawn.visited)


def _seed(run: int, name: str, op: str | None, device: str, dtype: str, turn: int) -> int:
    return seed_of(run, name, op, device, dtype, turn)


def _strategy(
    law: str, backend: Backend, name: str, op: str | None, device: str, dtype: str, profile: Profile, forms: Forms | None
) -> st.SearchStrategy[Case]:
    return cases(
        law,
        op,
        backend=name,
        device=device,
        dtype=dtype,
        layouts=_layouts(backend),
        offers=lambda other: backend.op(other) is not None,
        max_instructions=profile.max_instructions,
        forms=forms,
    )


def _forms(backend: Backend, name: str, profile: Profile, seed: int, turn: int) -> Forms | None:
    """The forms of a backend that compiles per shape; where a round is too short for several, one after another, round by round."""
    if not backend.shape_pool:
        return None
    return Forms(backend.shape_pool, seed_of(seed, name), turn if profile.examples < PER_FORM * backend.shape_pool else None)


def _layouts(backend: Backend) -> tuple[str, ...]:
    return tuple(LAYOUTS) if "layouts" in backend.capabilities else ("contiguous",)


class _Collector:
    """Keeps what it is shown."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.begun = self.visited = 0

    def begin(self) -> None:
        self.begun += 1

    def visit(self, case: Case) -> bool:
        self.visited += 1
        self.cases.append(case)
        return False
