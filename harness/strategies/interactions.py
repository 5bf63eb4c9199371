"""Pairs of ops whose interaction has been a source of bugs: which op to try next, after a given one.

broadcast, then reduce        view, then an op that assumes a memory order        f, then its inverse
"""

from __future__ import annotations

from functools import cache

from harness.ops.op import Op

INVERSES = (
    ("exp", "log"),
    ("expm1", "log1p"),
    ("exp2", "log2"),
    ("square", "sqrt"),
    ("tanh", "atanh"),
    ("sin", "asin"),
    ("cos", "acos"),
    ("sinh", "asinh"),
    ("cosh", "acosh"),
    ("sigmoid", "logit"),
    ("erf", "erfinv"),
    ("ndtr", "ndtri"),
    ("cumulative_sum", "diff"),
    ("stack", "unstack"),
    ("concat", "split"),
    ("diag_embed", "diagonal"),
    ("fft", "ifft"),
    ("rfft", "irfft"),
    ("view_as_complex", "view_as_real"),
    ("negative", "negative"),
    ("reciprocal", "reciprocal"),
    ("matrix_transpose", "matrix_transpose"),
    ("flip", "flip"),
    ("inv", "inv"),
)
VIEWS = ("shaping", "diagonals")
AFTER_A_VIEW = ("reductions", "cumulative", "products", "indexing", "joining", "norms", "normalization")
BROADCASTS = ("broadcast_to", "expand_dims", "tile", "repeat")
AFTER_A_BROADCAST = ("reductions", "norms")


def partners(previous: Op, pool: tuple[Op, ...]) -> tuple[Op, ...]:
    """The ops of `pool` that are worth trying on a result of `previous`; all of them when none stands out."""
    wanted = _inverses(previous.name)
    families = AFTER_A_BROADCAST if previous.name in BROADCASTS else AFTER_A_VIEW if previous.family in VIEWS else ()
    return tuple(op for op in pool if op.name in wanted or op.family in families) or pool


@cache
def _inverses(name: str) -> frozenset[str]:
    return frozenset({b for a, b in INVERSES if a == name} | {a for a, b in INVERSES if b == name})
