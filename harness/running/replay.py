"""Run a recorded case again, exactly: the same law, subject, backend, device and numbers.

from_json(case file) -> Result now
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.backends import Backend
from harness.program import Case
from harness.running.called import explained
from harness.running.finding import block, title_of
from harness.running.judge import run_case
from harness.running.misuse import Misuse
from harness.running.usable import backend_called
from harness.verdict import LawBroken, Result, Verdict
from properties.laws import Law, lookup_law
from properties.laws.neighbourhood import isolates, neighbourhood


def replay(case: Case, backend: str | None = None) -> Result:
    """The result of `case` now, on its own backend or on the one called `backend`.

    Raises:
        Misuse: backend, device or law are not to be had here; one sentence with a remedy.
    """
    implementation, _ = prepare(case, backend)
    return run_case(implementation, case)


def prepare(case: Case, backend: str | None = None) -> tuple[Backend, Law]:
    """The backend and the law of `case`; raises Misuse."""
    try:
        law = lookup_law(case.law)
    except LookupError as error:
        raise Misuse(str(error)) from None
    implementation = backend_called(backend or case.backend)
    if case.device not in implementation.devices():
        seen = ", ".join(implementation.devices())
        raise Misuse(f"the case needs the device {case.device!r}; backend {implementation.name} sees {seen}. Replay it where that device is present.")
    return implementation, law


def explain(backend: Backend, law: Law, case: Case, result: Result, again: Sequence[str] = ()) -> str:
    """The block of text on a case that does not hold; `again` are the commands that show it once more."""
    isolated = isolates(neighbourhood(law, backend, case)) if result.verdict is Verdict.BROKEN else ""
    return block(law, case, explained(backend, case, result), title_of(backend, law, case), isolated, list(again))


def require_holds(case: Case) -> None:
    """Nothing, if the law of `case` holds now.

    Raises:
        LawBroken: it does not; the text says what is wrong.
    """
    backend, law = prepare(case)
    result = run_case(backend, case)
    if result.verdict is not Verdict.HOLDS:
        raise LawBroken(explain(backend, law, case, result))
