"""Arrays of mpmath numbers that NumPy's and SciPy's functions take, so that an op's own reference is evaluated in as many digits as wanted.

np.exp(x) = mpmath.exp of every element          likewise scipy.special.erf, np.logaddexp, np.sqrt ...: whatever `FORMULAS` has
np.sum, np.where, x @ y, x[1:], np.maximum       NumPy itself, which adds, multiplies, compares and rearranges objects

The numbers belong to a context of mpmath of our own: its precision and its methods are nobody else's.
Imports mpmath when it is asked only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy import special

Formula = Callable[..., Any]
MOST_PRODUCTS = 2**15  # in one product of matrices: a second, where some sixty are computed
TRUTHS = frozenset({np.isfinite, np.isnan, np.isinf})


class TooMany(Exception):
    """More numbers than can be followed in reasonable time."""


class Digits(np.ndarray[Any, Any]):
    """An array of mpmath numbers."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """The formula of `ufunc` element by element, else NumPy's loop over objects."""
        return _evaluated(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """NumPy's own; where it forgets what kind of array it was given, it is told again."""
        found = super().__array_function__(func, types, args, kwargs)
        return type(found)(map(_wrapped, found)) if type(found) in (list, tuple) else _wrapped(found)


def exact(values: Any) -> Any:
    """Float64 numbers as mpmath numbers, exactly; those of mpmath, integers and booleans as they are."""
    array = np.asarray(values)
    if array.dtype.kind == "O":
        return np.asarray(np.frompyfunc(_bare, 1, 1)(array), dtype=object).view(Digits)
    return _numbers(array) if array.dtype.kind == "f" else array


def _bare(number: Any) -> Any:
    """The number alone, where NumPy's padding has put an array of one into its place, or a float beside nothing."""
    alone = number.item() if isinstance(number, np.ndarray) else number
    return context().mpf(alone) if isinstance(alone, float) else alone


@cache
def context() -> Any:
    """Our own context of mpmath; NumPy finds the functions of one of its numbers, too, when it meets it alone."""
    import mpmath

    own = mpmath.mp.clone()
    own.mpf.__array_ufunc__ = lambda self, ufunc, method, *inputs, **kwargs: _evaluated(ufunc, method, inputs, kwargs)
    return own


def _evaluated(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if method == "at":  # the places are integers, and stay what they are
        return getattr(ufunc, method)(*map(_plain, inputs))
    formula, given = formulas().get(ufunc), [_given(x) for x in inputs]
    if ufunc is np.matmul and given[0].size * given[1].shape[-1] > MOST_PRODUCTS:
        raise TooMany(f"a product of matrices of {given[0].shape} and {given[1].shape} is not followed in more digits.")
    if formula is not None and method == "__call__":
        return _wrapped(np.frompyfunc(formula, len(given), 1)(*given), truth=ufunc in TRUTHS)
    if formula is not None and method == "accumulate":
        return _wrapped(np.frompyfunc(formula, 2, 1).accumulate(*given, **kwargs))
    return _wrapped(getattr(ufunc, method)(*given, **{name: _plain(value) for name, value in kwargs.items()}))


def _given(x: Any) -> Any:
    """An operand for NumPy's loops over objects: numbers as those of mpmath, so that none of Python's remains in a result."""
    array = np.asarray(x)
    return array.view(np.ndarray) if array.dtype.kind in "Ob" else _numbers(array).view(np.ndarray)


def _numbers(array: np.ndarray) -> Any:
    number, kind = context().mpf, float if array.dtype.kind == "f" else int
    found = np.empty(array.shape, dtype=object)
    found[...] = np.reshape([number(kind(x)) for x in array.ravel()] or np.zeros(0), array.shape)
    return found.view(Digits)


def _wrapped(found: Any, *, truth: bool = False) -> Any:
    if truth:
        return np.asarray(found).astype(bool)
    if isinstance(found, context().mpf):
        return np.array(found, dtype=object).view(Digits)
    return found.view(Digits) if isinstance(found, np.ndarray) and found.dtype == object else found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.view(np.ndarray) if isinstance(value, np.ndarray) else value


@cache
def formulas() -> dict[np.ufunc, Formula]:
    """What each function of NumPy and SciPy is in mpmath."""
    m = context()

    def lgamma(x: Any) -> Any:
        return m.re(m.loggamma(x)) if x > 0 else m.log(abs(m.gamma(x)))

    def logaddexp(x: Any, y: Any) -> Any:
        top, low = (x, y) if x >= y else (y, x)
        return top if m.isinf(top) else top + m.log1p(m.exp(low - top))

    def signed(x: Any, y: Any) -> Any:
        return abs(x) if y >= 0 else -abs(x)

    return {
        np.exp: m.exp, np.exp2: lambda x: m.mpf(2) ** x, np.expm1: m.expm1, np.log: m.log, np.log2: lambda x: m.log(x, 2), np.log10: m.log10,
        np.log1p: m.log1p, np.sqrt: m.sqrt, np.cbrt: m.cbrt, np.sin: m.sin, np.cos: m.cos, np.tan: m.tan, np.arcsin: m.asin, np.arccos: m.acos,
        np.arctan: m.atan, np.sinh: m.sinh, np.cosh: m.cosh, np.tanh: m.tanh, np.arcsinh: m.asinh, np.arccosh: m.acosh, np.arctanh: m.atanh,
        np.arctan2: m.atan2, np.hypot: m.hypot, np.logaddexp: logaddexp, np.logaddexp2: lambda x, y: logaddexp(x * m.ln2, y * m.ln2) / m.ln2,
        np.copysign: signed, np.deg2rad: m.radians, np.rad2deg: m.degrees, np.rint: m.nint, np.floor: m.floor, np.ceil: m.ceil,
        np.trunc: lambda x: m.floor(x) if x >= 0 else m.ceil(x), np.fmod: lambda x, y: m.sign(x) * (abs(x) % abs(y)),
        np.isfinite: m.isfinite, np.isnan: m.isnan, np.isinf: m.isinf, np.sinc: m.sincpi,
        special.erf: m.erf, special.erfc: m.erfc, special.erfcx: lambda x: m.exp(x * x) * m.erfc(x), special.erfinv: m.erfinv, special.ndtr: m.ncdf,
        special.log_ndtr: lambda x: m.log(m.ncdf(x)), special.ndtri: lambda p: m.sqrt(2) * m.erfinv(2 * p - 1), special.gammaln: lgamma,
        special.psi: m.digamma, special.i0: lambda x: m.besseli(0, x), special.i0e: lambda x: m.exp(-abs(x)) * m.besseli(0, x),
        special.i1: lambda x: m.besseli(1, x), special.i1e: lambda x: m.exp(-abs(x)) * m.besseli(1, x), special.entr: lambda x: -x * m.log(x),
        special.xlogy: lambda x, y: x * m.log(y), special.xlog1py: lambda x, y: x * m.log1p(y), special.expit: lambda x: 1 / (1 + m.exp(-x)),
        special.log_expit: lambda x: -logaddexp(m.zero, -x), special.logit: lambda x: m.log(x) - m.log1p(-x),
    }  # fmt: skip
