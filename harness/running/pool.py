"""Cases drawn once and shown to every law: drawing costs as much as checking, and laws do not mind sharing.

pool(op, dtype, device, turn) = edge cases first (turn 0), then random ones, from a seed that the cell's law has no part in
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from hypothesis import strategies as st

from harness.backends import Backend
from harness.program import Case
from harness.program.layout import LAYOUTS
from harness.running.cells import PROGRAM, TAPE, Cell
from harness.running.native import is_native, native_pool
from harness.running.profiles import Profile
from harness.running.search import seed_of
from harness.strategies import cases, edge_cases, random_cases
from harness.strategies.choose import Choices
from harness.strategies.forms import Forms

PATIENCE = 10  # draws per case asked for
PER_FORM = 4  # cases that a form must serve in a round before a second one is compiled
KEPT = 4  # pools in memory: the cells of one op come one after another


@dataclass(frozen=True)
class Pool:
    """Cases, the choices that lead Hypothesis to each (None for those that it does not draw), and how many draws led to none."""

    cases: tuple[Case, ...]
    choices: tuple[Choices | None, ...]
    rejected: int = 0


def pool_of(cell: Cell, backend: Backend, profile: Profile, seed: int, turn: int) -> Pool:
    """The cases of a cell's op; their law is still open."""
    return _pool(backend, cell.backend, _subject(cell), cell.device, cell.dtype, profile, seed, turn)


def strategy(law: str, cell: Cell, backend: Backend, profile: Profile, seed: int, turn: int) -> st.SearchStrategy[Case]:
    """The random cases of a cell's op, for `law`, in round `turn` of a run with `seed`."""
    forms = _forms(backend, cell.backend, profile, seed, turn)
    return cases(law, _subject(cell), **_asked(backend, cell.backend, cell.device, cell.dtype, profile, forms))


def _subject(cell: Cell) -> str | None:
    return None if cell.op in (PROGRAM, TAPE) else cell.op


@lru_cache(maxsize=KEPT)
def _pool(backend: Backend, name: str, op: str | None, device: str, dtype: str, profile: Profile, seed: int, turn: int) -> Pool:
    start, known = seed_of(seed, name, op, device, dtype, turn), list[Case]()
    if op is not None and is_native(op):
        native = native_pool(backend, op, device, dtype, profile.edges + profile.examples, start)
        return Pool(native, (None,) * len(native))
    if op is not None and turn == 0:
        edges = edge_cases("", op, backend=name, device=device, dtype=dtype, layouts=_layouts(backend), seed=start)
        known += islice(edges, profile.edges)
    asked = _asked(backend, name, device, dtype, profile, _forms(backend, name, profile, seed, turn))
    drawn, rejected = _draw(random_cases("", op, seed=start, **asked), profile.examples)
    return Pool((*known, *(case for case, _ in drawn)), (*(None for _ in known), *(choices for _, choices in drawn)), rejected)


def _draw(source: Iterator[tuple[Case | None, Choices]], examples: int) -> tuple[list[tuple[Case, Choices]], int]:
    """The first `examples` cases, unless draw after draw leads to none; and how many led to none."""
    tried = list(islice(source, examples))
    while len(found := [(case, choices) for case, choices in tried if case is not None]) < examples and len(tried) < PATIENCE * examples:
        tried += islice(source, examples - len(found))
    return found, len(tried) - len(found)


def _asked(backend: Backend, name: str, device: str, dtype: str, profile: Profile, forms: Forms | None) -> dict[str, Any]:
    """What a strategy is asked for, beside law and op."""
    return {
        "backend": name,
        "device": device,
        "dtype": dtype,
        "layouts": _layouts(backend),
        "offers": lambda other: backend.op(other) is not None,
        "max_instructions": profile.max_instructions,
        "forms": forms,
    }


def _forms(backend: Backend, name: str, profile: Profile, seed: int, turn: int) -> Forms | None:
    """The forms of a backend that compiles per shape; where a round is too short for several, one after another, round by round."""
    if not backend.shape_pool:
        return None
    return Forms(backend.shape_pool, seed_of(seed, name), turn if profile.examples < PER_FORM * backend.shape_pool else None)


def _layouts(backend: Backend) -> tuple[str, ...]:
    return tuple(LAYOUTS) if "layouts" in backend.capabilities else ("contiguous",)
