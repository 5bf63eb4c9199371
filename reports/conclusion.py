"""The run in one sentence or two, the same in every format."""

from __future__ import annotations

from harness.record.evidence import INSUFFICIENT, Evidence, cell_verdict
from reports.wording import DEFECTS, plural


def conclusion(evidence: Evidence) -> str:
    """What a reader who reads nothing else should know."""
    return " ".join(sentence for sentence in (_ending(evidence), _findings(evidence), _holding(evidence)) if sentence)


def _ending(evidence: Evidence) -> str:
    if not evidence.interrupted:
        return ""
    planned = sum(run.cells_planned for run in evidence.runs)
    of_planned = f" of {planned:,} planned" if planned > len(evidence.cells) else ""
    return f"The run did not come to its end: {plural(len(evidence.cells), 'cell')}{of_planned} were finished, and what follows speaks only of these."


def _findings(evidence: Evidence) -> str:
    new = {finding.signature for finding in evidence.findings if finding.known is None}
    known = {finding.signature for finding in evidence.findings} - new
    cells = {finding.cell for finding in evidence.findings if finding.signature in new}
    parts = [f"{plural(len(new), 'new finding')}{_classes(evidence)} in {plural(len(cells), 'cell')}"] if new else []
    parts += [f"{plural(len(known), 'known finding')}"] if known else []
    parts += [f"{plural(bare, 'cell')} {what}" for what, bare in _without_a_finding(evidence).items() if bare]
    compared = any(cell.counts.valid or cell.counts.broken for cell in evidence.cells.values())
    return (", ".join(parts) or "Nothing is broken") + "." if parts or compared else ""


def _classes(evidence: Evidence) -> str:
    """How many new signatures of each class of defect, in brackets; nothing where the record does not say."""
    classes = {finding.signature: finding.defect for finding in evidence.findings if finding.known is None}
    told = [f"{list(classes.values()).count(name)} {name}" for name in DEFECTS if name in classes.values()]
    return f" ({', '.join(told)})" if told else ""


def _without_a_finding(evidence: Evidence) -> dict[str, int]:
    explained = {finding.cell for finding in evidence.findings}
    bare = [cell.verdict for key, cell in evidence.cells.items() if key not in explained]
    told = {"BROKEN": "broken without a counterexample", "CRASHED": "crashed", "HUNG": "hung", "ERRORED": "errored"}
    numbers = {words: bare.count(verdict) for verdict, words in told.items()}
    return numbers | {"never ended": len(evidence.unfinished) if not evidence.interrupted else 0}


def _holding(evidence: Evidence) -> str:
    cells = list(evidence.cells.values())
    ran = [cell for cell in cells if cell.verdict != "UNSUPPORTED"]
    valid = sum(cell.counts.valid for cell in ran)
    if not valid and not any(cell.counts.broken for cell in ran):
        return "Nothing was compared, so nothing is known."
    verdicts = [cell_verdict(cell) for cell in ran]
    thin = verdicts.count(INSUFFICIENT)
    too_few = f"; {plural(thin, 'cell')} had too few" if thin else ""
    return f"{verdicts.count('HOLDS'):,} of {plural(len(ran), 'cell')} hold, on {plural(valid, 'valid comparison')} in all{too_few}."
