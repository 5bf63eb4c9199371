"""Many derivatives at once are the derivatives one by one.

batched_vjp(f, x, (w_1 ... w_k))[i] = vjp(f, x, w_i),    likewise for jvp
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound
from harness.backends.protocol import Arrays
from harness.program import Case, Program
from harness.verdict import Result
from properties.laws.entries import Entries, of_gradients, of_tangents
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import gradients_of, tangents_of, well_formed
from properties.laws.inner import flat
from properties.laws.law import Law

LONGEST = 120  # characters of somebody else's message
ROWS = (1.0, -2.0, 0.5)  # each row is the case's own vector times this: exact in every dtype, and no two rows alike


def check_batched_vjp(backend: Backend, case: Case) -> Result:
    """Three cotangents in a batch and in a loop."""

    def pair(bound: Bound) -> Sides:
        rows = tuple(_rows(w) for w in case.cotangents)
        together = _batched(lambda: backend.batched_vjp(bound.function, bound.primals, tuple(map(bound.array, rows))), case)
        looped = [gradients_of(bound, tuple(k * w for w in case.cotangents)) for k in ROWS]
        return Sides(flat(well_formed(bound, together, tuple(_rows(x) for x in case.points), "batched gradient")), _interleaved(looped))

    return check_equal("batched-vjp-eq-loop", backend, case, pair, entries=_of_rows(of_gradients(case)))


def check_batched_jvp(backend: Backend, case: Case) -> Result:
    """Three tangents in a batch and in a loop."""

    def pair(bound: Bound) -> Sides:
        rows = tuple(_rows(v) for v in case.tangents)
        together = _batched(lambda: backend.batched_jvp(bound.function, bound.primals, tuple(map(bound.array, rows))), case)
        looped = [tangents_of(bound, tuple(k * v for v in case.tangents)) for k in ROWS]
        return Sides(flat(well_formed(bound, together, tuple(_rows(w) for w in case.cotangents), "batched output tangent")), _interleaved(looped))

    return check_equal("batched-jvp-eq-loop", backend, case, pair, entries=_of_rows(of_tangents(case)))


def _batched(derivative: Callable[[], Arrays], case: Case) -> Arrays:
    """`derivative()`; somebody's own function need not have a derivative that can be batched, an op of the catalogue must.

    Raises:
        Unsupported: somebody's own raises.
    """
    try:
        return derivative()
    except Unsupported:
        raise
    except Exception as error:
        if isinstance(case.subject, Program):
            raise
        raise Unsupported(
            f"the derivative cannot be batched: {type(error).__name__}: {str(error).strip().partition(chr(10))[0][:LONGEST]}"
        ) from error


def _of_rows(entries: Entries) -> Entries:
    """Each row's entries: the first index is that of the row."""
    return [(f"rows of {told('{}')}".format, _rows(x)) for told, x in entries]


def _rows(x: np.ndarray) -> np.ndarray:
    return np.stack([k * x for k in ROWS])  # (rows, *shape)


def _interleaved(looped: list[tuple[np.ndarray, ...]]) -> np.ndarray:
    """Per array, its rows: the order in which a batch lists them."""
    return flat([np.stack(rows) for rows in zip(*looped, strict=True)])


_SOURCE = "https://docs.pytorch.org/docs/stable/generated/torch.func.vmap.html"

LAWS = (
    Law(
        name="batched-vjp-eq-loop",
        family="batching",
        statement="A batch of cotangents gives the gradients of a loop over them.",
        equation="vmap(w -> f'(x)^T w) = stack of f'(x)^T w_i",
        source=_SOURCE,
        check=check_batched_vjp,
        faults=("unbatched",),
        needs=frozenset({"batching"}),
    ),
    Law(
        name="batched-jvp-eq-loop",
        family="batching",
        statement="A batch of tangents gives the output tangents of a loop over them.",
        equation="vmap(v -> f'(x) v) = stack of f'(x) v_i",
        source=_SOURCE,
        check=check_batched_jvp,
        faults=("unbatched",),
        needs=frozenset({"batching", "jvp"}),
    ),
)
