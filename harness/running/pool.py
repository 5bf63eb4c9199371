"""Cases drawn once and shown to every law: drawing costs as much as checking, and laws do not mind sharing.

pool(op, dtype, device, turn) = edge cases first (turn 0), then random ones, from a seed that the cell's law has no part in; each is drawn when a law
comes so far
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple

from hypothesis import strategies as st

from harness.backends import Backend
from harness.program import Case
from harness.program.layout import LAYOUTS
from harness.running.cells import PROGRAM, TAPE, Cell
from harness.running.native import is_native, native_cases
from harness.running.profiles import Profile
from harness.running.search import seed_of
from harness.strategies import cases, edge_cases, random_cases
from harness.strategies.choose import Choices
from harness.strategies.forms import Forms

PATIENCE = 10  # draws per case asked for
PER_FORM = 4  # cases that a form must serve in a round before a second one is compiled
KEPT = 4  # pools in memory: the cells of one op come one after another


class Draw(NamedTuple):
    """A case, None where the draw led to none, and the choices that lead Hypothesis to it, None where it does not draw such."""

    case: Case | None
    choices: Choices | None = None


class Pool(Iterable[Draw]):
    """Draws that are made when first asked for, and kept: whoever iterates sees the same ones, and a law with little time pays for few."""

    def __init__(self, draw: Callable[[], Iterator[Draw]]) -> None:
        self._draw = draw
        self._begin()

    def _begin(self) -> None:
        self._made, self._more = list[Draw](), self._draw()

    def __iter__(self) -> Iterator[Draw]:
        seen = 0
        while seen < len(self._made) or self._goes_on():
            yield self._made[seen]
            seen += 1

    def _goes_on(self) -> bool:
        """Whether there is one more draw, which is made."""
        try:
            more = list(islice(self._more, 1))
        except BaseException:  # a generator that raised is over: the next law would take what is made for all there is
            self._begin()
            raise
        self._made += more
        return bool(more)

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases."""
        return tuple(case for case, _ in self if case is not None)


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
    return Pool(partial(_draws, backend, name, op, device, dtype, profile, seed, turn))


def _draws(backend: Backend, name: str, op: str | None, device: str, dtype: str, profile: Profile, seed: int, turn: int) -> Iterator[Draw]:
    start = seed_of(seed, name, op, device, dtype, turn)
    if op is not None and is_native(op):
        yield from map(Draw, islice(native_cases(backend, op, device, dtype, start), profile.edges + profile.examples))
        return
    if op is not None and turn == 0:
        edges = edge_cases("", op, backend=name, device=device, dtype=dtype, layouts=_layouts(backend), seed=start)
        yield from map(Draw, islice(edges, profile.edges))
    asked = _asked(backend, name, device, dtype, profile, _forms(backend, name, profile, seed, turn))
    yield from _patiently(random_cases("", op, seed=start, **asked), profile.examples)


def _patiently(source: Iterator[tuple[Case | None, Choices]], examples: int) -> Iterator[Draw]:
    """Draws up to the first `examples` cases, unless draw after draw leads to none."""
    found = 0
    for case, choices in islice(source, PATIENCE * examples):
        yield Draw(case, choices)
        found += case is not None
        if found == examples:
            return


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
