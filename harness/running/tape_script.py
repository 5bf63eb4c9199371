"""A finding on a tape as a script that needs the library under test and NumPy only: the deeds up to the first that goes otherwise, and what is due.

    x0 = torch.tensor([2.0]).requires_grad_(True);   v0 = x0 * x0;   v0.backward(...);   assert x0.grad is due

What is due comes from the reference tape, which did the same deeds. Where a deed cannot be said in the library's words there is no script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from textwrap import indent
from typing import Any

import msgspec
import numpy as np

from harness.backends import Backend
from harness.backends.registry import load_backend
from harness.program import Case, Input, Instruction, Program
from harness.running.logged_tape import SHOWN, Deed
from harness.running.timeline import deeds
from harness.verdict import required_resolution
from properties.laws import Law

Pair = tuple[Deed, Deed]


def tape_lines(law: Law, backend: Backend, case: Case) -> str:
    """The deeds, and the assertion; empty where no tape of the law goes otherwise than the reference's, or where a deed has no words.

    The reference knows few ops: a law that breaks on a program of others is looked at on x x too.
    """
    if "tape" not in law.needs or case.device != "cpu" or not backend.tape(case.device).writers:
        return ""
    return next(filter(None, (_lines(law, backend, each) for each in (case, _square(case)))), "")


def _square(case: Case) -> Case:
    """The case's law on x x, in its dtype."""
    x = np.array([1.0, -2.0])
    program = Program((Input("x0", (2,)),), (Instruction("multiply", ("x0", "x0"), ("v0",)),), ("v0",))
    fields = {"primals": (x,), "differentiable": (0,), "tangents": (x,), "cotangents": (np.array([0.5, 3.0]),), "layouts": ()}
    return msgspec.structs.replace(case, subject=program, **fields)


def _lines(law: Law, backend: Backend, case: Case) -> str:
    tolerance = required_resolution(case.dtype, case.resolution)
    for seen, due in zip(deeds(law, backend, case), deeds(law, load_backend("reference"), case), strict=False):
        together = list(takewhile(lambda pair: pair[0].told == pair[1].told, zip(seen, due, strict=False)))
        wrong = next((k for k, pair in enumerate(together) if _differ(*pair, tolerance)), None)
        if wrong is not None:
            return _written(together[: wrong + 1], tolerance)
    return ""


def _differ(seen: Deed, due: Deed, tolerance: float) -> bool:
    if seen.answer != due.answer or bool(seen.raised) != bool(due.raised):
        return True
    return not due.raised and any(not _close(seen.grads.get(name), value, tolerance) for name, value in due.grads.items())


def _close(seen: Any, due: Any, tolerance: float) -> bool:
    """Equal but for rounding, NaN at the same places."""
    if not (isinstance(seen, list) and isinstance(due, list)):
        return bool(seen == due)
    return len(seen) == len(due) and np.allclose(seen, due, rtol=tolerance, atol=0.0, equal_nan=True)


def _written(pairs: Sequence[Pair], tolerance: float) -> str:
    if any(seen.line is None for seen, _ in pairs):
        return ""
    lines, depth = [], 0
    for seen, due in pairs:
        depth -= seen.closes
        lines += [indent(line, "    " * depth) for line in _deed(seen, due)]
        depth += seen.opens
    claims = list(_claims(*pairs[-1], tolerance))
    return "\n".join([*lines, *([indent("pass", "    " * depth)] if pairs[-1][0].opens else []), *claims]) + "\n"


def _deed(seen: Deed, due: Deed) -> list[str]:
    """A deed that must be refused stands in a try; leaving a context is the end of its block."""
    if seen.closes or seen.answer is not None:
        return [] if seen.closes else [f"answer = {seen.line}"]
    if seen.opens:
        return [f"with {seen.line}:"]
    if due.raised:
        return [
            "try:",
            f"    {seen.line}",
            "except Exception:",
            "    pass",
            "else:",
            f'    raise AssertionError("it must be refused: {due.told[:80]}")',
        ]
    return [str(seen.line)]


def _claims(seen: Deed, due: Deed, tolerance: float) -> Iterator[str]:
    """What is due after the last deed."""
    if due.answer is not None and due.answer != seen.answer:
        yield f'assert answer == {due.answer!r}, f"{seen.line} is {{answer}}"'
    for name, value in due.grads.items():
        if _close(seen.grads.get(name), value, tolerance):
            continue
        if value is None:
            yield f'assert {name}.grad is None, f"{name}.grad is {{{name}.grad}}, and must be None"'
        else:
            near = f"np.allclose(numpy({name}.grad).ravel()[:{SHOWN}], {_numbers(value)}, rtol={tolerance!r}, atol=0.0, equal_nan=True)"
            yield f'assert {name}.grad is not None and {near}, f"{name}.grad is {{{name}.grad}}"'


def _numbers(values: Any) -> str:
    return repr(values).replace("nan", 'float("nan")').replace("inf", 'float("inf")')
