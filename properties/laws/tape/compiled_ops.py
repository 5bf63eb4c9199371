"""Every op under a compiler: values and gradients are those of the plain op, but for the rounding of a formula that was fused or reordered.

compiled(f)(x) = f(x)          and the same f'(x)^T w
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound
from harness.program import Case, Program
from harness.tape import Tape
from harness.tape.compiling import Compiling
from harness.verdict import Result
from harness.verdict.result import worst_result
from properties.laws.entries import Entries, of_gradients, of_values
from properties.laws.exact import Sides, check_equal
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.tape.compiling import compiled
from properties.laws.tape.recording import record
from properties.laws.tape.replayed import Replayed, Way, walked

_SOURCE = "https://docs.pytorch.org/docs/stable/generated/torch.compile.html"
Look = Callable[[Tape, Replayed, Case], np.ndarray]


def check_traced(backend: Backend, case: Case) -> Result:
    """By the compilers that trace a function and its derivative, and run what they traced."""
    tracing = sorted(backend.tape(case.device).part(Compiling).first_order)
    if not tracing:
        raise Unsupported("no compiler of the tape traces a function together with its derivative.")
    return _by_each("traced-op-eq-eager", backend, case, tuple(tracing))


def check_generated(backend: Backend, case: Case) -> Result:
    """By those that write machine code from it."""
    generating = backend.tape(case.device).part(Compiling).generating
    if not generating:
        raise Unsupported("no compiler that writes machine code is at hand: torch's needs g++ or clang++, or what the variable CXX names.")
    return _by_each("generated-op-eq-eager", backend, case, generating)


def _by_each(law: str, backend: Backend, case: Case, variants: tuple[str, ...]) -> Result:
    if not isinstance(case.subject, Program):
        raise Unsupported("a compiler is given programs of catalogue ops, whose text it can read.")
    looks = ((_values, of_values(case)), (_gradients, of_gradients(case)))
    return worst_result([_alike(law, backend, case, compiled(variant), look, entries) for variant in variants for look, entries in looks])


def _alike(law: str, backend: Backend, case: Case, way: Way, look: Look, entries: Entries) -> Result:
    def pair(bound: Bound) -> Sides:
        tape = backend.tape(case.device)
        plain = record(tape, bound.case)
        due = walked(plain, plain)
        return Sides(look(tape, way(tape, bound.case, plain), case), look(tape, due, case))

    return check_equal(law, backend, case, pair, entries=entries)


def _values(tape: Tape, replayed: Replayed, case: Case) -> np.ndarray:
    return flat([tape.value(y) for y in replayed[0]])


def _gradients(tape: Tape, replayed: Replayed, case: Case) -> np.ndarray:
    return flat([np.zeros_like(x) if g is None else g for g, x in zip(replayed[1], case.points, strict=True)])


LAWS = (
    Law(
        name="traced-op-eq-eager",
        family="compiled ops",
        statement="An op whose derivative was traced ahead has the values and gradients of the plain op.",
        equation="compiled(f) = f",
        source=_SOURCE,
        check=check_traced,
        faults=("compile-doubles",),
        needs=frozenset({"tape"}),
        by_default=False,  # it needs a program of catalogue ops
    ),
    Law(
        name="generated-op-eq-eager",
        family="compiled ops",
        statement="An op that was compiled to machine code, backward included, has the values and gradients of the plain op.",
        equation="compiled(f) = f",
        source=_SOURCE,
        check=check_generated,
        faults=("compile-doubles",),
        needs=frozenset({"tape"}),
        by_default=False,  # it needs a program of catalogue ops
    ),
)
