"""What can be computed can be differentiated, or the backend says that it cannot.

f(x) is there   =>   f'(x)^T w is there, or "not implemented"; likewise f'(x) v

An internal error, an assertion, a shape mismatch out of the backward of a function whose forward works is a bug; a refusal in words is not.
Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.program import Case
from harness.program.error_words import first_line
from harness.verdict import Result, structural
from properties.laws.law import Law

SAYS_SO = re.compile(
    r"not (currently |yet )?(implemented|supported|differentiable)|unsupported|does(n.t| not) (support|handle types)"
    r"|out of memory|no derivative|NYI",
    re.IGNORECASE,
)
SLIPS = (TypeError, AttributeError, NameError, LookupError)  # "unsupported operand type(s)" is a slip of the author's, not a refusal
FAILED = re.compile(r"CUDA error: (?!out of memory)")  # "operation not supported" is the device's own failure
LONGEST = 200  # characters of an error


def check_answers(backend: Backend, case: Case) -> Result:
    """The vjp, and the jvp where there is one.

    Raises:
        Unsupported: the plain forward does not work either, or has a value that cannot be read (complex numbers of half precision).
    """
    bound = bind(backend, case)
    if failure := _failure(bound, bound.values):
        raise Unsupported(f"the plain forward raises {failure}.")
    asked = dict(_derivatives(bound))
    failures = {name: _failure(bound, derivative) for name, derivative in asked.items()}
    wrong = [f"the {name} raises {told}" for name, told in failures.items() if told]
    return structural("backward-answers", not wrong, f"{'; '.join(wrong)}; the plain forward works", comparisons=len(asked))


def says_so(error: Exception) -> bool:
    """Whether an error is a refusal in words: not implemented, not supported, out of memory; a slip in the backward's own code is none."""
    if isinstance(error, Unsupported | NotImplementedError | MemoryError):
        return True
    return not isinstance(error, SLIPS) and not FAILED.match(str(error)) and SAYS_SO.search(str(error)) is not None


def _derivatives(bound: Bound) -> Iterator[tuple[str, Callable[[], Any]]]:
    backend = bound.backend
    yield "vjp", lambda: backend.vjp(bound.function, bound.primals, bound.cotangents())
    if "jvp" in backend.capabilities:
        yield "jvp", lambda: backend.jvp(bound.function, bound.primals, bound.tangents())


def _failure(bound: Bound, deed: Callable[[], Any]) -> str:
    """What `deed` raises, in one line; empty where it answers or refuses in words."""
    refusal = bound.attempt(deed)
    if not isinstance(refusal, Exception) or says_so(refusal):
        return ""
    return f"{type(refusal).__name__}: {first_line(refusal, '(no message)')}"[:LONGEST]


LAWS = (
    Law(
        name="backward-answers",
        family="answers",
        statement="Where the forward works, a derivative is there, or the backend says that it is not.",
        equation="f(x) is there  =>  f'(x)^T w is there, or not implemented",
        source="https://docs.pytorch.org/docs/stable/notes/autograd.html#gradients-for-non-differentiable-functions",
        check=check_answers,
        faults=("raising-backward",),
    ),
)
