"""`autograd-harness selftest`: put every known fault into a backend, and see whether the laws find it in this very configuration.

for each law, for each of law.faults: the law must be BROKEN on faulty:FAULT:NAME
"""

from __future__ import annotations

import secrets
import tempfile
from time import time

import click
from rich.console import Console
from rich.table import Table

from harness.backends import Backend
from harness.cli.told import told_plainly
from harness.running.cell import run_cell
from harness.running.cells import PROGRAM, TAPE, Cell, gap
from harness.running.journal import Journal, Run
from harness.running.misuse import integer_in
from harness.running.profiles import PROFILES, Profile
from harness.running.selection import backend_called, select_laws, select_ops
from properties.laws import Law

OPS = ("multiply", "exp", "sum", "matmul", PROGRAM)  # tried in turn until one shows the fault


@click.command(name="selftest", epilog="Example: autograd-harness selftest --law 'vjp-.*'\n\nExit codes: 0 every fault is found; 1 one is missed.")
@click.option("--backend", default="torch", show_default=True, metavar="NAME", help="The backend that the faults are put into.")
@click.option("--law", metavar="REGEX", default="", help="Laws whose whole name or family matches.")
@click.option("--device", metavar="DEVICE", help="[default: the backend's first]")
@click.option("--dtype", metavar="DTYPE", default="float64", show_default=True)
@click.option("--profile", type=click.Choice(list(PROFILES)), default="quick", show_default=True)
@click.option("--seed", metavar="N", help="[default: a fresh one]")
def command(backend: str, law: str, device: str | None, dtype: str, profile: str, seed: str | None) -> int:
    """See which injected faults this configuration finds: the negative control of every law."""
    console, missed = Console(highlight=False), []
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("law", "fault", "found", "on", "comparisons"):
        table.add_column(column)
    with told_plainly(), tempfile.TemporaryDirectory() as folder:
        started = integer_in("seed", seed) if seed else secrets.randbits(32)
        run = Run(folder, started, profile, "autograd-harness selftest", time(), database=f"{folder}/examples")
        for each in select_laws(law):
            for fault in each.faults:
                found = hunt(each, fault, backend, device, dtype, PROFILES[profile], run)
                table.add_row(each.name, fault, *found)
                missed += [f"{each.name} misses {fault}"] if found[0] == "MISSED" else []
    console.print(table)
    console.print(
        f"\n{table.row_count - len(missed)} of {table.row_count} faults found, seed {started}. {'; '.join(missed)}".rstrip(), soft_wrap=True
    )
    return 1 if missed else 0


def hunt(law: Law, fault: str, name: str, device: str | None, dtype: str, profile: Profile, run: Run) -> tuple[str, str, str]:
    """(found, the op that showed it, comparisons): a fault need not show on every op, but it must on one of several."""
    backend = backend_called(f"faulty:{fault}:{name}")
    compared, reason = 0, "no op of this backend"
    for cell in _cells(law, backend, device or backend.devices()[0], dtype):
        journal = Journal(run, "selftest")
        ended = run_cell(cell, backend, profile, journal).ended
        journal.close()
        compared += ended.counts.attempted
        if ended.verdict == "BROKEN":
            return "yes", cell.op, str(compared)
        reason = ended.reason
    return ("unsupported", reason, "0") if not compared else ("MISSED", reason, str(compared))


def _cells(law: Law, backend: Backend, device: str, dtype: str) -> list[Cell]:
    ops = [TAPE] if law.subject == "tape" else [op for op in OPS if op in select_ops("")]
    return [Cell(law.name, op, dtype, device, backend.name) for op in ops if not gap(backend, law, op, dtype, device)]
