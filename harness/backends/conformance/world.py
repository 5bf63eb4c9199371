"""What an adapter does to the rest of the process: nothing.

state of NumPy, warnings, random numbers before = after          and nothing is printed
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from harness.backends.conformance.derivatives import KNOWN
from harness.backends.conformance.shortfall import Shortfall, differs, exception_of
from harness.backends.conformance.surroundings import Left, SettingsUntold, random_numbers_kept, settings_kept, settings_of, surroundings_kept
from harness.backends.protocol import Arrays, Backend


class _Planted(Exception):
    """What the function under differentiation raises, on purpose."""


def world_shortfalls(backend: Backend) -> Iterator[Shortfall]:
    """Exceptions pass and leave nothing behind; the process's state is the user's. To be asked before anything else is differentiated."""
    left: Left = {}
    try:
        due = settings_of(backend)
    except SettingsUntold as untold:
        yield untold.shortfall
        return
    yield from _exceptions(backend)
    with _marked(), surroundings_kept(left), random_numbers_kept(left), settings_kept(backend, left, due):
        _exercise(backend)
    yield from left.values()


def _exceptions(backend: Backend) -> Iterator[Shortfall]:
    """In the function: they must come out, and derivatives must be right afterwards."""
    error = exception_of(lambda: _vjp(backend, _raise))
    if not isinstance(error, _Planted):
        seen = f"{type(error).__name__} came out" if error else "nothing came out"
        why = f"The function raised, and {seen}."
        yield Shortfall("An exception of the function must pass through `vjp` as it is.", why, "Do not catch it, or raise it again.")
    backend.reset()
    if why := differs(backend, _vjp(backend, None)[1], KNOWN[0].gradients):
        remedy = "Leave modes and tapes in `finally`, or undo them in `reset`."
        yield Shortfall("After an exception and `reset()`, `vjp` must work as before.", f"For f = {KNOWN[0].name}, {why}.", remedy)


def _exercise(backend: Backend) -> None:
    _vjp(backend, None)
    exception_of(lambda: _vjp(backend, _raise))
    backend.reset()


def _vjp(backend: Backend, function: Any) -> tuple[Arrays, Arrays]:
    known, device = KNOWN[0], backend.devices()[0]
    dtype = backend.dtypes(device)[0]
    primals, cotangents = (tuple(backend.array(x, dtype=dtype, device=device) for x in each) for each in (known.primals, known.cotangents))
    return backend.vjp(function or known.build(backend.op("multiply")), primals, cotangents)  # type: ignore[arg-type]


def _raise(*primals: Any) -> Arrays:
    raise _Planted("raised on purpose by the conformance check")


@contextmanager
def _marked() -> Iterator[None]:
    """The process in a state that nobody chooses, so that one who sets what he has set before is seen too."""
    python, numpy = random.getstate(), np.random.get_state()
    digits = np.get_printoptions()["precision"] + 1
    with warnings.catch_warnings(), np.errstate(all="call", call=lambda kind, flag: None), np.printoptions(precision=digits):
        warnings.filterwarnings("ignore", message="a filter of the conformance check")
        random.seed("conformance check")
        np.random.seed(list(b"conformance check"))
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)
