"""The native source: subjects that a backend's own library describes, beside the catalogue's ops. Their names begin with "native:".

native:linalg.eigh    the samples that torch's own tests draw for it, each in random directions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from harness.backends import Backend, Unsupported
from harness.program import Case

PREFIX = "native:"
ANY = f"{PREFIX}*"  # stands for all of them where they cannot be listed


def is_native(op: str) -> bool:
    """Whether `op` names a subject of the native source."""
    return op.startswith(PREFIX)


def native_ops(backend: Backend, matches: Callable[[str], bool], dtypes: Sequence[str], devices: Sequence[str]) -> list[str]:
    """The names that match, of any of the dtypes and devices; only `ANY` where the source cannot be had."""
    try:
        known = dict.fromkeys(PREFIX + name for device in devices for dtype in dtypes for name in _names(backend, dtype, device))
    except Unsupported:
        return [ANY]
    return [name for name in known if matches(name)]


def native_gap(backend: Backend, op: str, dtype: str, device: str) -> str:
    """Why `op` has no case in `dtype`; empty when it has some."""
    try:
        listed = op.removeprefix(PREFIX) in _names(backend, dtype, device)
    except Unsupported as gap:
        return str(gap)
    return "" if listed else f"backend {backend.name} describes no differentiable {op} in {dtype}."


def native_cases(backend: Backend, op: str, device: str, dtype: str, seed: int) -> Iterator[Case]:
    """The cases of `op` from `seed`."""
    return backend.native_cases(op.removeprefix(PREFIX), dtype=dtype, device=device, seed=seed)


def same_points(case: Case, other: Case) -> bool:
    """Whether both look at the same place: the domain of a native subject is known at its samples only, so that no other place is tried."""
    return len(case.primals) == len(other.primals) and all(map(np.array_equal, case.primals, other.primals))


@cache
def _names(backend: Backend, dtype: str, device: str) -> tuple[str, ...]:
    return backend.native_names(dtype, device)
