"""All ops by name: ours, one family a module, and those that installed packages add (entry points `autograd_harness.ops`).

A family module has `OPS`, a tuple of `Op`. An entry point names such a tuple.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from harness.ops.op import Op

FAMILIES = (
    "elementwise",
    "trigonometric",
    "stepping",
    "special",
    "selecting",
    "reductions",
    "statistics",
    "masked",
    "cumulative",
    "norms",
    "distances",
    "shaping",
    "reordering",
    "regrouping",
    "stacking",
    "joining",
    "indexing",
    "writing",
    "placing",
    "diagonals",
    "products",
    "matrix_products",
    "affine",
    "einsum",
    "linear_algebra",
    "right_division",
    "factorizations",
    "spectral",
    "eigenvectors",
    "matrix_norms",
    "activations",
    "normalization",
    "attention",
    "convolutions",
    "images",
    "resampling",
    "pooling",
    "unpooling",
    "recurrent",
    "losses",
    "margin_losses",
    "weighted",
    "running_statistics",
    "alignments",
    "dropping",
    "complex_numbers",
    "fourier",
    "fourier_grids",
)


@cache
def catalogue() -> Mapping[str, Op]:
    """Every op by name, in the order of the families.

    Raises:
        ValueError: two ops share a name.
    """
    ops: dict[str, Op] = {}
    for op in _all_ops():
        if op.name in ops:
            raise ValueError(f"two ops are called {op.name!r}; rename the one that an entry point of autograd_harness.ops adds.")
        ops[op.name] = op
    return MappingProxyType(ops)


def lookup(name: str) -> Op:
    """The op called `name`.

    Raises:
        LookupError: no such op; the message offers close names.
    """
    try:
        return catalogue()[name]
    except KeyError:
        close = get_close_matches(name, catalogue(), n=3)
        hint = f"Did you mean {', '.join(close)}?" if close else "See them with: autograd-harness list ops."
        raise LookupError(f"no op of the catalogue is called {name!r}. {hint}") from None


def _all_ops() -> Iterator[Op]:
    for family in FAMILIES:
        yield from import_module(f"harness.ops.{family}").OPS
    for entry in entry_points(group="autograd_harness.ops"):
        yield from entry.load()
