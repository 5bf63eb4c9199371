"""`autograd-harness list`: what there is, as tables."""

from __future__ import annotations

import click
from rich.table import Table

from harness.backends import BackendError, backend_names, load_backend
from harness.cli.console import console
from harness.ops.catalogue import catalogue
from properties.laws import laws


@click.command(name="list", epilog="Example: autograd-harness list laws")
@click.argument("what", type=click.Choice(["backends", "ops", "laws"]))
def command(what: str) -> None:
    """List backends, ops or laws."""
    console().print({"backends": backends_table, "ops": ops_table, "laws": laws_table}[what]())


def backends_table() -> Table:
    """The backends that need no module path, and whether they can be used here."""
    table = _table("backend", "version", "devices", "capabilities")
    for name in backend_names():
        try:
            backend = load_backend(name)
            table.add_row(name, backend.version, ", ".join(backend.devices()), ", ".join(sorted(backend.capabilities)))
        except BackendError as error:
            table.add_row(name, "-", "-", str(error))
    return table


def ops_table() -> Table:
    """The catalogue."""
    table = _table("op", "family", "operands", "complex", "source")
    for op in catalogue().values():
        operands = ", ".join(operand.name if operand.domain.name == "any x" else f"{operand.name} ({operand.domain.name})" for operand in op.operands)
        table.add_row(op.name, op.family, operands, "yes" if op.complex else "", op.source)
    return table


def laws_table() -> Table:
    """The laws."""
    table = _table("law", "family", "statement", "needs")
    for law in laws().values():
        table.add_row(law.name, law.family, law.statement, ", ".join(sorted(law.needs)))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
