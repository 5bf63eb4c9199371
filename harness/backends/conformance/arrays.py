"""Arrays over the border and back: the same numbers, in new memory, described as they are.

numpy(array(x)) == x          and neither shares memory with the other
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from harness.backends.conformance.shortfall import Shortfall, exception_of
from harness.backends.protocol import Backend, Description
from harness.program.layout import LAYOUTS, lay_out, repeating

_COPY = "Copy in `array` and in `numpy`: the oracle changes its arrays, and would change yours."


def array_shortfalls(backend: Backend) -> Iterator[Shortfall]:
    """Round trips on every device and in every dtype, copies, layouts, descriptions."""
    for device in backend.devices():
        for dtype in backend.dtypes(device):
            for values in _samples(dtype):
                yield from _round_trip(backend, values, dtype, device)
        for values in (np.array([3, -1, 2**40]), np.array([True, False])):
            yield from _round_trip(backend, values, backend.dtypes(device)[0], device)
        yield from _copies(backend, device)
        yield from _layouts(backend, device)
    yield from _descriptions(backend)


def _samples(dtype: str) -> Iterator[np.ndarray]:
    """Arrays of all ranks, empty ones, and views with strides; small integers, exact in every dtype."""
    base = np.arange(12.0).reshape(3, 4) - 5
    for values in (base, np.array(3.0), np.zeros((0, 2)), np.array([7.0]), base.T, base[::-1, ::2]):
        yield values * (1 + 2j) if dtype.startswith("complex") else values


def _round_trip(backend: Backend, values: np.ndarray, dtype: str, device: str) -> Iterator[Shortfall]:
    asked = f"array(<{values.dtype.name} of shape {values.shape}>, dtype={dtype!r}, device={device!r})"
    made = backend.array(values, dtype=dtype, device=device)
    seen: Any = backend.describe(made)
    if not isinstance(seen, Description):
        why = f"It returned {type(seen).__name__}."
        yield Shortfall("`describe(array)` must return a harness.backends.Description.", why, "Return Description(shape, dtype, device).")
        return
    due = dtype if values.dtype.kind in "fc" else values.dtype.name
    for field, wanted in (("shape", values.shape), ("dtype", due), ("device", device)):
        if getattr(seen, field) != wanted or type(getattr(seen, field)) is not type(wanted):
            why = f"For `{asked}` it says {getattr(seen, field)!r}, not {wanted!r}."
            yield Shortfall(f"`describe(array).{field}` must be that of the array asked for.", why, f"Honour `{field}` in `array`, and tell it so.")
    back: Any = backend.numpy(made)
    if not isinstance(back, np.ndarray):
        yield Shortfall("`numpy(array)` must return a numpy.ndarray.", f"It returned {type(back).__name__}.", "Wrap it in np.array(...).")
    elif back.shape != values.shape or not np.array_equal(back, values):
        yield Shortfall(
            "`numpy(array(x))` must be x.", f"`{asked}` came back as {back.tolist()}, not {values.tolist()}.", "Keep values, order and shape."
        )
    elif back.dtype != _dtype_back(due):
        why = f"An array of {due} came back as {back.dtype}, not {_dtype_back(due)}."
        yield Shortfall("`numpy(array)` must keep the dtype.", why, "Do not cast in `numpy`.")


def _dtype_back(dtype: str) -> np.dtype[Any]:
    return np.dtype("float32" if dtype == "bfloat16" else dtype)


def _copies(backend: Backend, device: str) -> Iterator[Shortfall]:
    dtype = backend.dtypes(device)[0]
    source = np.arange(6.0).reshape(2, 3)
    made = backend.array(source, dtype=dtype, device=device)
    source[0, 0] = 99
    if backend.numpy(made)[0, 0] == 99:
        yield Shortfall("`array(x)` must be a copy of x.", "A change of x afterwards changed the array.", _COPY)
    out = backend.numpy(made)
    if not out.flags.writeable:
        yield Shortfall("`numpy(array)` must be a copy that may be written.", "It is read-only.", "Return np.array(...), which copies.")
        return
    out[0, 1] = 77
    if backend.numpy(made)[0, 1] == 77:
        yield Shortfall("`numpy(array)` must be a copy.", "A change of it changed the backend's array.", _COPY)


def _layouts(backend: Backend, device: str) -> Iterator[Shortfall]:
    if "layouts" not in backend.capabilities:
        return
    for layout in LAYOUTS:
        values = repeating(np.arange(24.0).reshape(2, 3, 4), layout)
        made = backend.array(values, dtype=backend.dtypes(device)[0], device=device, layout=layout)
        if not np.array_equal(backend.numpy(made), values):
            yield Shortfall("A layout must not change the values.", f"layout={layout!r} did.", "Build it from harness.program.layout.lay_out.")
        due, seen = lay_out(values, layout)[2], backend.strides(made)
        if seen is None or tuple(seen) != due:
            remedy = "Realise the strides of harness.program.layout.lay_out and tell them in `strides`, or drop the capability 'layouts'."
            yield Shortfall("A backend with 'layouts' must realise each.", f"layout={layout!r} has strides {seen}, not {due}.", remedy)


def _descriptions(backend: Backend) -> Iterator[Shortfall]:
    for stranger in (None, "text", object()):
        error = exception_of(lambda stranger=stranger: backend.describe(stranger))  # type: ignore[misc]
        if not isinstance(error, TypeError):
            seen = f"raised {type(error).__name__}" if error else "returned"
            why = f"For {type(stranger).__name__} it {seen}."
            yield Shortfall("`describe` must raise TypeError for what is no array of the backend.", why, "Test with isinstance first.")
