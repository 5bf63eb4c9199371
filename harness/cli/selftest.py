"""`autograd-harness selftest`: put every known fault into a backend, and see whether the laws find it in this very configuration.

for each law, for each of law.faults: the law must be BROKEN on faulty:FAULT:NAME
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from time import time

import click
from rich.table import Table

from harness.backends import Backend
from harness.cli.console import console
from harness.cli.told import told_plainly
from harness.record import Fault, write_merged
from harness.record.reader import FILE_NAME
from harness.running.cell import run_cell
from harness.running.cells import PROGRAM, TAPE, Cell, gap
from harness.running.journal import WORKERS, Journal, Run
from harness.running.misuse import integer_in
from harness.running.profiles import PROFILES, Profile
from harness.running.selection import select_laws, select_ops
from harness.running.usable import backend_called
from properties.laws import Law

FOUND, MISSED, UNSUPPORTED = "yes", "MISSED", "unsupported"
OPS = ("multiply", "exp", "sum", "matmul", PROGRAM)  # tried in turn until one shows the fault


@click.command(name="selftest", epilog="Example: autograd-harness selftest --law 'vjp-.*'\n\nExit codes: 0 every fault is found; 1 one is missed.")
@click.option("--backend", default="torch", show_default=True, metavar="NAME", help="The backend that the faults are put into.")
@click.option("--law", metavar="REGEX", default="", help="Laws whose whole name or family matches.")
@click.option("--device", metavar="DEVICE", help="[default: the backend's first]")
@click.option("--dtype", metavar="DTYPE", default="float64", show_default=True)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="quick", show_default=True)
@click.option("--seed", metavar="N", help="[default: a fresh one]")
@click.option("--out", "record", metavar="DIR", type=click.Path(path_type=Path), help="Also write what was found to a record, for the page.")
def command(backend: str, law: str, device: str | None, dtype: str, profile: str, seed: str | None, record: Path | None) -> int:
    """See which injected faults this configuration finds: the negative control of every law."""
    out, hunts = console(), list[tuple[str, str, str, str, str]]()
    with told_plainly(), tempfile.TemporaryDirectory() as folder:
        started = integer_in("seed", seed) if seed else secrets.randbits(32)
        run = Run(folder, started, profile, "autograd-harness selftest", time(), database=f"{folder}/examples")
        for each in select_laws(law):
            hunts += [(each.name, fault, *hunt(each, fault, backend, device, dtype, PROFILES[profile], run)) for fault in each.faults]
    out.print(_table(hunts))
    found, tried = sum(row[2] == FOUND for row in hunts), sum(row[2] != UNSUPPORTED for row in hunts)
    if record:
        with told_plainly():
            _keep(record, replace(run, folder=str(record)), backend, device or "", dtype, hunts)
    missed = "; ".join(f"{row[0]} misses {row[1]}" for row in hunts if row[2] == MISSED)
    untried = f" {len(hunts) - tried} could not be tried." if tried < len(hunts) else ""
    out.print(f"\n{found} of {tried} faults found, seed {started}.{untried} {missed}".rstrip(), soft_wrap=True)
    return 1 if missed else 0


def _keep(folder: Path, run: Run, backend: str, device: str, dtype: str, hunts: Sequence[tuple[str, str, str, str, str]]) -> None:
    """The hunts as a record of their own; `report` joins it to that of a run."""
    journal = Journal(run, "main")
    journal.begin({backend: backend_called(backend)})
    for law, fault, found, tries, where in hunts:
        told = {"op": where} if found == FOUND else {"reason": where}
        journal.write(Fault(law=law, fault=fault, found=found, comparisons=int(tries), backend=backend, device=device, dtype=dtype, **told))
    journal.end(0)
    write_merged([run.record_of("main")], folder / FILE_NAME)
    rmtree(folder / WORKERS)


def _table(hunts: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("law", "fault", "found", "tries"):
        table.add_column(column, no_wrap=True)
    table.add_column("on, or why not", overflow="fold")
    for row in hunts:
        table.add_row(*row)
    return table


def hunt(law: Law, fault: str, name: str, device: str | None, dtype: str, profile: Profile, run: Run) -> tuple[str, str, str]:
    """(found, comparisons, the op that showed it, or why none did): a fault need not show on every op, but it must on one of several."""
    backend = backend_called(f"faulty:{fault}:{name}")
    compared, reason = 0, "no op of this backend"
    for cell in _cells(law, backend, device or backend.devices()[0], dtype):
        journal = Journal(run, "selftest")
        ended = run_cell(cell, backend, profile, journal).ended
        journal.close()
        compared += ended.counts.attempted
        if ended.verdict == "BROKEN":
            return FOUND, str(compared), cell.op
        reason = ended.reason
    return (UNSUPPORTED, "0", reason) if not compared else (MISSED, str(compared), reason)


def _cells(law: Law, backend: Backend, device: str, dtype: str) -> list[Cell]:
    ops = [TAPE] if law.subject == "tape" else [op for op in OPS if op in select_ops("")]
    return [Cell(law.name, op, dtype, device, backend.name) for op in ops if not gap(backend, law, op, dtype, device)]
