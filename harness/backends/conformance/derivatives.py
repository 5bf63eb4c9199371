"""Derivatives of programs whose answer is known to the last bit.

f(x, y) = x * y            f'(x)^T w = (w y, w x)                  summed over broadcast axes
f(x, y) = (x * y, x * x)   f'(x)^T (u, w) = (u y + 2 w x, u x)
f(z)    = z * z            f'(z)^H w = conj(2 z) w
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.backends.conformance.shortfall import Shortfall, differs
from harness.backends.protocol import Arrays, Backend, Function

Multiply = Callable[[Any, Any], Any]
_X, _Y = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([2.0, -1.0, 4.0])
_U, _W = np.array([[1.0, -2.0, 4.0], [-0.5, 8.0, -1.0]]), np.array([[-1.0, 0.5, 2.0], [2.0, -4.0, 1.0]])


@dataclass(frozen=True)
class _Known:
    """A program with its outputs, its vjp at `cotangents` and its jvp at `tangents`."""

    name: str
    build: Callable[[Multiply], Function]
    primals: tuple[np.ndarray, ...]
    outputs: tuple[np.ndarray, ...]
    cotangents: tuple[np.ndarray, ...]
    gradients: tuple[np.ndarray | None, ...]
    tangents: tuple[np.ndarray, ...]
    output_tangents: tuple[np.ndarray, ...]


_V = (_W, np.array([1.0, -2.0, 0.5]))
KNOWN = (
    _Known("x * y", lambda mul: lambda x, y: (mul(x, y),), (_X, _W), (_X * _W,), (_U,), (_U * _W, _U * _X), (_U, _X), (_U * _W + _X * _X,)),
    _Known(
        "x * y, y broadcast",
        lambda mul: lambda x, y: (mul(x, y),),
        (_X, _Y),
        (_X * _Y,),
        (_U,),
        (_U * _Y, (_U * _X).sum(0)),
        _V,
        (_V[0] * _Y + _X * _V[1],),
    ),
    _Known(
        "(x * y, x * x)",
        lambda mul: lambda x, y: (mul(x, y), mul(x, x)),
        (_X, _Y),
        (_X * _Y, _X * _X),
        (_U, _W),
        (_U * _Y + 2 * _W * _X, (_U * _X).sum(0)),
        _V,
        (_V[0] * _Y + _X * _V[1], 2 * _X * _V[0]),
    ),
    _Known("x * x, y unused", lambda mul: lambda x, y: (mul(x, x),), (_X, _Y), (_X * _X,), (_U,), (2 * _U * _X, None), _V, (2 * _X * _V[0],)),
)
_Z, _S = np.array([1 + 2j, -3 + 0.5j]), np.array([2 - 1j, 1 + 4j])
_COMPLEX = _Known("z * z", lambda mul: lambda z: (mul(z, z),), (_Z,), (_Z * _Z,), (_S,), (np.conj(2 * _Z) * _S,), (_S,), (2 * _Z * _S,))


def derivative_shortfalls(backend: Backend) -> Iterator[Shortfall]:
    """The known programs on every device, by reverse and, where it is claimed, by forward mode."""
    for device in backend.devices():
        dtypes = backend.dtypes(device)
        real = next((dtype for dtype in dtypes if dtype.startswith("float")), dtypes[0])
        for known in KNOWN:
            yield from _judge(backend, known, real, device)
        if "complex" in backend.capabilities:
            yield from _judge(backend, _COMPLEX, next(dtype for dtype in dtypes if dtype.startswith("complex")), device)


def _judge(backend: Backend, known: _Known, dtype: str, device: str) -> Iterator[Shortfall]:
    multiply = backend.op("multiply")
    assert multiply is not None, "the structure was looked at before"
    function = known.build(multiply)

    def arrays(values: Sequence[np.ndarray]) -> Arrays:
        return tuple(backend.array(x, dtype=dtype, device=device) for x in values)

    primals, cotangents = arrays(known.primals), arrays(known.cotangents)
    made = backend.vjp(function, primals, cotangents)
    yield from _compare(backend, known, "vjp", made, known.gradients, "f'(x)^T w with the cotangent as it is: its sign, size and order count")
    yield from _form(backend, known, made, primals)
    for what, held, values in (("primals", primals, known.primals), ("cotangents", cotangents, known.cotangents)):
        if why := differs(backend, held, values):
            yield Shortfall(f"`vjp` must leave its {what} as they are.", f"For f = {known.name}, {why} afterwards.", "Work on copies.")
    if "jvp" in backend.capabilities:
        yield from _compare(backend, known, "jvp", backend.jvp(function, primals, arrays(known.tangents)), known.output_tangents, "f'(x) v")


def _compare(backend: Backend, known: _Known, mode: str, made: Any, due: Sequence[np.ndarray | None], meaning: str) -> Iterator[Shortfall]:
    if not isinstance(made, tuple) or len(made) != 2:
        yield Shortfall(f"`{mode}` must return (outputs, derivatives).", f"It returned {type(made).__name__}.", "Return a pair of tuples.")
        return
    if why := differs(backend, made[0], known.outputs):
        yield Shortfall(f"`{mode}` must return the outputs first.", f"For f = {known.name}, {why}.", "Return what function(*primals) returned.")
    if why := differs(backend, made[1], due):
        convention = " (complex: the conjugate convention, f'(z)^H w)" if known is _COMPLEX else ""
        yield Shortfall(
            f"`{mode}` must return {meaning}{convention}.", f"For f = {known.name}, {why}.", "Compare with the equation in its docstring."
        )


def _form(backend: Backend, known: _Known, made: Any, primals: Arrays) -> Iterator[Shortfall]:
    if not isinstance(made, tuple) or len(made) != 2 or not isinstance(made[1], tuple | list):
        return
    for i, (gradient, primal) in enumerate(zip(made[1], primals, strict=False)):
        if gradient is not None and backend.describe(gradient) != backend.describe(primal):
            why = f"For f = {known.name}, gradient {i} is {backend.describe(gradient)}; its primal is {backend.describe(primal)}."
            yield Shortfall("A gradient must have the shape, dtype and device of its primal.", why, "Sum over broadcast axes, and cast back.")
