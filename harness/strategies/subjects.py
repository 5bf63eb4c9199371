"""What cases are asked for: one op, or programs over those that a backend has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.ops.catalogue import lookup
from harness.ops.op import Op
from harness.program.layout import LAYOUTS
from harness.strategies.programs import offered
from harness.strategies.rounding import COMPLEX_DTYPES, REAL_DTYPES


def subject_of(op: str | None, dtype: str, layouts: Sequence[str], offers: Callable[[str], bool]) -> Op | tuple[Op, ...]:
    """The op, or all those that `offers` accepts. Raises what `cases` documents."""
    require_valid(op, dtype, layouts)
    return offered(offers, dtype) if op is None else lookup(op)


def require_valid(op: str | None, dtype: str, layouts: Sequence[str]) -> None:
    """Raise what `cases` documents."""
    known = (*REAL_DTYPES, *COMPLEX_DTYPES)
    if dtype not in known:
        raise ValueError(f"cases(dtype=...) must be one of {', '.join(known)}; got {dtype!r}. Choose one of them.")
    if not layouts or not set(layouts) <= set(LAYOUTS):
        raise ValueError(f"cases(layouts=...) must be names out of {', '.join(LAYOUTS)}; got {tuple(layouts)!r}. Choose among them.")
    if op is not None and not (lookup(op).complex if dtype in COMPLEX_DTYPES else lookup(op).real):
        kind, other = ("real", "float64") if dtype in COMPLEX_DTYPES else ("complex", "complex128")
        raise ValueError(f"cases(dtype=...) must be a {kind} dtype for {op}, which is defined for {kind} operands only; got {dtype!r}. Use {other}.")
