"""The arguments of a user's call as a case holds them: flat arrays by name, which of them are differentiated, and how they nest.

f(x, {"w": w}, flag=True)   ->   x, w['w']   and   {args: (0, {"w": 1}), kwargs: {"flag": True}, owned: {}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.checking.layouts import nearest_layout
from harness.checking.naming import argument_names
from harness.program.error_words import first_line
from harness.program.nesting import Nest, flatten
from harness.program.opaque import array_dtype, floating_dtype

_REAL_PART = {"complex128": "float64", "complex64": "float32"}
Wrt = int | str | Sequence[int | str] | None


@dataclass(frozen=True)
class Arguments:
    """The arrays of one call (`values` in NumPy), and the `nest` that puts them back into it."""

    nest: Nest
    names: tuple[str, ...]
    values: tuple[np.ndarray, ...]
    layouts: tuple[str, ...]
    differentiable: tuple[int, ...]
    dtype: str
    device: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Leaf:
    """One array: `root` names the argument that it is part of, `is_primal` says whether it is differentiated unless `wrt` says otherwise."""

    array: Any
    root: str
    name: str
    is_primal: bool


def read_arguments(backend: Backend, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], wrt: Wrt = None) -> Arguments:
    """What a call is made of.

    Raises:
        TypeError: nothing to differentiate.
        ValueError: several dtypes or devices, or `wrt` names nothing.
    """
    owned = dict(backend.owned(function))
    tree = {"args": tuple(args), "kwargs": dict(kwargs), "owned": {name: array for name, (array, _) in owned.items()}}
    nest, _, _ = flatten(tree, lambda leaf: _is_array(leaf, backend))
    roots = argument_names(function, len(args))
    leaves = list(_leaves(backend, dict(zip(roots, args, strict=True)), kwargs, owned))
    floating = [i for i, leaf in enumerate(leaves) if floating_dtype(leaf.array, backend)]
    chosen = _chosen(leaves, floating, roots, wrt, args)
    dtype, device = _dtype(backend, [leaves[i] for i in floating]), _device(backend, leaves)
    if dtype not in backend.dtypes(device):
        known = ", ".join(backend.dtypes(device))
        raise ValueError(f"check_gradients(*primals) must be of a dtype that {backend.name} differentiates ({known}); got {dtype}. Cast them.")
    values = tuple(_wide(_read(backend, leaf)) for leaf in leaves)
    laid = [nearest_layout(leaf.name, x, backend.strides(leaf.array)) for leaf, x in zip(leaves, values, strict=True)]
    layouts, notes = tuple(layout for layout, _ in laid), tuple(note for _, note in laid if note)
    return Arguments(nest, tuple(leaf.name for leaf in leaves), values, layouts, chosen, dtype, device, notes)


def _leaves(backend: Backend, args: Mapping[str, Any], kwargs: Mapping[str, Any], owned: Mapping[str, tuple[Any, bool]]) -> Iterator[_Leaf]:
    """The arrays in the order in which `flatten` meets them."""
    for root, value, is_primal in (*((root, value, True) for root, value in args.items()), *((root, value, False) for root, value in kwargs.items())):
        _, arrays, paths = flatten(value, lambda leaf: _is_array(leaf, backend))
        yield from (_Leaf(_adopted(backend, array), root, root + path, is_primal) for array, path in zip(arrays, paths, strict=True))
    yield from (_Leaf(array, name, name, trained) for name, (array, trained) in owned.items())


def _chosen(leaves: Sequence[_Leaf], floating: Sequence[int], roots: Sequence[str], wrt: Wrt, args: Sequence[Any]) -> tuple[int, ...]:
    if wrt is None:
        found = [i for i in floating if leaves[i].is_primal]
    else:
        wanted = [
            roots[each] if isinstance(each, int) and -len(roots) <= each < len(roots) else each
            for each in ([wrt] if isinstance(wrt, int | str) else wrt)
        ]
        found = [i for i in floating if {leaves[i].root, leaves[i].name} & set(wanted)]
        for each in wanted:
            if not any(each in (leaves[i].root, leaves[i].name) for i in floating):
                known = ", ".join(leaves[i].name for i in floating) or "none"
                raise ValueError(f"check_gradients(wrt=...) must name floating-point primals or parameters ({known}), or be positions; got {each!r}.")
    if not found:
        kinds = ", ".join(_kind(each) for each in args) or "no primals"
        raise TypeError(
            f"check_gradients(*primals) must hold a floating-point array to differentiate; got {kinds}. Pass one, or name a keyword in wrt=."
        )
    return tuple(found)


def _dtype(backend: Backend, leaves: Sequence[_Leaf]) -> str:
    """The dtype that all share; a complex one may go with the dtype of its real part."""
    seen = {leaf.name: backend.describe(leaf.array).dtype for leaf in leaves}
    if len({_REAL_PART.get(dtype, dtype) for dtype in seen.values()}) > 1:
        raise ValueError(f"check_gradients(*primals) must share one floating-point dtype; got {_listed(seen)}. Cast them to one.")
    return min(seen.values(), key=lambda dtype: dtype not in _REAL_PART)


def _device(backend: Backend, leaves: Sequence[_Leaf]) -> str:
    seen = {leaf.name: backend.describe(leaf.array).device for leaf in leaves}
    if len(set(seen.values())) > 1:
        raise ValueError(f"check_gradients(*primals) must be on one device; got {_listed(seen)}. Move them to one.")
    return next(iter(seen.values()))


def _is_array(value: Any, backend: Backend) -> bool:
    return array_dtype(value, backend) is not None or (isinstance(value, np.ndarray) and value.dtype.kind in "biufc")


def _adopted(backend: Backend, value: Any) -> Any:
    """A NumPy array as the backend's, on its default device."""
    if array_dtype(value, backend) is not None:
        return value
    return backend.array(value, dtype=str(value.dtype), device=backend.devices()[0])


def _read(backend: Backend, leaf: _Leaf) -> np.ndarray:
    """The leaf's numbers; a sparse or a quantized one has none that NumPy could hold, one of a meta device none at all."""
    try:
        return backend.numpy(leaf.array)
    except Exception as error:  # whatever the backend says to it
        said = first_line(error).rstrip(".")
        raise TypeError(f"check_gradients(*primals) must be dense arrays of numbers; {leaf.name} is not: {said}. Pass a dense one.") from None


def _wide(values: np.ndarray) -> np.ndarray:
    """Every floating-point number is exact in double precision."""
    return values.astype({"f": np.float64, "c": np.complex128}.get(values.dtype.kind, values.dtype))


def _kind(value: Any) -> str:
    return f"{type(value).__name__} of {value.dtype}" if hasattr(value, "dtype") else type(value).__name__


def _listed(seen: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {what}" for name, what in seen.items())
