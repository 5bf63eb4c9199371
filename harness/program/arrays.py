"""NumPy arrays as JSON that a person can read and that comes back bit for bit.

Small arrays are nested numbers (Python's shortest repr of a float is exact); `nan` and infinities are strings; a complex number is
the pair [real, imaginary]; arrays of more than 64 elements are base64 of their little-endian bytes.
"""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

READABLE_ELEMENTS = 64
_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode_array(array: np.ndarray) -> dict[str, Any]:
    """`array` as {dtype, shape, values | bytes}."""
    head: dict[str, Any] = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if array.size <= READABLE_ELEMENTS:
        return head | {"values": [_number(value) for value in array.ravel().tolist()]}
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return head | {"bytes": base64.b64encode(little.tobytes()).decode("ascii")}


def decode_array(data: dict[str, Any]) -> np.ndarray:
    """The array that `encode_array` wrote.

    Raises:
        ValueError: the fields do not describe an array.
    """
    try:
        dtype, shape = np.dtype(data["dtype"]), tuple(data["shape"])
        if dtype.kind not in "biufc":
            raise ValueError(f"dtype {dtype} is not numeric")
        if "bytes" in data:
            flat = np.frombuffer(base64.b64decode(data["bytes"]), dtype=dtype.newbyteorder("<"))
            return flat.astype(dtype).reshape(shape)
        return np.array([_value(item) for item in data["values"]], dtype=dtype).reshape(shape)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an array: {error}") from None


def _number(value: complex | float) -> Any:
    if isinstance(value, complex):
        return [_number(value.real), _number(value.imag)]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _value(item: Any) -> Any:
    if isinstance(item, list):
        return complex(_value(item[0]), _value(item[1]))
    return _WORDS[item] if isinstance(item, str) else item
