"""The laws by name: ours, one family a module, and those that installed packages add (entry points `autograd_harness.laws`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from properties.laws import tape
from properties.laws.differential import PREFIX, differential_law
from properties.laws.law import Law

FAMILIES = (
    "oracle_laws",
    "digits",
    "linearity",
    "form",
    "sameness",
    "alone",
    "calls_apart",
    "second_order",
    "third_order",
    "batching",
    "influence",
    "masked_out",
    "relations",
    "products",
    "answers",
    *(f"tape.{family}" for family in tape.FAMILIES),
)


@cache
def laws() -> Mapping[str, Law]:
    """Every law by name, in the order of the families.

    Raises:
        ValueError: two laws share a name.
    """
    found: dict[str, Law] = {}
    for law in _all_laws():
        if law.name in found:
            raise ValueError(f"two laws are called {law.name!r}; rename the one that an entry point of autograd_harness.laws adds.")
        found[law.name] = law
    return MappingProxyType(found)


def lookup_law(name: str) -> Law:
    """The law called `name`; `agrees-with-NAME` compares with the backend NAME.

    Raises:
        LookupError: no such law; the message offers close names.
    """
    if name.startswith(PREFIX):
        return differential_law(name.removeprefix(PREFIX))
    try:
        return laws()[name]
    except KeyError:
        close = get_close_matches(name, laws(), n=3)
        hint = f"Did you mean {', '.join(close)}?" if close else "See them with: autograd-harness list laws."
        raise LookupError(f"no law is called {name!r}. {hint}") from None


def _all_laws() -> Iterator[Law]:
    for family in FAMILIES:
        yield from import_module(f"properties.laws.{family}").LAWS
    for entry in entry_points(group="autograd_harness.laws"):
        yield from entry.load()


__all__ = ["Law", "laws", "lookup_law"]
