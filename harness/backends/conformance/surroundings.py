"""What surrounds an adapter, watched while it works: random numbers, warnings, NumPy's and its library's settings, standard output.

after the block = before it, whoever changed what          `left`: per thing that was changed or printed to, the promise that this breaks
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

import numpy as np

from harness.backends.conformance.shortfall import Shortfall, changed
from harness.backends.protocol import Backend

STDOUT = "standard output"
_FILTERS = "the warnings filters"
_SHOWN = 60  # letters of what was printed
Left = dict[str, Shortfall]


@contextmanager
def surroundings_kept(left: Left) -> Iterator[None]:
    """The block's prints go nowhere, and what it changes of NumPy's settings and the warnings filters is undone.

    Filters that come with a module are the library's own: they are set once, when it is first loaded.
    """
    options, modules = np.get_printoptions(), len(sys.modules)
    with redirect_stdout(StringIO()) as printed, warnings.catch_warnings(), np.errstate():
        before = _settings_around()
        try:
            yield
        finally:
            if len(sys.modules) != modules:
                before[_FILTERS] = list(warnings.filters)
            if _compare(left, before, _settings_around()):
                np.set_printoptions(**options)
            if text := printed.getvalue():
                left.setdefault(STDOUT, _printed(text))


@contextmanager
def random_numbers_kept(left: Left) -> Iterator[None]:
    """The block leaves the random numbers of Python and NumPy where they were. Apart, since a look costs 0.1 ms: not each time, but each cell."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        if _compare(left, _comparable(python, numpy), _comparable(random.getstate(), np.random.get_state())):
            random.setstate(python)
            np.random.set_state(numpy)


@contextmanager
def settings_kept(backend: Backend, left: Left, due: Mapping[str, str] | None = None) -> Iterator[None]:
    """The block leaves the settings of the backend's library as they are `due`, by default as they were. It must not be meant to set them."""
    before = settings_of(backend) if due is None else due
    yield
    if _compare(left, before, settings_of(backend)):
        backend.reset()


def settings_of(backend: Backend) -> dict[str, str]:
    """What the library of `backend` has for settings, comparable."""
    return {f"{name} of its library": repr(value) for name, value in backend.settings().items()}


def _settings_around() -> dict[str, Any]:
    return {
        "NumPy's handling of floating-point errors (np.seterr)": np.geterr(),
        "NumPy's print options (np.set_printoptions)": np.get_printoptions(),
        _FILTERS: list(warnings.filters),
    }


def _comparable(python: object, numpy: Any) -> dict[str, Any]:
    kind, keys, *rest = numpy
    return {
        "the state of Python's random numbers": python,
        "the state of NumPy's random numbers": (kind, np.asarray(keys).tobytes(), *rest),
    }


def _compare(left: Left, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether anything is not as it was; `left` then knows."""
    found = [what for what in before if before[what] != after.get(what)]
    for what in found:
        left.setdefault(what, changed(what))
    return bool(found)


def _printed(text: str) -> Shortfall:
    remedy = "Drop the print, or write to stderr."
    return Shortfall("An adapter must not print: stdout may carry a protocol.", f"It printed {text[:_SHOWN]!r}.", remedy)
