"""Which backend's arrays are these? Answered from the names of their classes, so that no framework is imported to find out.

torch.nn.Parameter, a subclass of torch.Tensor  ->  "torch"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.backends import Backend, backend_names, load_backend
from harness.program.nesting import flatten

_PACKAGES = {"jaxlib": "jax"}  # packages whose arrays belong to a backend of another name


def backend_for(backend: str | Backend | None, function: Any, arguments: Any) -> tuple[str, Backend]:
    """(name, backend): the one asked for, or the one whose arrays are among `arguments` (or that `function`, a module, belongs to).

    Raises:
        BackendError: the backend asked for cannot be had.
        TypeError: none was asked for, and the arguments show none.
        ValueError: the arguments show several.
    """
    if isinstance(backend, Backend):
        return _name_of(backend), backend
    if backend is not None:
        return backend, load_backend(backend)
    leaves = flatten(arguments, lambda leaf: next(_shown([leaf]), None) is not None)[1]
    names = list(dict.fromkeys([*_shown(leaves), *_shown([function])]))
    if len(names) > 1:
        raise ValueError(
            f"check_gradients(*primals) must be arrays of one backend; got arrays of {' and '.join(names)}. Convert them to one of these."
        )
    if not names:
        raise TypeError(f"check_gradients(*primals) must be arrays of a known backend; got {_types(arguments)}. Pass such arrays, or backend=NAME.")
    return names[0], load_backend(names[0])


def _name_of(backend: Backend) -> str:
    """What loads such a backend in another process."""
    known = backend.name in backend_names() or backend.name.startswith("faulty:")
    return backend.name if known else f"{type(backend).__module__}:{type(backend).__qualname__}"


def _shown(values: Iterable[Any]) -> Iterator[str]:
    known = backend_names()
    for value in values:
        packages = (kind.__module__.partition(".")[0] for kind in type(value).__mro__)
        found = (_PACKAGES.get(package, package) for package in packages)
        yield from [name for name in found if name in known][:1]


def _types(arguments: Any) -> str:
    leaves = flatten(arguments, lambda leaf: not isinstance(leaf, tuple | list | dict))[1]
    return ", ".join(dict.fromkeys(type(leaf).__name__ for leaf in leaves)) or "nothing"
