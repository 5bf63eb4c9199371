"""`autograd-harness replay`: run recorded counterexamples again, exactly.

0 all hold now    1 one is broken    4 a case cannot be had    7 one could not be decided
"""

from __future__ import annotations

from pathlib import Path
from shlex import join

import click

from harness.backends.protocol import Died
from harness.cli.told import told_plainly
from harness.program.case import from_json
from harness.record import RecordError, find_case, read_case
from harness.running.apart import Apart
from harness.running.folder import run_folders
from harness.running.judge import run_case
from harness.running.misuse import Misuse
from harness.running.replay import explain, prepare
from harness.verdict import Verdict, worst

EPILOG = """\b
Examples:
  autograd-harness replay 3b2d2fc3925c
  autograd-harness replay reports/out/latest/cases/*.json

\b
Exit codes: 0 all hold now; 1 one is broken; 4 wrong usage; 7 one could not be decided.
"""


@click.command(name="replay", epilog=EPILOG)
@click.argument("cases", nargs=-1, required=True, metavar="CASE_ID|FILE...")
@click.option("--backend", metavar="NAME", help="Another backend than the one that the case was recorded on.")
@click.option("--out", "folder", metavar="DIR", type=click.Path(path_type=Path), help="The run whose cases are meant. [default: the latest first]")
def command(cases: tuple[str, ...], backend: str | None, folder: Path | None) -> int:
    """Run recorded cases again: the same law, subject, backend, device and numbers. A case is named by its file, or by the first digits of its id."""
    with told_plainly(), Apart() as apart:
        verdicts = [_told(apart, reference, backend, folder) for reference in cases]
    return {Verdict.HOLDS: 0, Verdict.BROKEN: 1, Verdict.CRASHED: 1, Verdict.HUNG: 1}.get(worst(verdicts), 7)


def _told(apart: Apart, reference: str, backend: str | None, folder: Path | None) -> Verdict:
    """Replay one case in another process, which it may end, and print what it came to."""
    try:
        verdict, text = apart.call(replay_one, reference, backend, folder)
    except Died as death:
        verdict, text = Verdict.CRASHED, f"case {reference} is {Verdict.CRASHED.value}: {death}"
    click.echo(text)
    return verdict


def replay_one(reference: str, backend: str | None, folder: Path | None) -> tuple[Verdict, str]:
    """What one case comes to now, and the text that tells it."""
    path = find_case(reference, [folder] if folder else list(run_folders()))
    try:
        case = from_json(read_case(str(path)))
    except ValueError as error:
        raise RecordError(f"{reference} cannot be replayed: {error}.") from None
    try:
        implementation, law = prepare(case, backend)
        result = run_case(implementation, case)
    except LookupError as error:  # a user's function that is not to be had here
        raise Misuse(str(error)) from None
    if result.verdict is Verdict.HOLDS:
        told = f"case {case.id} holds now: {law.equation}   ({', '.join(case.subject.ops)}, {implementation.name}, {case.device}, {case.dtype})"
    elif result.verdict is Verdict.BROKEN:
        told = explain(implementation, law, case, result, _again(reference, path, backend, folder))
    else:
        told = f"case {case.id} is {result.verdict.value}: {result.reason}"
    return result.verdict, told


def _again(reference: str, path: Path, backend: str | None, folder: Path | None) -> list[str]:
    """The command that was typed, and the script beside the case, where there is one."""
    options = [("--backend", backend), ("--out", folder)]
    typed = ["autograd-harness", "replay", reference, *(str(word) for name, value in options if value is not None for word in (name, value))]
    script = path.with_suffix(".py")
    return [join(typed), *([join(["python", str(script)])] if script.is_file() else [])]
