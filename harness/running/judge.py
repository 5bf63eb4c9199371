"""One case, one result, whatever the backend does: the call that the suite, `replay` and `selftest` share.

law.check(backend, case) -> Result          an exception of the backend's is a result too, one of ours is not
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from types import TracebackType

import harness
import properties
from harness.backends import Backend, Unsupported
from harness.backends.bind import bind
from harness.backends.conformance import conformance
from harness.backends.conformance.surroundings import handling_kept
from harness.backends.fitted import fit
from harness.backends.leaving import LEAVING, Interrupts, directory_kept
from harness.backends.protocol import Died
from harness.program import Case, Opaque
from harness.program.error_words import first_line
from harness.program.evaluate import NotResults
from harness.running import watch
from harness.running.watch import Clock, TooLong, watched
from harness.verdict import Result, Verdict
from properties.laws import lookup_law
from properties.laws.answers import says_so
from properties.laws.shaking import MULTIPLIED, OtherForm

_ROOTS = tuple(Path(str(package.__file__)).parent for package in (harness, properties))
_BACKENDS = _ROOTS[0] / "backends"
_BORDER = Path(watch.__file__)
_LONGEST = 300
TOO_LONG = "the comparison took longer than one may take, and was given up: every call of the backend came back, but they were slow."
ALL_THE_SAME = "; the plain forward works"
Around = Callable[[], AbstractContextManager[object]]
CHANGED_DIRECTORY = "the call into the backend changed the working directory"


def run_case(backend: Backend, case: Case, clock: Clock | None = None, around: Around = handling_kept) -> Result:
    """The law of `case`, checked on `backend`; `around()` is entered for the time of the check, to undo what the adapter changes.

    An exception that the backend raises although its forward works is BROKEN ("raises ..."), unless it says "not implemented": then, as for a forward
    that fails itself, the law is UNSUPPORTED here and `comparisons` is 0. A SystemExit of the backend's, and a KeyboardInterrupt that no signal came
    with, are exceptions like others. A backend in another process that dies is CRASHED, a mute one HUNG.

    Raises:
        LookupError: the law of the case is not known.
        Exception: whatever went wrong in the harness itself, with an adapter that keeps its promises; it says nothing about the backend.
    """
    with Interrupts() as interrupts, directory_kept() as left:
        result = _checked(backend, case, clock or Clock(), interrupts, around)
    return _not_run(case, f"{CHANGED_DIRECTORY} to {left[0]!r}; that was undone. Save and restore it.") if left else result


def _checked(backend: Backend, case: Case, clock: Clock, interrupts: Interrupts, around: Around) -> Result:
    law = lookup_law(case.law)
    try:
        with clock.during("oracle"), around():
            return law.check(watched(backend, clock), case)
    except Unsupported as gap:
        fitted = fit(bind(backend, case)) if isinstance(case.subject, Opaque) else backend
        return _not_run(case, str(gap)) if fitted is backend or law.needs - fitted.capabilities else run_case(fitted, case, clock, around)
    except Died as death:
        verdict, pattern = (Verdict.HUNG, "hangs") if death.hung else (Verdict.CRASHED, "crashes")
        return Result(law=case.law, verdict=verdict, reason=str(death), pattern=pattern)
    except TooLong:
        backend.reset()
        return Result(law=case.law, verdict=Verdict.INCONCLUSIVE, reason=TOO_LONG)
    except OtherForm as error:
        return Result(law=case.law, verdict=Verdict.INCONCLUSIVE, reason=str(error))
    except NotResults as error:
        return _not_run(case, f"the adapter is wrong: {error}")
    except (Exception, *LEAVING) as error:
        if came_from_backend(error.__traceback__) and not interrupts.users(error):
            backend.reset()
            return _on_exception(backend, case, error, interrupts)
        broken = first_broken_promise(backend) if isinstance(error, Exception) else ""
        if not broken:
            raise
        return _not_run(case, f"{broken} See all with: autograd-harness doctor --backend {case.backend!r}.")


@lru_cache(maxsize=16)
def first_broken_promise(backend: Backend) -> str:
    """What the adapter gets wrong, which then explains why the harness stumbles over it; empty where it conforms."""
    return next((f"the adapter breaks a promise: {shortfall}" for shortfall in conformance(backend)), "")


def came_from_backend(trace: TracebackType | None) -> bool:
    """Whether the exception arose beyond the last call that crossed the border into the backend: no code of the harness runs below it."""
    files = [Path(frame.f_code.co_filename) for frame, _ in walk_tb(trace)]
    crossings = [i for i, file in enumerate(files) if file == _BORDER]
    return bool(crossings) and not any(_is_core(file) for file in files[crossings[-1] + 1 :])


def _is_core(file: Path) -> bool:
    adapter = _BACKENDS in file.parents and file.name != "bind.py" and file.parent.name != "conformance"
    return not adapter and any(root in file.parents for root in _ROOTS)


def _on_exception(backend: Backend, case: Case, error: BaseException, interrupts: Interrupts) -> Result:
    told = f"{type(error).__name__}: {_first_line(error)}"
    if isinstance(error, Exception) and says_so(error):
        return _not_run(case, f"the backend says so itself: {told}")
    failure = _forward_failure(backend, case, interrupts)
    if failure is not None:
        return _not_run(case, f"the plain forward already raises {type(failure).__name__}: {_first_line(failure)}")
    reason = ". ".join([f"raises {told}{ALL_THE_SAME}", *([MULTIPLIED] if MULTIPLIED in getattr(error, "__notes__", []) else [])])
    return Result(law=case.law, verdict=Verdict.BROKEN, reason=reason, pattern=f"raises {type(error).__name__}")


def _forward_failure(backend: Backend, case: Case, interrupts: Interrupts) -> BaseException | None:
    """What the plain call raises, if anything, of contiguous points and of the case's: who takes no strided primals has no gradient of them."""
    try:
        bound = bind(backend, case)
        bound.at(case.points)
        bound.values()
    except (Exception, *LEAVING) as error:  # whatever a backend may raise: that it raises is all that is asked
        if interrupts.users(error):
            raise
        backend.reset()
        return error
    return None


def _not_run(case: Case, reason: str) -> Result:
    return Result(law=case.law, verdict=Verdict.UNSUPPORTED, reason=reason, comparisons=0)


def _first_line(error: BaseException) -> str:
    return first_line(error, "(no message)")[:_LONGEST]
