"""A broken law as an exception, and the block of text that alone lets a reader understand and reproduce it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.verdict.apart import told_apart
from harness.verdict.result import Result

LABEL = 14  # columns
VALUES_SHOWN = 12


class LawBroken(AssertionError):
    """A law that must hold does not. The message is the whole finding."""


def finding_text(
    equation: str,
    result: Result,
    *,
    title: str,
    primals: Sequence[tuple[str, np.ndarray, str]],
    isolates: str = "",
    reproduce: Sequence[str] = (),
    defect: str = "",
) -> str:
    """The finding as a terminal shows it.

    Args:
        equation: The law, as an equation or a statement.
        result: What the comparison showed; fields that it lacks leave their line out.
        title: "gradient of softmax(x, axis=0) is wrong in backend torch (cpu, float32)".
        primals: (name, values, dtype) of each.
        isolates: What else was tried and whether it holds: "cuda only; float64 on cuda holds".
        reproduce: Command lines.
        defect: What kind of defect it is, in words.
    """
    lines = [_line("law", equation)]
    if result.actual is not None and result.expected is not None:
        actual, expected = told_apart(result.actual, result.expected, 10)
        lines.append(_line("actual", f"{actual:<18}expected  {expected}{_plus_minus(result.bound)}"))
        lines.append(_line("discrepancy", _discrepancy(result)))
    if result.reason:
        lines.append(_line("reason", result.reason))
    where = result.where if result.pattern in result.where else "; ".join(part for part in (result.where, result.pattern) if part)
    if where:
        lines.append(_line("where", where))
    lines += [_line(f"primal {name}", f"{dtype}{list(values.shape)} = {_values(values)}") for name, values, dtype in primals]
    if defect:
        lines.append(_line("class", defect))
    if isolates:
        lines.append(_line("isolates", isolates))
    if reproduce:
        lines.append(_line("reproduce", "        ".join(reproduce)))
    return "\n".join([title, *lines])


def _line(label: str, text: str) -> str:
    return f"  {label:<{LABEL - 2}}  {text}"


def _plus_minus(bound: float | None) -> str:
    return f" +- {bound:.1g}" if bound is not None else ""


def _discrepancy(result: Result) -> str:
    size = f"{result.discrepancy:.1e}"
    if result.tolerance is None:
        return size
    times = f", {result.ratio:.0e} times the allowed {result.tolerance:.1e}" if result.tolerance > 0 else "; none is allowed"
    known = [result.rule] if result.rule else []
    known += [f"resolution {result.resolution:.0e}"] if result.resolution is not None else []
    return f"{size}{times}{f' ({chr(59).join(known)})' if known else ''}".replace(";r", "; r")


def _values(values: np.ndarray) -> str:
    if values.size > VALUES_SHOWN:
        head = np.array2string(values.ravel()[:VALUES_SHOWN], separator=", ", max_line_width=10**6)
        return f"{head[:-1]}, ...] ({values.size} elements)"
    return " ".join(np.array2string(values, separator=", ", max_line_width=10**6).split())
