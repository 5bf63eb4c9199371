"""Cases of a user's call: fresh random directions for every law and probe.

v, w ~ N(0, 1), rounded to the dtype, from (seed + probe, law), so that its own seed shows a probe again

They are of both signs, since a backward that reads |w| is wrong too.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from harness.backends import Backend
from harness.checking.arguments import Arguments
from harness.program import Case, Opaque


def draw_case(
    backend: Backend,
    law: str,
    subject: Opaque,
    arguments: Arguments,
    outputs: Sequence[np.ndarray],
    *,
    name: str,
    seed: int,
    probe: int = 0,
    resolution: float | None = None,
) -> Case:
    """The case that asks `law` of one call on the backend called `name`; `outputs` are its values, whose shapes the cotangents take."""
    rng = np.random.default_rng((seed + probe, crc32(law.encode()), 0))
    points = [arguments.values[i] for i in arguments.differentiable]

    def direction(like: np.ndarray) -> np.ndarray:
        raw = rng.standard_normal(like.shape) + (1j * rng.standard_normal(like.shape) if np.iscomplexobj(like) else 0.0)
        return _exactly(backend, np.asarray(raw), arguments)

    return Case(
        law=law,
        subject=subject,
        backend=name,
        device=arguments.device,
        dtype=arguments.dtype,
        primals=arguments.values,
        differentiable=arguments.differentiable,
        tangents=tuple(direction(x) for x in points),
        cotangents=tuple(direction(y) for y in outputs),
        layouts=arguments.layouts,
        seed=seed + probe,
        resolution=resolution,
    )


def _exactly(backend: Backend, raw: np.ndarray, arguments: Arguments) -> np.ndarray:
    """The nearest numbers of the case's dtype, in double precision: once into the backend and back, part by part."""
    real = {"complex128": "float64", "complex64": "float32"}.get(arguments.dtype, arguments.dtype)
    if raw.dtype.kind == "c":
        return np.asarray(_exactly(backend, raw.real, arguments) + 1j * _exactly(backend, raw.imag, arguments))
    return backend.numpy(backend.array(np.ascontiguousarray(raw), dtype=real, device=arguments.device)).astype(np.float64).reshape(raw.shape)
