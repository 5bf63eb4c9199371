"""What surrounds an adapter, watched while it works: random numbers, warnings, NumPy's and its library's settings, standard output.

after the block = before it, whoever changed what          `left`: per thing that was changed or printed to, the promise that this breaks
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import numpy as np

from harness.backends.conformance.shortfall import Shortfall, changed, raised
from harness.backends.protocol import Backend

STDOUT = "standard output"
SETTINGS = "the settings of its library"
_FILTERS = "the warnings filters"
_SHOWN = 60  # letters of what was printed
Left = dict[str, Shortfall]


@dataclass(frozen=True)
class Settings:
    """What is global in a library: as the backend told it, and `shown` comparably, since the values may be the library's own objects."""

    values: Mapping[str, Any]
    shown: Mapping[str, str]


class SettingsUntold(Exception):
    """The adapter's `settings()` raised; the text is the broken promise."""

    def __init__(self, error: Exception) -> None:
        self.shortfall = replace(raised(error), lasts=True)
        super().__init__(str(self.shortfall))


@contextmanager
def handling_kept() -> Iterator[None]:
    """What the block changes of the warnings filters and of NumPy's handling of floating-point errors is undone."""
    with warnings.catch_warnings(), np.errstate():
        yield


@contextmanager
def surroundings_kept(left: Left) -> Iterator[None]:
    """The block's prints go nowhere, and what it changes of NumPy's settings and the warnings filters is undone.

    Filters that come with a module are the library's own: they are set once, when it is first loaded.
    """
    options, modules = np.get_printoptions(), len(sys.modules)
    with redirect_stdout(StringIO()) as printed, handling_kept():
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
def settings_kept(backend: Backend, left: Left, due: Settings | None = None) -> Iterator[None]:
    """The block leaves the settings of the backend's library as they are `due`, by default as they were. It must not be meant to set them.

    Raises:
        SettingsUntold: the backend cannot tell them before the block. If it cannot afterwards, that is left.
    """
    before = due or settings_of(backend)
    try:
        yield
    finally:
        try:
            _restored(backend, before, left)
        except SettingsUntold as untold:
            left[SETTINGS] = untold.shortfall


def settings_of(backend: Backend) -> Settings:
    """What the library of `backend` has for settings.

    Raises:
        SettingsUntold: the adapter breaks its promise to tell them.
    """
    try:
        values = dict(backend.settings())
        return Settings(values, {f"{name} of its library": repr(value) for name, value in values.items()})
    except Exception as error:  # whatever an unfinished adapter raises
        raise SettingsUntold(error) from error


def _restored(backend: Backend, before: Settings, left: Left) -> None:
    """A second look says what the adapter did not bring back."""
    seen: Left = {}
    if _compare(seen, before.shown, settings_of(backend).shown):
        with suppress(Exception):  # then the second look tells of it
            backend.restore(before.values)
        after = settings_of(backend).shown
        lasting = {what for what in seen if before.shown[what] != after.get(what)}
        left |= {f"{what}, for good": changed(what, lasts=True) for what in lasting}
        left |= {what: shortfall for what, shortfall in seen.items() if what not in lasting}


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
