"""The ops of the reference tape: value, and the adjoint of its derivative per operand, written in the tape's own ops.

    y = f(x_0, x_1, ...)        pull_i(g) = (df/dx_i)^T g

Because a pull is itself recorded when a graph is created, every order of derivative comes for free. A pull names what it needs saved:
operands by position, OUTPUT for the result; that decides what a change in place may break.

Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 3; what torch saves: tools/autograd/derivatives.yaml of its repository.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.tape.errors import Refused
from harness.tape.reference.graph import OUTPUT, Storage, Tensor
from harness.tape.reference.random_source import SOURCE
from harness.tape.reference.rule import Context, Ops, Pull, Rule
from harness.tape.reference.rules_products import PRODUCTS


def _same(k: Ops, g: Tensor, at: Context) -> Tensor:
    return g


def _negated(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("negative", g)


def _above(k: Ops, g: Tensor, at: Context, x: Tensor) -> Tensor:
    return k("multiply", g, Tensor((x.array > at.params["limit"]).astype(x.array.dtype), Storage(x.storage.device)))


def _where_positive(k: Ops, g: Tensor, at: Context, x: Tensor) -> Tensor:
    return k("multiply", g, Tensor((x.array > 0).astype(x.array.dtype), Storage(x.storage.device)))


def _times(k: Ops, g: Tensor, at: Context, other: Tensor) -> Tensor:
    return k("multiply", g, other)


def _by_denominator(k: Ops, g: Tensor, at: Context, x: Tensor, y: Tensor) -> Tensor:
    return k("negative", k("divide", k("multiply", g, x), k("multiply", y, y)))


def _tanh(k: Ops, g: Tensor, at: Context, y: Tensor) -> Tensor:
    return k("subtract", g, k("multiply", g, k("multiply", y, y)))


def _square(k: Ops, g: Tensor, at: Context, x: Tensor) -> Tensor:
    return k("multiply", g, k("multiply", x, 2.0))


def _reshaped(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("reshape", g, shape=at.shapes[0])


def _padded(k: Ops, g: Tensor, at: Context) -> Tensor:
    start, stop = at.params["start"], at.params["stop"]
    return k("pad", g, before=start, after=at.shapes[0][0] - stop)


def _cropped(k: Ops, g: Tensor, at: Context) -> Tensor:
    before = at.params["before"]
    return k("narrow", g, start=before, stop=before + at.shapes[0][0])


def _expanded(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("expand", g, shape=at.shapes[0])


def _summed(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("sum_to", g, shape=at.shapes[0])


def _unreduced(k: Ops, g: Tensor, at: Context) -> Tensor:
    """The adjoint of sum: the reduced axes back as 1, then stretched."""
    shape, axis = at.shapes[0], at.params.get("axis")
    reduced = range(len(shape)) if axis is None else [a % len(shape) for a in ([axis] if isinstance(axis, int) else axis)]
    kept = tuple(1 if i in reduced else side for i, side in enumerate(shape))
    return k("expand", k("reshape", g, shape=kept), shape=shape)


def _permuted_back(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("permute_dims", g, axes=tuple(int(a) for a in np.argsort(at.params["axes"])))


def _flipped(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("flip", g, **at.params)


def _moved_back(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("move", g, device=at.params["origin"], origin=at.params["device"])


def _refused(k: Ops, g: Tensor, at: Context) -> Tensor:
    raise Refused("random")


def _cast_back(k: Ops, g: Tensor, at: Context) -> Tensor:
    return k("cast", g, dtype=at.params["origin"], origin=at.params["dtype"])


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list | tuple) else axis


def _sum_to(x: np.ndarray, *, shape: Sequence[int]) -> Any:
    """The adjoint of broadcasting: sum over the leading and the stretched axes."""
    lead = x.ndim - len(shape)
    stretched = tuple(i + lead for i, side in enumerate(shape) if side == 1)
    return x.sum(axis=(*range(lead), *stretched)).reshape(shape)


def _pad(x: np.ndarray, *, before: int, after: int) -> Any:
    return np.pad(x, [(before, after), *[(0, 0)] * (x.ndim - 1)])


UNARY: dict[str, Rule] = {
    "negative": Rule(np.negative, (Pull(_negated),)),
    "clone": Rule(np.copy, (Pull(_same),)),
    "square": Rule(np.square, (Pull(_square, (0,)),)),
    "exp": Rule(np.exp, (Pull(_times, (OUTPUT,)),)),
    "log": Rule(np.log, (Pull(lambda k, g, at, x: k("divide", g, x), (0,)),)),
    "sqrt": Rule(np.sqrt, (Pull(lambda k, g, at, y: k("divide", g, k("multiply", y, 2.0)), (OUTPUT,)),)),
    "sin": Rule(np.sin, (Pull(lambda k, g, at, x: k("multiply", g, k("cos", x)), (0,)),)),
    "cos": Rule(np.cos, (Pull(lambda k, g, at, x: k("negative", k("multiply", g, k("sin", x))), (0,)),)),
    "clamp_min": Rule(lambda x, *, limit: np.maximum(x, limit), (Pull(_above, (0,)),)),
    "relu": Rule(lambda x: np.maximum(x, 0), (Pull(_where_positive, (0,)),)),
    "tanh": Rule(np.tanh, (Pull(_tanh, (OUTPUT,)),)),
}
SHAPING: dict[str, Rule] = {
    "sum": Rule(lambda x, *, axis=None, keepdims=False: x.sum(axis=_axes(axis), keepdims=keepdims), (Pull(_unreduced),)),
    "sum_to": Rule(_sum_to, (Pull(_expanded),)),
    "expand": Rule(lambda x, *, shape: np.broadcast_to(x, tuple(shape)).copy(), (Pull(_summed),)),
    "pad": Rule(_pad, (Pull(_cropped),)),
    "reshape": Rule(lambda x, *, shape: x.reshape(tuple(shape)).copy(), (Pull(_reshaped),)),
    "permute_dims": Rule(lambda x, *, axes: x.transpose(tuple(axes)).copy(), (Pull(_permuted_back),)),
    "flip": Rule(lambda x, *, axis: np.flip(x, axis=_axes(axis)).copy(), (Pull(_flipped),)),
    "view": Rule(lambda x, *, shape: x.reshape(tuple(shape)), (Pull(_reshaped),), looks=True),
    "narrow": Rule(lambda x, *, start, stop: x[start:stop], (Pull(_padded),), looks=True),
    "bernoulli": Rule(lambda x: (SOURCE.draw(x.shape) < x).astype(x.dtype), (Pull(_refused),)),
    "cast": Rule(lambda x, *, dtype, origin: x.astype(dtype), (Pull(_cast_back),)),
    "move": Rule(lambda x, *, device, origin: x.copy(), (Pull(_moved_back),)),
}
BINARY: dict[str, Rule] = {
    "add": Rule(np.add, (Pull(_same), Pull(_same))),
    "subtract": Rule(np.subtract, (Pull(_same), Pull(_negated))),
    "multiply": Rule(np.multiply, (Pull(_times, (1,)), Pull(_times, (0,)))),
    "write": Rule(lambda x, y: np.broadcast_to(y, x.shape).copy(), (Pull(lambda k, g, at: k("multiply", g, 0.0)), Pull(_same))),
    "divide": Rule(np.divide, (Pull(lambda k, g, at, y: k("divide", g, y), (1,)), Pull(_by_denominator, (0, 1)))),
}
RULES: dict[str, Rule] = UNARY | SHAPING | BINARY | PRODUCTS
