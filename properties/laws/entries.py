"""What each entry of a flat vector is called: the entries of gradients, of outputs and of their tangents.

d <w, out> / d x0[1, 0]        out[2]        d out[2] / d v
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from harness.program import Case

Entries = Sequence[tuple[Callable[[str], str], np.ndarray]]  # (index -> name, an array of the shape and kind), one after the other


def of_gradients(case: Case, of: str = "<w, out>") -> Entries:
    """The entries of f'(x)^T w, or of the gradient of something else."""
    return [(f"d {of} / d {case.names[i]}{{}}".format, case.primals[i]) for i in case.differentiable]


def of_values(case: Case) -> Entries:
    """The entries of f(x)."""
    return [(f"{name}{{}}".format, w) for name, w in zip(_outputs(case), case.cotangents, strict=True)]


def of_tangents(case: Case, told: str = "d {} / d v") -> Entries:
    """The entries of f'(x) v, or of another derivative of the outputs."""
    return [(told.format(f"{name}{{}}").format, w) for name, w in zip(_outputs(case), case.cotangents, strict=True)]


def names_of(entries: Entries) -> Callable[[int], str]:
    """Flat index -> name; a vector that repeats them, as of several walks, has the names of the first. Empty where nothing is named."""

    def name(place: int) -> str:
        parts = [2 if x.dtype.kind == "c" else 1 for _, x in entries]  # a complex entry is two real ones
        ends = np.cumsum([part * x.size for part, (_, x) in zip(parts, entries, strict=True)], dtype=int)
        if not np.any(ends):
            return ""
        place %= int(ends[-1])
        k = int(np.searchsorted(ends, place, side="right"))
        told, x = entries[k]
        entry = (place - (int(ends[k - 1]) if k else 0)) // parts[k]
        index = ", ".join(str(int(i)) for i in np.unravel_index(entry, x.shape))
        return told(f"[{index}]" if index else "")

    return name


def _outputs(case: Case) -> list[str]:
    return [f"out{i}" for i in range(len(case.cotangents))] if len(case.cotangents) > 1 else ["out"]
