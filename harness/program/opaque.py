"""A user's own function as a subject: registered in this process under its target, or imported from it.

    resolve(Opaque("mypkg.ops:gelu"))(*arrays) -> tuple of arrays        flat in, flat out

The arrays of a call may nest in its arguments, and the function may own arrays itself (a module's parameters): `Opaque.structure` says how, as plain
data, so that a case file replays in a process that can import the target.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import BuiltinFunctionType
from typing import Any, Protocol

from harness.program.case import Opaque
from harness.program.nesting import Nest, flatten
from harness.program.target import UnknownTarget, callable_of, import_target

Flat = Callable[..., tuple[Any, ...]]
_REGISTERED: dict[str, tuple[Callable[..., Any], Nest]] = {}
_NUMBERS = count(1)


class NoOutput(TypeError):
    """A function returned nothing that could be differentiated; the message says what it returned."""


def register(target: str, function: Callable[..., Any], nest: Nest) -> None:
    """Make a call of `function`, its arrays put in by `nest` (see `flat`), the meaning of `target` from now on."""
    _REGISTERED[target] = (function, nest)


def forget(target: str) -> None:
    """Undo `register`."""
    _REGISTERED.pop(target, None)


class Host(Protocol):
    """What a backend knows about functions and arrays (harness.backends.Backend)."""

    def call(self, function: Callable[..., Any], owned: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """`function(*args, **kwargs)` with `owned` in place of the arrays that it owns."""

    def describe(self, array: Any) -> Any:
        """Something with a `dtype`. Raises TypeError when `array` is none."""


def resolve(opaque: Opaque, host: Host) -> Flat:
    """The flat function of `opaque`.

    Raises:
        UnknownTarget: it was not registered in this process, and cannot be imported.
    """
    if opaque.target in _REGISTERED:
        return flat(*_REGISTERED[opaque.target], host)
    if opaque.target.startswith("["):
        raise UnknownTarget(f"the function {opaque.target!r} is not known here; replay it from the test that checks it.")
    function = callable_of(import_target(opaque.target))
    if opaque.structure is None:
        return lambda *arrays: differentiable_outputs(host.call(function, {}, arrays, opaque.kwargs), host)
    return flat(function, Nest(opaque.structure), host)


def flat(function: Callable[..., Any], nest: Nest, host: Host) -> Flat:
    """`function` of flat arrays, which `nest` puts into {args, kwargs, owned}."""

    def flattened(*arrays: Any) -> tuple[Any, ...]:
        given = nest.fill(arrays)
        return differentiable_outputs(host.call(function, given["owned"], given["args"], given["kwargs"]), host)

    return flattened


def differentiable_outputs(result: Any, host: Host) -> tuple[Any, ...]:
    """The floating-point arrays in what a function returned, in order; integers, masks and other objects are left out.

    Raises:
        NoOutput: there is none.
    """
    plain = result if type(result) is tuple else (result,)
    if plain and all(floating_dtype(leaf, host) is not None for leaf in plain):  # nearly always: no tree to walk
        return plain
    found = tuple(flatten(result, lambda leaf: floating_dtype(leaf, host) is not None)[1])
    if not found:
        raise NoOutput(f"it returned {_what(result)}")
    return found


def array_dtype(value: Any, host: Host) -> str | None:
    """The dtype of an array of `host`'s; None for anything else."""
    try:
        return str(host.describe(value).dtype)
    except TypeError:
        return None


def floating_dtype(value: Any, host: Host) -> str | None:
    """The dtype of a real or complex floating-point array of `host`'s; None for anything else."""
    dtype = array_dtype(value, host)
    return dtype if dtype is not None and ("float" in dtype or "complex" in dtype) else None


def target_of(function: Any) -> str | None:
    """`module:qualified.name` when importing that gives `function` back, else None."""
    return next((place for place in _places(function) if _leads_to(place, function)), None)


def _places(function: Any) -> Iterator[str]:
    """For a builtin the modules that have it, public ones first; for any other where it says that it lives."""
    if isinstance(function, BuiltinFunctionType):
        having = (module for module, found in list(sys.modules.items()) if getattr(found, "__dict__", {}).get(function.__name__) is function)
        yield from (f"{module}:{function.__name__}" for module in sorted(having, key=lambda module: ("._" in module, len(module))))
    owner = getattr(function, "__self__", None)
    if isinstance(owner, type):
        yield f"{owner.__module__}:{owner.__qualname__}.{function.__name__}"
    yield f"{getattr(function, '__module__', None)}:{getattr(function, '__qualname__', None)}"


def _leads_to(target: str, function: Any) -> bool:
    if "<" in target or target.startswith(("__main__:", "None:")):
        return False
    try:
        return bool(import_target(target) == function)
    except UnknownTarget:
        return False


def fresh_label(function: Any) -> str:
    """A target for a function that cannot be imported, in brackets; never given twice."""
    return f"[{name_of(function)}#{next(_NUMBERS)}]"


def name_of(function: Any) -> str:
    """What a person calls the function: `MyFunction.apply` for a method of a class, the class's name for a callable object."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, type):
        return f"{owner.__name__}.{function.__name__}"
    return str(getattr(function, "__name__", type(function).__name__))


def _what(result: Any) -> str:
    """What was returned, as the words of a sentence."""
    if result is None:
        return "None"
    if isinstance(result, tuple | list | dict):
        return f"a {type(result).__name__} without a floating-point array"
    return f"{type(result).__name__} {result!r:.60}".replace("\n", " ")
