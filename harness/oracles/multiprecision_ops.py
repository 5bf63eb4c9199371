"""The catalogue's ops over object arrays of mpmath numbers.

unary, binary, ternary:  an mpmath formula per op, applied element by element after broadcasting
moving and summing:      NumPy itself, which adds, multiplies and rearranges objects
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.defaults import given

MOVES = frozenset([
    "add", "addcdiv", "addcmul", "broadcast_to", "concat", "cross", "cumulative_prod", "cumulative_sum", "diagonal", "divide",
    "expand_dims", "flip", "kron", "lerp", "matmul", "matrix_transpose", "mean", "moveaxis", "multiply", "negative", "outer",
    "permute_dims", "prod", "repeat", "reshape", "roll", "select", "slice", "square", "squeeze", "stack", "subtract", "sum", "take",
    "tensordot", "tile", "trace", "tril", "triu", "vecdot", "where",
])  # fmt: skip
Formula = Callable[..., Any]


def expressible(op: str, params: dict[str, Any]) -> bool:
    """Whether `op` can be evaluated here."""
    return op in MOVES or (op in formulas() and set(given(params)) <= {"exponent"}) or op in ("var", "std", "logsumexp", "softmax", "log_softmax")


def apply(op: str, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """The op's value on object arrays.

    Raises:
        LookupError: mpmath cannot express it.
    """
    if not expressible(op, params):
        raise LookupError(f"the op {op!r} cannot be evaluated in mpmath (parameters {params}); see harness.oracles.multiprecision_ops.")
    args = tuple(map(np.asarray, args))  # arithmetic on 0-d object arrays leaves bare numbers
    if op in MOVES:
        return lookup(op).reference(*args, **_plain(params))
    if op in formulas():
        return _elementwise(formulas()[op], *args, *given(params).values())
    return _SUMS[op](*args, **_plain(params))


@cache
def formulas() -> dict[str, Formula]:
    """An mpmath formula per op of one, two or more operands."""
    import mpmath as m

    return {
        "abs": abs, "reciprocal": lambda x: 1 / x, "sqrt": m.sqrt, "rsqrt": lambda x: 1 / m.sqrt(x), "power": lambda x, n: x**n,
        "exp": m.exp, "exp2": lambda x: m.mpf(2) ** x, "expm1": m.expm1, "log": m.log, "log2": lambda x: m.log(x, 2), "log10": m.log10,
        "log1p": m.log1p, "pow": lambda x, y: x**y, "hypot": m.hypot, "logaddexp": lambda x, y: m.log(m.exp(x) + m.exp(y)),
        "logaddexp2": lambda x, y: m.log(m.mpf(2) ** x + m.mpf(2) ** y, 2), "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
        "maximum": max, "minimum": min, "fmax": max, "fmin": min,
        "sin": m.sin, "cos": m.cos, "tan": m.tan, "asin": m.asin, "acos": m.acos, "atan": m.atan, "sinh": m.sinh, "cosh": m.cosh, "tanh": m.tanh,
        "asinh": m.asinh, "acosh": m.acosh, "atanh": m.atanh, "atan2": m.atan2, "sinc": lambda x: m.sincpi(x),
        "erf": m.erf, "erfc": m.erfc, "erfcx": lambda x: m.exp(x * x) * m.erfc(x), "erfinv": m.erfinv, "ndtr": m.ncdf,
        "log_ndtr": lambda x: m.log(m.ncdf(x)),
        "deg2rad": m.radians, "rad2deg": m.degrees,
        "lgamma": lambda x: m.log(abs(m.gamma(x))), "digamma": m.digamma, "i0": lambda x: m.besseli(0, x),
        "i0e": lambda x: m.exp(-abs(x)) * m.besseli(0, x),
        "i1": lambda x: m.besseli(1, x), "i1e": lambda x: m.exp(-abs(x)) * m.besseli(1, x), "entr": lambda x: -x * m.log(x),
        "xlogy": lambda x, y: x * m.log(y), "xlog1py": lambda x, y: x * m.log1p(y),
        "relu": lambda x: max(x, m.mpf(0)), "relu6": lambda x: min(max(x, m.mpf(0)), m.mpf(6)), "silu": lambda x: x / (1 + m.exp(-x)),
        "mish": lambda x: x * m.tanh(m.log1p(m.exp(x))), "sigmoid": lambda x: 1 / (1 + m.exp(-x)), "logsigmoid": lambda x: -m.log1p(m.exp(-x)),
        "softsign": lambda x: x / (1 + abs(x)), "tanhshrink": lambda x: x - m.tanh(x),
        "hardsigmoid": lambda x: min(max(x + 3, m.mpf(0)), m.mpf(6)) / 6,
        "hardswish": lambda x: x * min(max(x + 3, m.mpf(0)), m.mpf(6)) / 6,
    }  # fmt: skip


def _elementwise(formula: Formula, *args: Any) -> np.ndarray:
    return np.asarray(np.frompyfunc(formula, len(args), 1)(*args), dtype=object)


def _exp(x: np.ndarray) -> np.ndarray:
    return _elementwise(formulas()["exp"], x)


def _log(x: np.ndarray) -> np.ndarray:
    return _elementwise(formulas()["log"], x)


def _var(x: np.ndarray, *, axis: Any = None, correction: float = 0, keepdims: bool = False) -> Any:
    mean = np.mean(x, axis=axis, keepdims=True)
    count = x.size // max(np.size(mean), 1)
    return np.sum((x - mean) * (x - mean), axis=axis, keepdims=keepdims) / (count - correction)


def _std(x: np.ndarray, **params: Any) -> Any:
    return _elementwise(formulas()["sqrt"], _var(x, **params))


def _logsumexp(x: np.ndarray, *, axis: Any, keepdims: bool = False) -> Any:
    return _log(np.sum(_exp(x), axis=axis, keepdims=keepdims))


def _softmax(x: np.ndarray, *, axis: int) -> Any:
    return _exp(x) / np.sum(_exp(x), axis=axis, keepdims=True)


def _log_softmax(x: np.ndarray, *, axis: int) -> Any:
    return x - _log(np.sum(_exp(x), axis=axis, keepdims=True))


_SUMS: dict[str, Formula] = {"var": _var, "std": _std, "logsumexp": _logsumexp, "softmax": _softmax, "log_softmax": _log_softmax}


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as NumPy wants them: lists (JSON) of axes as tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in given(params).items()}
