"""`autograd-harness doctor`: what is installed, which devices there are, what an adapter gets wrong, and what would be skipped and why."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import PackageNotFoundError, version

import click
from rich.console import Console
from rich.table import Table

from harness.backends import Backend, BackendError, backend_names, load_backend
from harness.backends.conformance import conformance
from harness.cli.console import counted, plain_console
from harness.cli.told import told_plainly
from harness.running.journal import environment
from harness.running.profiles import PROFILES
from harness.running.selection import Selection, resolve
from harness.running.trial import USING, ended, is_own

PACKAGES = ("autograd-harness", "numpy", "scipy", "hypothesis", "pytest", "pytest-xdist", "click", "rich", "jinja2", "msgspec")
REASONS = 12  # gaps listed, the most frequent first
_NO_OP = re.compile(r"has no op '.*'\.")


EPILOG = """\b
Example: autograd-harness doctor --backend mypkg.adapter:Backend

\b
Exit codes: 0 every backend keeps the promises of its adapter; 1 one does not; 4 no backend can be used.
"""


@click.command(name="doctor", epilog=EPILOG)
@click.option("--backend", "names", multiple=True, metavar="NAME", help="Backends to look at. [default: those that are known]")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="quick", show_default=True, help="The run whose gaps are told.")
def command(names: tuple[str, ...], profile: str) -> int:
    """Say what is installed, which devices there are, what an adapter gets wrong, and what a run would skip and why."""
    console = plain_console()
    console.print(_rows({**environment(), **{package: _version(package) for package in PACKAGES}}))
    dying = {name for name in names if is_own(name) and _tell_end(console, name)}
    usable = {name: backend for name in names or backend_names() if name not in dying and (backend := _told_backend(console, name))}
    conforming = [_tell_conformance(console, name, backend) for name, backend in usable.items()]
    for name in (name for name, keeps in zip(usable, conforming, strict=True) if keeps):
        with told_plainly():
            _tell_gaps(console, name, profile)
    if not usable and not dying:
        raise click.ClickException(
            "no backend can be used here. Install one: pip install 'autograd-harness[torch]'; or write an adapter (docs/reference/adapter.md)."
        )
    return 0 if all(conforming) and not dying else 1


def _tell_end(console: Console, name: str) -> bool:
    how = ended(name, USING)
    if how:
        console.print(f"\nthe adapter of {name} breaks 1 of its promises, so that nothing else can be asked", markup=False)
        told = f"An adapter must outlive each call. Its process {how}. Raise an exception where something is wrong, and always come back."
        console.print(f"  - {told}", markup=False, soft_wrap=True)
    return bool(how)


def _told_backend(console: Console, name: str) -> Backend | None:
    try:
        backend = load_backend(name)
    except BackendError as error:
        console.print(f"\nbackend {name}: not usable. {error}", markup=False, soft_wrap=True)
        return None
    console.print(f"\nbackend {name} {backend.version}", markup=False)
    dtypes = {device: ", ".join(backend.dtypes(device)) for device in backend.devices()}
    console.print(_rows({"capabilities": ", ".join(sorted(backend.capabilities)) or "none beyond vjp", **dtypes}))
    return backend


def _tell_conformance(console: Console, name: str, backend: Backend) -> bool:
    shortfalls = conformance(backend)
    told = "keeps every promise" if not shortfalls else f"breaks {len(shortfalls)} of its promises"
    console.print(f"\nthe adapter of {name} {told}", markup=False)
    for shortfall in shortfalls:
        console.print(f"  - {shortfall}", markup=False, soft_wrap=True)
    return not shortfalls


def _tell_gaps(console: Console, name: str, profile: str) -> None:
    cells = resolve(Selection(backends=(name,), profile=profile)).cells
    gaps = Counter(_NO_OP.sub("has no op of that name.", cell.unsupported) for cell in cells if cell.unsupported)
    console.print(f"\nverify --backend {name} --profile {profile}: {len(cells):,} cells, {gaps.total():,} of them unsupported", markup=False)
    for reason, count in gaps.most_common(REASONS):
        console.print(f"  {count:6,}  {reason}", markup=False, soft_wrap=True)
    if len(gaps) > REASONS:
        console.print(f"          and {counted(len(gaps) - REASONS, 'further reason')}")


def _rows(rows: dict[str, str]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for row in rows.items():
        table.add_row(*row)
    return table


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
