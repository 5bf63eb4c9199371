"""A backend under observation: how long it takes, and in which order things are done to its tapes.

seconds in generation + backend + oracle + bookkeeping = seconds of the cell          "backward > apply": how often one deed followed the other
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any, cast

from harness.backends import Backend
from harness.tape import Tape

PARTS = ("generation", "backend", "oracle", "bookkeeping")
_TIMED = frozenset({"array", "numpy", "vjp", "jvp", "nested_jvp", "third", "batched_vjp", "batched_jvp", "call", "sharing"})
ANSWERING = frozenset({"requires_grad", "is_recording", "is_leaf", "has_history", "retains_grad", "version"})  # a tape is asked a question
LOOKING = frozenset({"grad", "value", "slot", "memory", "device", "refusal", "features", "part"})  # it is looked at: nothing is done to it
_OFFERS_CALLS = frozenset({"op", "reverse_routes", "forward_routes", "hvps", "tape"})
_COMPILES = frozenset({"compiled"})  # what a part of a tape returns to be called


class TooLong(BaseException):
    """The time of a comparison is over. No Exception: what a function raises outside its domain is an answer, and caught by who asks."""


class Clock:
    """Seconds by part. Parts nest: time belongs to the innermost one. From `until` on the backend is not called any more."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)
        self._part = "bookkeeping"
        self._since = perf_counter()
        self.pairs: Counter[str] = Counter()
        self._deed = ""
        self.until = math.inf

    def on(self, deed: str) -> None:
        """Something is done to a tape; "" for a new tape, which nothing was done to."""
        if deed and self._deed:
            self.pairs[f"{self._deed} > {deed}"] += 1
        self._deed = deed

    def enter(self, part: str) -> str:
        """From now on time belongs to `part`; returns the part before it."""
        now, before = perf_counter(), self._part
        self.seconds[before] += now - self._since
        self._since, self._part = now, part
        return before

    @property
    def late(self) -> bool:
        """Whether `until` had passed when a part was last entered."""
        return self._since > self.until

    @contextmanager
    def during(self, part: str) -> Iterator[None]:
        """The time of the block belongs to `part`."""
        before = self.enter(part)
        try:
            yield
        finally:
            self.enter(before)


def watched(backend: Backend, clock: Clock) -> Backend:
    """`backend`, every call that computes something timed as "backend"; the same in everything else."""
    return cast(Backend, _Watched(backend, clock))


class _Watched:
    """Looks like `inner`; an attribute is wrapped when it is first asked for."""

    def __init__(self, inner: Any, clock: Clock, part: bool = False) -> None:
        self._inner, self._clock, self._part = inner, clock, part

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if name in _OFFERS_CALLS or (self._part and name in _COMPILES):
            value = self._offering(value)
        elif name == "part":
            value = self._parted(value)
        elif name in _TIMED:
            value = self._timed(value)
        elif callable(value) and (self._part or isinstance(self._inner, Tape)):
            value = self._timed(value, "" if self._part or name in LOOKING | ANSWERING else name)
        setattr(self, name, value)
        return value

    def _timed(self, call: Callable[..., Any], deed: str = "") -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            if deed:
                self._clock.on(deed)
            before = self._clock.enter("backend")
            try:
                if self._clock.late:
                    raise TooLong
                return call(*args, **kwargs)
            finally:
                self._clock.enter(before)

        return timed

    def _parted(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        """A method that returns a part of a tape, whose calls are the backend's like the tape's own."""
        return lambda kind: _Watched(ask(kind), self._clock, part=True)

    def _offering(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        """A method that returns calls: they are wrapped, not the asking."""

        def asked(*key: Any, **named: Any) -> Any:
            offered = ask(*key, **named)
            if isinstance(offered, Tape):
                self._clock.on("")
                return _Watched(offered, self._clock)
            if isinstance(offered, Mapping):
                return {name: self._timed(call) for name, call in offered.items()}
            return offered and self._timed(offered)

        return asked
