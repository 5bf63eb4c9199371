"""What `autograd-harness check` prints: a line per law, each long reason once, a block per finding, and the exit code with its cause.

INSUFFICIENT EVIDENCE  vjp-eq-fd                   0 points, 20 undecided (a)
INSUFFICIENT EVIDENCE  vjp-linear                  0 points, 20 undecided (a)

(a) output 0 holds NaN at these primals; move them into the function's domain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase

from rich.text import Text

from harness.checking.survey import INSUFFICIENT, Evidence
from harness.checking.wording import finding
from harness.cli.console import plain_console
from harness.program.case import to_json
from harness.record import write_case
from harness.running.folder import default_folder

STYLES = {"HOLDS": "green", "UNSUPPORTED": "dim", "NOTHING TO COMPARE": "dim", INSUFFICIENT: "yellow"}
MOST = 2  # reasons told of one law


def show(found: Sequence[Evidence], minimum: int, target: str) -> None:
    """A line per law; reasons that several laws share stand below, once."""
    console, letters = plain_console(soft_wrap=True), _letters(found)
    console.print(Text(target, style="bold"))
    for evidence in found:
        verdict = evidence.verdict(minimum)
        line = (f"  {verdict:<23}", STYLES.get(verdict, "bold red")), f"{evidence.law.name:<28}{_told(evidence, letters)}"
        console.print(Text.assemble(*line))
    if letters:
        console.print()
    for reason, letter in letters.items():
        console.print(f"  {letter} {reason}", markup=False)


def show_findings(found: Sequence[Evidence], folder: Path | None) -> None:
    """The block of each finding; its case is kept in `folder`, by default in a new one."""
    console, kept_in = plain_console(soft_wrap=True), folder or default_folder()
    for report, answer in [evidence.broken for evidence in found if evidence.broken]:
        kept = write_case(kept_in, answer.case.id, to_json(answer.case))
        again = [f"autograd-harness replay {answer.case.id if folder is None else kept}"]
        console.print()
        console.print(finding(report.function, report.arguments, answer, again), markup=False)


def exit_code(found: Sequence[Evidence], minimum: int) -> int:
    """1 for a finding, 7 where a law has too little evidence, or none of those that decide holds, else 0."""
    if any(evidence.broken for evidence in found):
        return 1
    return 7 if _short(found, minimum) or not _is_decided(found, minimum) else 0


def conclusion(found: Sequence[Evidence], minimum: int) -> str:
    """The exit code's reason, in one line."""
    broken = [evidence.law.name for evidence in found if evidence.broken]
    if broken:
        return f"BROKEN: {', '.join(broken)}."
    if short := _short(found, minimum):
        of = f"{short[0].law.name} and {len(short) - 1} more" if len(short) > 3 else ", ".join(evidence.law.name for evidence in short)
        return f"{INSUFFICIENT}: fewer than {minimum} points could be decided of {of}. {_cause(short)}"
    if not _is_decided(found, minimum):
        return f"{INSUFFICIENT}: no derivative was compared. Give the function a derivative that answers, or draw other points."
    return "HOLDS: no law is broken, and every law that has something to compare held on enough points."


def _short(found: Sequence[Evidence], minimum: int) -> list[Evidence]:
    return [evidence for evidence in found if evidence.verdict(minimum) == INSUFFICIENT]


def _cause(short: Sequence[Evidence]) -> str:
    """What most points failed at, which says what to do; else the general remedy."""
    reasons = sum((evidence.reasons for evidence in short), Counter[str]())
    most = reasons.most_common(1)
    return f"Mostly: {most[0][0]}" if most else "Widen --input, or draw more --examples."


def _is_decided(found: Sequence[Evidence], minimum: int) -> bool:
    """Whether a law without which nothing passes holds."""
    return any(evidence.decides and evidence.verdict(minimum) == "HOLDS" for evidence in found)


def _letters(found: Sequence[Evidence]) -> dict[str, str]:
    """A letter for each reason that more than one law has; the 26 that most have, in their order."""
    times = Counter(reason for evidence in found for reason in _reasons(evidence))
    shared = [reason for reason, count in times.most_common(len(ascii_lowercase)) if count > 1]
    return {reason: f"({letter})" for reason, letter in zip((r for r in times if r in shared), ascii_lowercase, strict=False)}


def _reasons(evidence: Evidence) -> Iterator[str]:
    """Every reason that the law's line tells."""
    if not evidence.broken:
        yield from [evidence.unsupported] if evidence.unsupported else []
        yield from (reason for reason, _ in evidence.reasons.most_common(MOST))


def _told(evidence: Evidence, letters: Mapping[str, str]) -> str:
    """What the draws came to, and why some could not be decided."""
    if evidence.broken:
        return evidence.law.statement
    if evidence.unsupported and not (evidence.held or evidence.vacuous or evidence.reasons):
        return letters.get(evidence.unsupported, evidence.unsupported)
    parts = [f"{evidence.held} points"]
    parts += [f"{evidence.vacuous} with nothing to compare"] if evidence.vacuous else []
    parts += [f"{evidence.unasked} not asked {_named(evidence.unsupported, letters)}"] if evidence.unasked else []
    parts += [f"{times} undecided {_named(reason, letters)}" for reason, times in evidence.reasons.most_common(MOST)]
    return ", ".join(parts)


def _named(reason: str, letters: Mapping[str, str]) -> str:
    return letters.get(reason, f"({reason.rstrip('.')})")
