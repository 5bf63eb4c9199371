"""The subject as the oracle follows it: in double precision, by the backend itself or, where its own is coarse, by the catalogue's NumPy values."""

from __future__ import annotations

import msgspec

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.backends.catalogue_values import CatalogueValues
from harness.program import Case, Program

WIDE = {"complex64": "complex128", "complex128": "complex128"}


def precise(backend: Backend, case: Case) -> Bound:
    """The subject in double precision where the backend has it (the primals are exact there), else in the case's own dtype.

    Of a backend that computes coarsely the function is followed in the catalogue's NumPy values.
    """
    if backend.coarse and isinstance(case.subject, Program):
        return bind(CatalogueValues(), msgspec.structs.replace(case, device="cpu", layouts=()), dtype=WIDE.get(case.dtype, "float64"))
    return bind(backend, case, dtype=best_dtype(backend, case))


def best_dtype(backend: Backend, case: Case) -> str:
    """Double precision where the backend has it, else the case's own dtype."""
    best = WIDE.get(case.dtype, "float64")
    return best if best in backend.dtypes(case.device) else case.dtype
