"""`autograd-harness check`: the gradients of a function of one's own, at random points of the inputs described.

0 every law holds    1 one is broken    4 wrong usage    7 nothing broken, but too few points could be decided
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from harness.backends import Backend
from harness.checking.drawing import draw_arguments
from harness.checking.inputs import Input, UnreadableInput, read_input
from harness.checking.naming import argument_names
from harness.checking.request import Request
from harness.checking.selection import DEFAULT
from harness.checking.selection import select_laws as default_laws
from harness.checking.survey import survey
from harness.cli.check_shown import conclusion, exit_code, show, show_findings
from harness.cli.told import told_plainly
from harness.program.target import UnknownTarget, callable_of, import_target
from harness.running.folder import make_folder
from harness.running.misuse import Misuse, count_in, integer_in, one_of, refuse, seconds_in
from harness.running.selection import select_laws
from harness.running.usable import backend_called
from properties.laws import Law

EPILOG = """\b
Examples:
  autograd-harness check mypkg.ops:gelu --input "x: float64[n, 3]"
  autograd-harness check mypkg.ops:scale --input "x: float64[n, m]" --input "w: float64[m] in (0, 1)"
  autograd-harness check mypkg.ops:take --input "table: float64[k, 3]" --input "rows: int64[n] < k"

\b
An input is NAME: DTYPE[DIM, ...], a DIM a number or a symbol; then perhaps 'in (LOW, HIGH)', '> LOW' or '< HIGH'.
Exit codes: 0 every law holds; 1 one is broken; 4 wrong usage; 7 nothing broken, but too few points could be decided.
"""


@click.command(name="check", epilog=EPILOG)
@click.argument("target", metavar="MODULE:FUNCTION")
@click.option("--input", "inputs", multiple=True, required=True, metavar="SPEC", help="One argument of the function; repeat it in order.")
@click.option("--examples", default="20", show_default=True, metavar="N", help="Random points.")
@click.option("--backend", default="torch", show_default=True, metavar="NAME")
@click.option("--device", metavar="DEVICE", help="[default: the backend's first]")
@click.option("--law", metavar="REGEX", default="", help="Laws whose whole name or family matches. [default: the default laws]")
@click.option("--seed", default="0", show_default=True, metavar="N")
@click.option("--max-time", metavar="TIME", help="Draw no further point after this long: 90s, 10m.")
@click.option(
    "--out", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Where the case of a finding is kept. [default: reports/out/TIME]"
)
def command(
    target: str,
    inputs: tuple[str, ...],
    examples: str,
    backend: str,
    device: str | None,
    law: str,
    seed: str,
    max_time: str | None,
    folder: Path | None,
) -> int:
    """Check the gradients of your own function, MODULE:FUNCTION: a function, an autograd Function, or a module, as an instance or a class."""
    with told_plainly():
        count, limit = count_in("examples", examples), seconds_in("max-time", max_time) if max_time else None
        plan = _Plan(target, inputs, backend, device, law, integer_in("seed", seed))
        if folder is not None:
            make_folder(folder)
        try:
            found = survey(plan.laws, plan.request, count, limit)
        except (TypeError, ValueError) as error:
            raise Misuse(str(error)) from None
        minimum = max(1, count // 2)
        show(found, minimum, target)
        show_findings(found, folder)
        click.echo(f"\n{conclusion(found, minimum)}")
    return exit_code(found, minimum)


class _Plan:
    """What each point has in common."""

    def __init__(self, target: str, inputs: Sequence[str], backend: str, device: str | None, law: str, seed: int) -> None:
        try:
            self.function = callable_of(import_target(target))
            read = [read_input(text) for text in inputs]
        except (UnknownTarget, UnreadableInput) as error:
            raise Misuse(str(error)) from None
        self.target, self.name, self.seed = target, backend, seed
        self.backend: Backend = backend_called(backend)
        self.device = one_of("device", device or self.backend.devices()[0], self.backend.devices())
        self.laws = asked_laws(law) if law else default_laws(DEFAULT, self.backend)
        self.inputs = in_order(self.function, read)

    def request(self, draw: int, laws: tuple[str, ...]) -> Request:
        """The check of one random point."""
        arrays = [
            self.backend.array(values, dtype=given.dtype, device=self.device)
            for given, values in zip(self.inputs, draw_arguments(self.inputs, draw, self.seed), strict=True)
        ]
        return Request(self.function, tuple(arrays), backend=self.name, laws=laws, seed=self.seed + draw, target=self.target)


def asked_laws(expression: str) -> tuple[Law, ...]:
    """The laws on one function among those that `expression` matches."""
    found = tuple(law for law in select_laws(expression) if law.subject == "op")
    return found or refuse("law", "one that speaks of a single function", expression, "Laws of the tape are verified by: autograd-harness verify.")


def in_order(function: Any, inputs: Sequence[Input]) -> list[Input]:
    """The inputs in the order of the function's parameters, where their names are exactly those; else as they were given."""
    names = argument_names(function, len(inputs))
    by_name = {given.name: given for given in inputs}
    if len(by_name) < len(inputs):
        raise Misuse("--input must name each argument once; got a name twice. Rename one.")
    return [by_name[name] for name in names] if set(names) == set(by_name) else list(inputs)
