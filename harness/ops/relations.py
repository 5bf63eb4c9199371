"""What an op's values at one point say about those at another: the derivative must say the same.

mirror       f(-x) = s f(x)                 =>   f'(-x)^T w = -s f'(x)^T w
scale        f(c x) = c^k f(x)              =>   c f'(c x)^T w = c^k f'(x)^T w
permutation  f(x reversed) = f(x) reversed  =>   f'(x reversed)^T (w reversed) = (f'(x)^T w) reversed
equivalent   f = h g                        =>   f'(x)^T w = g'(x)^T h'(g(x))^T w
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

SCALE = 4.0  # a power of 2, and of its own square root: nothing is rounded


@dataclass(frozen=True)
class Mirror:
    """Values change by `sign` when these operands change theirs."""

    sign: int
    operands: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Scale:
    """Values grow with this power of a factor of these operands; a multiple of 1/2."""

    power: float
    operands: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Reversed:
    """Values of operands that are reversed along every axis are the values, reversed along every axis."""


@dataclass(frozen=True)
class Equivalent:
    """Another program: (op, operands) one after the other; "x0" is the first operand, "v0" the first result. `along` hands on the op's parameters."""

    steps: tuple[tuple[str, tuple[str, ...]], ...]
    along: frozenset[str] = frozenset()


Relation = Mirror | Scale | Reversed | Equivalent


def relations_of(op: str) -> tuple[Relation, ...]:
    """What is known of `op`."""
    return (*_MIRRORS.get(op, ()), *_SCALES.get(op, ()), *_EQUIVALENT.get(op, ()), *((Reversed(),) if op in _REVERSED else ()))


def _steps(*steps: str, along: str = "") -> tuple[Equivalent]:
    """One step each: the op, then its operands."""
    split = [step.split() for step in steps]
    return (Equivalent(tuple((op, tuple(args)) for op, *args in split), frozenset(along.split())),)


_ODD = """negative sin tan asin atan sinh tanh asinh atanh erf erfinv softsign tanhshrink sum mean cumulative_sum diff trace
    matrix_transpose tril triu reshape flip roll permute_dims dropout dropout1d dropout2d dropout3d"""
_ALIKE_EVERYWHERE = """exp log sin tanh sigmoid relu square sqrt erf gelu silu softplus add subtract multiply divide maximum minimum hypot logaddexp
    where sum mean prod max min logsumexp var std softmax log_softmax"""
_EVEN = "abs square cos cosh sinc i0 var std vector_norm matrix_norm"
_HOMOGENEOUS = {
    "abs relu leaky_relu sum mean max min sort cumulative_sum std vector_norm matrix_norm hypot maximum minimum add subtract": 1.0,
    "dropout dropout1d dropout2d dropout3d": 1.0,
    "square multiply var": 2.0,
    "sqrt": 0.5,
    "rsqrt": -0.5,
    "reciprocal": -1.0,
    "divide atan2": 0.0,
}
_OF_TWO = ["hypot", "maximum", "minimum", "add", "subtract", "multiply", "divide", "atan2"]
_MIRRORS: MappingProxyType[str, tuple[Mirror, ...]] = MappingProxyType(
    {name: (Mirror(-1),) for name in _ODD.split()}
    | {name: (Mirror(1),) for name in _EVEN.split()}
    | {name: (Mirror(-1), Mirror(-1, (1,)), Mirror(1, (0, 1))) for name in ("multiply", "divide", "matmul", "outer", "kron", "dot", "mv", "bmm")}
    | {name: (Mirror(-1, (0, 1)),) for name in ("add", "subtract")}
    | {"hypot": (Mirror(1), Mirror(1, (1,)))}
)
_SCALES = MappingProxyType(
    {name: (Scale(power, (0, 1) if name in _OF_TWO else (0,)),) for names, power in _HOMOGENEOUS.items() for name in names.split()}
    | {name: (Scale(1.0), Scale(1.0, (1,))) for name in ("matmul", "outer", "kron", "dot", "mv", "bmm")}
)
_REVERSED = frozenset(_ALIKE_EVERYWHERE.split())
_EQUIVALENT: MappingProxyType[str, tuple[Equivalent, ...]] = MappingProxyType(
    {
        "subtract": _steps("negative x1", "add x0 v0"),
        "divide": _steps("reciprocal x1", "multiply x0 v0"),
        "square": _steps("multiply x0 x0"),
        "exp": _steps("negative x0", "exp v0", "reciprocal v1"),
        "rsqrt": _steps("sqrt x0", "reciprocal v0"),
        "tan": _steps("sin x0", "cos x0", "divide v0 v1"),
        "tanh": _steps("sinh x0", "cosh x0", "divide v0 v1"),
        "silu": _steps("sigmoid x0", "multiply x0 v0"),
        "tanhshrink": _steps("tanh x0", "subtract x0 v0"),
        "logsigmoid": _steps("sigmoid x0", "log v0"),
        "hypot": _steps("square x0", "square x1", "add v0 v1", "sqrt v2"),
        "logaddexp": _steps("exp x0", "exp x1", "add v0 v1", "log v2"),
        "maximum": _steps("negative x0", "negative x1", "minimum v0 v1", "negative v2"),
        "minimum": _steps("negative x0", "negative x1", "maximum v0 v1", "negative v2"),
        "max": _steps("negative x0", "min v0", "negative v1", along="min"),
        "min": _steps("negative x0", "max v0", "negative v1", along="max"),
        "softmax": _steps("log_softmax x0", "exp v0", along="log_softmax"),
        "log_softmax": _steps("softmax x0", "log v0", along="softmax"),
        "dot": _steps("multiply x0 x1", "sum v0"),
        "mv": _steps("matmul x0 x1"),
        "bmm": _steps("matmul x0 x1"),
        "det": _steps("matrix_transpose x0", "det v0"),
        "logabsdet": _steps("matrix_transpose x0", "logabsdet v0"),
        "inv": _steps("matrix_transpose x0", "inv v0", "matrix_transpose v1"),
        "matrix_exp": _steps("matrix_transpose x0", "matrix_exp v0", "matrix_transpose v1"),
        "matmul": _steps("negative x0", "negative x1", "matmul v0 v1"),
    }
)
