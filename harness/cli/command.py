"""The command `autograd-harness`: its verbs are loaded when they are asked for, so that `--help` is quick and loads no framework.

0 all holds    1 something is broken    2 interrupted    3 to 5 pytest's own (4: wrong usage)    7 nothing broken, but insufficient evidence
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

USAGE_ERROR = 4  # pytest's; click's own would be 2, which here means interrupted
INTERRUPTED = 2
VERBS = {
    "verify": "Verify an autograd implementation: every law, on every op, dtype and device.",
    "check": "Check the gradients of your own function.",
    "replay": "Run recorded counterexamples again.",
    "report": "Make pages from a record.",
    "compare": "Compare two runs: what is new, what is fixed, what was no longer looked at.",
    "selftest": "See which injected faults this configuration finds.",
    "list": "List backends, ops or laws.",
    "init-backend": "Write the skeleton of an adapter and its test.",
    "doctor": "Say what is installed, which devices there are, and what would be skipped and why.",
}
EXIT_CODES = """\b
Exit codes:
  0  everything holds, or only known findings are left
  1  something is broken
  2  interrupted; what was recorded stays readable
  3  internal error
  4  wrong usage: an unknown name, a file or folder that cannot be used
  5  every name is known, and together they leave nothing to verify
  7  nothing is broken, but the evidence does not suffice
"""
EXAMPLES = """\b
Examples:
  autograd-harness verify
  autograd-harness verify --backend mypkg.adapter:Backend --op "sum|prod" --dtype float64
  autograd-harness check mypkg.ops:gelu --input "x: float64[n, 3]"
  autograd-harness replay k3f9q2
"""


class Verbs(click.Group):
    """The verbs by name; the overview needs none of them loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people need them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The verb's own module."""
        if name not in VERBS:
            return None
        command: click.Command = import_module(f"harness.cli.{name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Verbs, epilog=f"{EXAMPLES}\n\n{EXIT_CODES}", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="autograd-harness", prog_name="autograd-harness")
def verbs() -> None:
    """Is this autograd right? Gradients against an oracle that knows its own error, and the semantics of the tape."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: runs a verb and ends the process with its exit code."""
    if "" not in sys.path:
        sys.path.insert(0, "")  # as with python -m: a function or an adapter in the working directory can be named
    try:
        code = verbs.main(args=None if arguments is None else list(arguments), prog_name="autograd-harness", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = max(error.exit_code, USAGE_ERROR)  # click's own are 1 and 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted.", err=True)
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)
