"""What a law did to a tape, deed by deed, and what every leaf's gradient was after each: on the tape under test, and on our own.

rows = [{deed, seen, expected, answer, expected_answer}, ...]        seen: {"x0": [...]} or None before the first gradient

A law may try many tapes; told is the first on which the two differ, or the first of all.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, NamedTuple, cast

import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.registry import load_backend
from harness.program import Case
from harness.running.watch import ANSWERING, LOOKING
from harness.tape import Tape
from properties.laws import Law

MOST = 40  # deeds told; of a longer law the first and the last
SHOWN = 12  # entries of a gradient


class Deed(NamedTuple):
    """What was done; what the question was answered, None for what was no question; the gradients afterwards."""

    told: str
    answer: Any
    grads: dict[str, Any]


def timeline(law: Law, backend: Backend, case: Case) -> list[dict[str, Any]]:
    """The deeds of `law` on `case`, with the gradients seen and those of the reference tape; empty where no tape is touched."""
    if "tape" not in law.needs:
        return []
    seen = _deeds(law, backend, case)
    due = _deeds(law, load_backend("reference"), case) if case.device == "cpu" else []
    tapes = [(tape, due[k] if k < len(due) else []) for k, tape in enumerate(seen) if tape]
    if not tapes:
        return []
    rows = _side_by_side(*next((pair for pair in tapes if _differ(*pair)), tapes[0]))
    return rows if len(rows) <= MOST else [*rows[: MOST // 2], {"deed": f"... {len(rows) - MOST:,} more"}, *rows[-MOST // 2 :]]


def _differ(seen: list[Deed], due: list[Deed]) -> bool:
    return any(row.get("expected", row["seen"]) != row["seen"] or row.get("expected_answer") != row.get("answer") for row in _side_by_side(seen, due))


def _side_by_side(seen: list[Deed], due: list[Deed]) -> list[dict[str, Any]]:
    """A row per deed; what was expected as long as both did the same."""
    rows, together = [], True
    for deed, other in zip_longest(seen, due[: len(seen)]):
        together = together and other is not None and other.told == deed.told
        row = {"deed": deed.told, "seen": deed.grads} | ({"expected": other.grads} if together else {})
        if deed.answer is not None:
            row |= {"answer": deed.answer, "expected_answer": other.answer if together else deed.answer}
        rows.append(row)
    return rows


def _deeds(law: Law, backend: Backend, case: Case) -> list[list[Deed]]:
    """The deeds by tape."""
    logging = _Logging(backend)
    try:
        law.check(cast(Backend, logging), case)
    except Unsupported:
        return []
    except Exception as error:
        logging.tapes.append([Deed(f"raises {type(error).__name__}: {error}", None, {})])
    finally:
        backend.reset()
    return logging.tapes


class _Logging:
    """A backend whose tapes write down what is done to them."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.tapes: list[list[Deed]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def tape(self, device: str) -> Any:
        self.tapes.append([])
        return _LoggedTape(self._inner.tape(device), self.tapes[-1])


class _LoggedTape:
    """A tape; values get names in the order in which they appear, leaves x0, x1 ..., others v0, v1 ..."""

    def __init__(self, inner: Tape, deeds: list[Deed]) -> None:
        self._inner, self._deeds = inner, deeds
        self._leaves: list[Any] = []
        self._values: list[Any] = []
        self._names: dict[int, str] = {}  # by identity: the lists keep every value alive

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value) or name in LOOKING or name.startswith("_"):
            return value

        def told(*args: Any, **options: Any) -> Any:
            return self._do(name, value, args, options)

        return told

    def _do(self, name: str, call: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        words = [self._spelled(each) for each in args] + [f"{key}={self._spelled(each)}" for key, each in options.items()]
        told = f"{name}({', '.join(words)})"
        try:
            made = call(*args, **options)
        except Exception as error:
            self._note(f"{told} raises {type(error).__name__}")
            raise
        if name in ANSWERING:
            self._note(told, made)
            return made
        if hasattr(made, "__enter__") and not hasattr(made, "shape"):
            return self._context(told, made)
        result = self._named(name, made)
        self._note(f"{result} = {told}" if result else told)
        return made

    @contextmanager
    def _context(self, told: str, made: Any) -> Any:
        self._note(f"enter {told}")
        try:
            with made as inside:
                yield inside
        finally:
            self._note(f"leave {told}")

    def _named(self, verb: str, made: Any) -> str:
        """The new value's name; empty where the deed made none."""
        if made is None or isinstance(made, bool | int | float | str | np.ndarray | tuple | list | dict) or callable(made):
            return ""
        group, letter = (self._leaves, "x") if verb == "leaf" else (self._values, "v")
        if id(made) not in self._names:
            self._names[id(made)] = f"{letter}{len(group)}"
            group.append(made)
        return self._names[id(made)]

    def _spelled(self, value: Any) -> str:
        if id(value) in self._names:
            return self._names[id(value)]
        if isinstance(value, np.ndarray):
            return f"{value.dtype}{list(value.shape)}" if value.size > SHOWN else str(np.array2string(value, precision=6, separator=", "))
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(self._spelled, value))}]"
        return repr(value) if isinstance(value, bool | int | float | str | type(None)) else type(value).__name__

    def _note(self, told: str, answer: Any = None) -> None:
        self._deeds.append(Deed(" ".join(told.split()), answer, {f"x{k}": self._gradient(leaf) for k, leaf in enumerate(self._leaves)}))

    def _gradient(self, leaf: Any) -> Any:
        try:
            seen = self._inner.grad(leaf)
        except Exception as error:
            return f"{type(error).__name__}"
        return None if seen is None else np.ravel(np.asarray(seen))[:SHOWN].tolist()
