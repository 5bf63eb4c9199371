"""What a law did to a tape, deed by deed, and what every leaf's gradient was after each: on the tape under test, and on our own.

rows = [{deed, seen, expected, answer, expected_answer}, ...]        seen: {"x0": [...]} or None before the first gradient

A law may try many tapes; told is the first on which the two differ, or the first of all.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, cast

from harness.backends import Backend, Unsupported
from harness.backends.registry import load_backend
from harness.program import Case
from harness.running.logged_tape import Deed, LoggedBackend
from properties.laws import Law

MOST = 40  # deeds told; of a longer law the first and the last


def timeline(law: Law, backend: Backend, case: Case) -> list[dict[str, Any]]:
    """The deeds of `law` on `case`, with the gradients seen and those of the reference tape; empty where no tape is touched."""
    if "tape" not in law.needs:
        return []
    seen = deeds(law, backend, case)
    due = deeds(law, load_backend("reference"), case) if case.device == "cpu" else []
    tapes = [(tape, due[k] if k < len(due) else []) for k, tape in enumerate(seen) if tape]
    if not tapes:
        return []
    rows = _side_by_side(*next((pair for pair in tapes if _differ(*pair)), tapes[0]))
    return rows if len(rows) <= MOST else [*rows[: MOST // 2], {"deed": f"... {len(rows) - MOST:,} more"}, *rows[-MOST // 2 :]]


def _differ(seen: list[Deed], due: list[Deed]) -> bool:
    return any(row.get("expected", row["seen"]) != row["seen"] or row.get("expected_answer") != row.get("answer") for row in _side_by_side(seen, due))


def _side_by_side(seen: list[Deed], due: list[Deed]) -> list[dict[str, Any]]:
    """A row per deed; what was expected as long as both did the same."""
    rows, together = [], True
    for deed, other in zip_longest(seen, due[: len(seen)]):
        together = together and other is not None and other.told == deed.told
        row = {"deed": f"{deed.told} raises {deed.raised}" if deed.raised else deed.told, "seen": deed.grads}
        row |= {"expected": other.grads} if together else {}
        if together and bool(deed.raised) != bool(other.raised):
            row |= {
                "answer": f"raises {deed.raised}" if deed.raised else "accepted",
                "expected_answer": "to be refused" if other.raised else "accepted",
            }
        if deed.answer is not None:
            row |= {"answer": deed.answer, "expected_answer": other.answer if together else deed.answer}
        rows.append(row)
    return rows


def deeds(law: Law, backend: Backend, case: Case) -> list[list[Deed]]:
    """What `law` does on `case`, by tape."""
    logging = LoggedBackend(backend)
    try:
        law.check(cast(Backend, logging), case)
    except Unsupported:
        return []
    except Exception as error:
        logging.tapes.append([Deed(f"raises {type(error).__name__}: {error}", None, {})])
    finally:
        backend.reset()
    return logging.tapes
