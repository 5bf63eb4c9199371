"""The plugin's options: one table for the command line of pytest and for ini files. Standard library only, since every pytest run loads it.

--autograd-NAME on the command line, else autograd_NAME in the ini file, else the default
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest


class Option(NamedTuple):
    """`several`: may be given more than once; a line each in an ini file."""

    name: str
    metavar: str
    help: str
    several: bool = False


OPTIONS = (
    Option("backend", "NAME", "autograd implementation to verify: torch, or package.module:Object (default: torch)", several=True),
    Option("device", "DEVICE", "device to verify on, such as cpu, cuda, cuda:1 (default: every device present)", several=True),
    Option("dtype", "DTYPE", "dtype to verify, such as float64 (default: those of the profile)", several=True),
    Option("against", "NAME", "compare values and gradients with this backend, too", several=True),
    Option("op", "REGEX", "verify the ops whose whole name matches; 'program' and 'tape' are ops here"),
    Option("law", "REGEX", "verify the laws whose whole name or family matches"),
    Option("profile", "NAME", "quick, ci or nightly: how much evidence to ask for (default: quick)"),
    Option("seed", "N", "seed of the run (default: a fresh one, which the record keeps)"),
    Option("max-time", "TIME", "start no cell after this long: 90s, 10m, 1h (default: no limit)"),
    Option("out", "DIR", "folder for the record and the report (default: reports/out/TIME)"),
    Option("baseline", "FILE", "known findings, which do not fail the run"),
    Option("again", "RUN", "compare the counterexamples of this earlier run first: its record, or its folder"),
    Option("shard", "I/N", "run part I of N"),
)


def flag(name: str) -> str:
    """The option on pytest's command line."""
    return f"--autograd-{name}"


def add_options(parser: pytest.Parser) -> None:
    """Declare every option and ini key."""
    group = parser.getgroup("autograd", "autograd-harness: is this autograd right?")
    for option in OPTIONS:
        name, several = _dest(option.name), option.several
        group.addoption(flag(option.name), action="append" if several else "store", metavar=option.metavar, dest=name, default=None, help=option.help)
        if several:
            parser.addini(name, option.help, type="linelist", default=[])
        else:
            parser.addini(name, option.help, type="string", default="")


def given(config: pytest.Config) -> dict[str, Any]:
    """What was asked for, by the options' names: text, or a list of texts; empty where nothing was said."""
    return {option.name: config.getoption(_dest(option.name)) or config.getini(_dest(option.name)) for option in OPTIONS}


def _dest(name: str) -> str:
    return f"autograd_{name.replace('-', '_')}"
