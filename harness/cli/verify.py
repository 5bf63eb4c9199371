"""`autograd-harness verify`: the properties suite under pytest, with live progress, and everything that people read of it left in one folder.

verify --op sum --dtype float64    =    pytest --pyargs properties --autograd-op sum --autograd-dtype float64 -n N
"""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

import properties
from harness.cli.conclusion import print_conclusion
from harness.cli.progress import Progress
from harness.cli.told import told_plainly
from harness.plugin.options import OPTIONS, Option, flag
from harness.plugin.prepare import prepare
from harness.plugin.suite import COMMAND
from harness.running.folder import make_folder
from harness.running.misuse import refuse
from harness.running.profiles import PROFILES

EPILOG = """\b
Examples:
  autograd-harness verify                                     torch, every op and law, every device present
  autograd-harness verify --op "sum|prod" --dtype float64     two ops
  autograd-harness verify --law tape --device cuda            what backward() does, on the GPU
  autograd-harness verify --backend mypkg.adapter:Backend     your own implementation
  autograd-harness verify --profile ci --shard 1/4 --out run  a quarter of a larger run

\b
Exit codes: 0 all holds; 1 broken; 2 interrupted; 4 wrong usage; 5 nothing selected; 7 nothing broken, but insufficient evidence.
"""
MOST_WORKERS = 8  # each worker loads the framework, a few hundred megabytes
PER_CORE = 16  # workers that may be asked for: more take the memory and wait for each other
MOST_DEATHS = 100  # of workers: three ops may crash in all their laws, and what dies when it is loaded is not started for ever


@click.command(name="verify", epilog=EPILOG)
@click.option("--backend", multiple=True, metavar="NAME", help="torch, or package.module:Object. May be repeated. [default: torch]")
@click.option("--against", multiple=True, metavar="NAME", help="Compare values and gradients with this backend, too. May be repeated.")
@click.option("--device", multiple=True, metavar="DEVICE", help="cpu, cuda, cuda:1 ... May be repeated. [default: every device present]")
@click.option("--dtype", multiple=True, metavar="DTYPE", help="float64, float32 ... May be repeated. [default: the profile's]")
@click.option("--op", metavar="REGEX", help="Ops whose whole name matches; 'program' and 'tape' count as ops.")
@click.option("--law", metavar="REGEX", help="Laws whose whole name or family matches.")
@click.option("--profile", type=click.Choice(list(PROFILES)), help="How much evidence to ask for. [default: quick]")
@click.option("--max-time", metavar="TIME", help="Start no cell after 90s, 10m, 1h.")
@click.option("--seed", metavar="N", help="Seed of the run. [default: a fresh one, recorded]")
@click.option("-n", "workers", metavar="auto|N", default="auto", show_default=True, help="Worker processes; 0: none, in this process.")
@click.option("--shard", metavar="I/N", help="Run part I of N.")
@click.option("--out", metavar="DIR", help="Folder for record and report. [default: reports/out/TIME]")
@click.option("--again", metavar="RUN", help="Compare the counterexamples of this earlier run first; what holds now is fixed.")
@click.option("--baseline", metavar="FILE", help="Known findings, which do not fail the run.")
def command(workers: str, **asked: str | tuple[str, ...] | None) -> int:
    """Verify an autograd implementation: every law, on every op, dtype and device.

    Leaves record.ndjson, summary.json, report.html, junit.xml and a case file per finding in its folder, also when it is interrupted.
    """
    with told_plainly():
        count = worker_count(workers)
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers are the parallelism, and results do not depend on the number of cores
        prepared = prepare({option.name: _one_or_all(asked, option) for option in OPTIONS})
        arguments = [*_pytest_arguments(min(count, len(prepared.resolved.cells))), *_suite_arguments(asked)]
        if asked["out"]:
            make_folder(Path(str(asked["out"])))
    progress = Progress()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # other people's plugins have no business here
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ[COMMAND] = shlex.join(["autograd-harness", "verify", *_as_typed(workers, asked)])
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled CI job leaves as much behind as Ctrl-C
    with progress:
        code = int(pytest.main(arguments, plugins=[progress]))
    if progress.suite and progress.suite.ending:
        print_conclusion(progress.console, progress.suite.ending, code)
    return code


def worker_count(text: str) -> int:
    """How many workers "auto" or a number means here."""
    if text == "auto":
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return min(usable, MOST_WORKERS)
    most = PER_CORE * (os.cpu_count() or 1)
    if not text.isdecimal() or int(text) > most:
        refuse("-n", f"auto or a number of workers, {most} at most", text, "Leave it out for one worker per core.")
    return int(text)


def _pytest_arguments(workers: int) -> list[str]:
    """Pytest with our suite and nothing of the folder that it happens to run in."""
    home = str(Path(str(properties.__file__)).parent)
    plugins = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "-p", "xdist", "-p", "harness.pytest_plugin"]
    spread = ["-n", str(workers), "--dist", "worksteal", "--max-worker-restart", str(MOST_DEATHS)] if workers else []
    return ["--pyargs", "properties", "-c", os.devnull, "--rootdir", home, *plugins, *spread]


def _suite_arguments(asked: dict[str, str | tuple[str, ...] | None]) -> Iterator[str]:
    for option in OPTIONS:
        for value in _values(asked[option.name.replace("-", "_")]):
            yield f"{flag(option.name)}={value}"


def _as_typed(workers: str, asked: dict[str, str | tuple[str, ...] | None]) -> Iterator[str]:
    """The options again, a word each, for the record."""
    for option in OPTIONS:
        for value in _values(asked[option.name.replace("-", "_")]):
            yield from (f"--{option.name}", value)
    if workers != "auto":
        yield from ("-n", workers)


def _one_or_all(asked: dict[str, str | tuple[str, ...] | None], option: Option) -> Sequence[str]:
    """As harness.plugin.options.given has it: text, or all of them; empty where nothing was said."""
    return asked[option.name.replace("-", "_")] or (() if option.several else "")


def _values(given: str | tuple[str, ...] | None) -> Sequence[str]:
    return () if given is None else (given,) if isinstance(given, str) else given
