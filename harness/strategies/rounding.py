"""Numbers that are exact in a dtype, held in float64 (complex128).

    exactly(x, dtype) = the nearest number of `dtype`, ties to even

A case holds such numbers only, so that every backend and every oracle starts from the very same point.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

REAL_DTYPES = ("float64", "float32", "bfloat16", "float16")
COMPLEX_DTYPES = ("complex128", "complex64")
REAL_PART = MappingProxyType({"complex128": "float64", "complex64": "float32"})

# Beyond this the rounding of a value swamps what a sum or difference adds to it, and powers of it overflow within a few instructions.
LARGEST = MappingProxyType({"float64": 1e6, "float32": 1e6, "bfloat16": 1e6, "float16": 1e3})
MAXIMUM = MappingProxyType({"float64": 1.8e308, "float32": 3.4e38, "bfloat16": 3.4e38, "float16": 65504.0})
ULP_OF_ONE = MappingProxyType({"float64": 2.0**-52, "float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7})
HEADROOM = 1e3  # a direction times a value must not overflow


def real_dtype(dtype: str) -> str:
    """The dtype of the real part."""
    return REAL_PART.get(dtype, dtype)


def largest(dtype: str, limit: float = 1.0) -> float:
    """The largest magnitude that the generators let a value of `dtype` take; `limit` as in a Regime."""
    kind = real_dtype(dtype)
    return min(LARGEST[kind] * limit, MAXIMUM[kind] / HEADROOM)


def an_ulp_from(x: np.ndarray, steps: np.ndarray, dtype: str) -> np.ndarray:
    """The number of `dtype` next to each of `x`, none of which is 0, upwards or downwards, as the sign of `steps` says."""
    fraction, exponent = np.frexp(x)
    halved = (np.abs(fraction) == 0.5) & (steps * x < 0)  # below a power of two numbers are twice as dense
    return exactly(x + np.sign(steps) * ULP_OF_ONE[dtype] * np.exp2(exponent - 1) / np.where(halved, 2, 1), dtype)


def exactly(values: np.ndarray, dtype: str) -> np.ndarray:
    """`values` rounded to `dtype`, in float64 or, for complex values, complex128."""
    if np.iscomplexobj(values):
        rounded = np.empty(values.shape, dtype=np.complex128)  # part by part: multiplying by 1j would lose signed zeros
        rounded.real, rounded.imag = exactly(values.real, dtype), exactly(values.imag, dtype)
        return rounded
    kind = real_dtype(dtype)
    if kind == "bfloat16":
        return _bfloat16(values)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(values, dtype=np.float64).astype(kind).astype(np.float64)


def gaussian(rng: np.random.Generator, like: np.ndarray, dtype: str) -> np.ndarray:
    """A zero-mean direction of the shape of `like`, real or complex as it is."""
    raw = rng.standard_normal(like.shape) + (1j * rng.standard_normal(like.shape) if np.iscomplexobj(like) else 0.0)
    return exactly(np.asarray(raw), dtype)


def _bfloat16(values: np.ndarray) -> np.ndarray:
    """float32 with the lower half of the significand rounded away; via float32 with round-to-odd, so that it is rounded once only."""
    wide = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        single = np.array(wide, dtype=np.float32)
    bits = single.view(np.uint32)
    inexact = (single.astype(np.float64) != wide) & np.isfinite(wide)
    toward_zero = np.where(np.abs(single.astype(np.float64)) > np.abs(wide), bits - np.uint32(1), bits)
    odd = np.where(inexact, toward_zero | np.uint32(1), bits).astype(np.uint64)
    halved = (odd + np.uint64(0x7FFF) + ((odd >> np.uint64(16)) & np.uint64(1))) & np.uint64(0xFFFF0000)
    finite = np.where(np.isfinite(wide), halved, odd).astype(np.uint32)
    return np.asarray(finite.view(np.float32).astype(np.float64)).reshape(wide.shape)
