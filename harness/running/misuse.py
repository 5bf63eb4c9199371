"""Requests that cannot be met, each told in one sentence with its remedy: `{argument} must be {requirement}; got {value!r}. {remedy}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import NoReturn

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smh]?)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class Misuse(Exception):
    """A request that cannot be met. The command line and the plugin end with exit code 4, pytest's usage error."""


class NothingSelected(Misuse):
    """Every name is known, and together they mean nothing. Exit code 5, pytest's own for no tests."""


def one_of(argument: str, value: str, known: Iterable[str]) -> str:
    """`value`, if it is one of `known`."""
    names = list(known)
    if value not in names:
        refuse(argument, f"one of {', '.join(names)}", value, close_names(value, names))
    return value


def matcher(argument: str, expression: str) -> Callable[[str], bool]:
    """Whether a whole name matches the regular `expression`; the empty expression matches all."""
    try:
        compiled = re.compile(expression or ".*")
    except re.error as error:
        refuse(argument, "a regular expression", expression, f"It is not one: {error}.")
    return lambda name: compiled.fullmatch(name) is not None


def seconds_in(argument: str, text: str) -> float:
    """The seconds in a duration: "90", "90s", "10m", "1.5h"."""
    found = _DURATION.fullmatch(text.strip())
    if not found or float(found[1]) <= 0:
        refuse(argument, "a positive duration", text, "Write it as 90s, 10m or 1.5h.")
    return float(found[1]) * _SECONDS[found[2]]


def part_in(argument: str, text: str) -> tuple[int, int]:
    """(I, N) of the shard "I/N"."""
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        refuse(argument, "I/N with 1 <= I <= N", text, "The second of four parts is 2/4.")
    return int(index), int(count)


def integer_in(argument: str, text: str) -> int:
    """The non-negative integer that `text` writes."""
    if not text.isdecimal():
        refuse(argument, "an integer that is not negative", text, "Copy the seed of the run that you want again, or leave it out.")
    return int(text)


def count_in(argument: str, text: str) -> int:
    """The positive integer that `text` writes."""
    if not text.isdecimal() or int(text) == 0:
        refuse(argument, "a positive integer", text, "Each is one more random point; leave it out for the default.")
    return int(text)


def close_names(value: str, known: Iterable[str]) -> str:
    """A remedy: the names that look like `value`; empty when none does."""
    close = get_close_matches(value, list(dict.fromkeys(known)), n=3)
    return f"Did you mean {' or '.join(close)}?" if close else ""


def refuse(argument: str, requirement: str, value: object, remedy: str) -> NoReturn:
    """Say so."""
    raise Misuse(f"{argument} must be {requirement}; got {value!r}. {remedy}".rstrip())
