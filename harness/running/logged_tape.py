"""A tape that writes down what is done to it: deed by deed, in the tape's own verbs and, where it can say them, in the library's own lines.

Deed("v0 = apply('multiply', x0, x0)", line="v0 = x0 * x0", grads={"x0": None})
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from harness.backends import Backend
from harness.running.deed_words import Words
from harness.running.watch import ANSWERING, LOOKING
from harness.tape import Tape
from harness.tape.walking import Walking

SHOWN = 12  # entries of a gradient
PLAIN = bool | int | float | str | np.ndarray | np.generic


class Deed(NamedTuple):
    """What was done, and the exception that refused it; what a question was answered, else None; the gradients afterwards.

    `line` says it in the library's own words; None where that cannot be done. `opens` and `closes` are the two ends of a context.
    """

    told: str
    answer: Any
    grads: dict[str, Any]
    raised: str = ""
    line: str | None = None
    opens: bool = False
    closes: bool = False


class LoggedBackend:
    """A backend whose tapes write down what is done to them."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.tapes: list[list[Deed]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def tape(self, device: str) -> Any:
        self.tapes.append([])
        inner = self._inner.tape(device)
        return _LoggedTape(inner, self.tapes[-1], Words(self._inner, device, inner.writers))


class _LoggedWalking:
    """The part of a tape that walks from several outputs; its deeds are those of the tape."""

    def __init__(self, inner: Any, do: Callable[..., Any]) -> None:
        self._inner, self._do = inner, do

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        return (lambda *args, **options: self._do(f"walk_{name}", value, args, options)) if callable(value) else value


class _LoggedTape:
    """A tape; values get names in the order in which they appear, leaves x0, x1 ..., others v0, v1 ..."""

    def __init__(self, inner: Tape, deeds: list[Deed], words: Words) -> None:
        self._inner, self._deeds, self._words = inner, deeds, words
        self._beyond = False
        self._leaves: list[Any] = []
        self._values: list[Any] = []
        self._names: dict[int, str] = {}  # by identity: the lists keep every value alive

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if name == "part":
            return self._part
        if not callable(value) or name in LOOKING or name.startswith("_"):
            return value

        def told(*args: Any, **options: Any) -> Any:
            return self._do(name, value, args, options)

        return told

    def _part(self, kind: Any) -> Any:
        """Walks in full are written down too; what is done through any other part is not seen here, so that no line says it."""
        made = self._inner.part(kind)
        self._beyond = self._beyond or kind is not Walking
        return _LoggedWalking(made, self._do) if kind is Walking else made

    def _do(self, name: str, call: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        words = [self._spelled(each) for each in args] + [f"{key}={self._spelled(each)}" for key, each in options.items()]
        told = f"{name}({', '.join(words)})"
        sources = [self._source(each) for each in args], {key: self._source(each) for key, each in options.items()}
        line = None if self._beyond else self._words.line(name, *sources, options)
        try:
            made = call(*args, **options)
        except Exception as error:
            self._note(told, raised=type(error).__name__, line=line)
            raise
        if name in ANSWERING:
            self._note(told, made, line=line)
            return made
        if hasattr(made, "__enter__") and not hasattr(made, "shape"):
            return self._context(told, line, made)
        result = self._named(name, made)
        self._note(f"{result} = {told}" if result else told, line=f"{result} = {line}" if result and line else line)
        return made

    @contextmanager
    def _context(self, told: str, line: str | None, made: Any) -> Any:
        self._note(f"enter {told}", line=line, opens=True)
        try:
            with made as inside:
                yield inside
        finally:
            self._note(f"leave {told}", line=line, closes=True)

    def _named(self, verb: str, made: Any) -> str:
        """The new value's name, or those of several; empty where the deed made none."""
        if isinstance(made, tuple | list) and made and not any(isinstance(each, PLAIN) or callable(each) for each in made):
            names = ["_" if each is None else self._named(verb, each) for each in made]
            return f"({names[0]},)" if len(names) == 1 else ", ".join(names)
        if made is None or isinstance(made, PLAIN | tuple | list | dict) or callable(made):
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

    def _source(self, value: Any) -> str | None:
        """The value as source; None for one that has no name here."""
        if id(value) in self._names:
            return self._names[id(value)]
        if isinstance(value, np.ndarray | np.generic):
            return self._words.array(np.asarray(value))
        if isinstance(value, tuple | list):
            parts = [self._source(each) for each in value]
            return None if None in parts else f"[{', '.join(map(str, parts))}]"
        return repr(value) if isinstance(value, bool | int | float | str | type(None)) else None

    def _note(self, told: str, answer: Any = None, **more: Any) -> None:
        grads = {f"x{k}": self._gradient(leaf) for k, leaf in enumerate(self._leaves)}
        self._deeds.append(Deed(" ".join(told.split()), answer, grads, **more))

    def _gradient(self, leaf: Any) -> Any:
        try:
            seen = self._inner.grad(leaf)
        except Exception as error:
            return f"{type(error).__name__}"
        return None if seen is None else np.ravel(np.asarray(seen))[:SHOWN].tolist()
