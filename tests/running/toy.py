"""A backend of three ops on NumPy arrays, right (`Toy`) and wrong in the ways that the tests need."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.backends import Backend, Description


@dataclass(eq=False)
class Array:
    """A value, and for each parent how a cotangent gets there."""

    value: np.ndarray
    parents: list[tuple[Array, Callable[[np.ndarray], np.ndarray]]] = field(default_factory=list)


def summed_to(cotangent: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    extra = cotangent.ndim - len(shape)
    repeated = tuple(i for i, side in enumerate(cotangent.shape) if i < extra or (shape[i - extra] == 1 and side != 1))
    return cotangent.sum(axis=repeated, keepdims=True).reshape(shape)


def multiply(x: Array, y: Array) -> Array:
    return Array(x.value * y.value, [(x, lambda w: summed_to(w * y.value, x.value.shape)), (y, lambda w: summed_to(w * x.value, y.value.shape))])


def exp(x: Array) -> Array:
    result = np.exp(x.value)
    return Array(result, [(x, lambda w: w * result)])


def total(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    kept = np.sum(x.value, axis=axis, keepdims=True)
    return Array(np.sum(x.value, axis=axis, keepdims=keepdims), [(x, lambda w: np.broadcast_to(np.reshape(w, kept.shape), x.value.shape))])


class Toy(Backend):
    """Right."""

    name = "toy"
    version = "1"
    ops: dict[str, Callable[..., Any]] = {"multiply": multiply, "exp": exp, "sum": total}  # noqa: RUF012

    def devices(self):
        return ("cpu",)

    def dtypes(self, device):
        return ("float64", "float32")

    def array(self, values, *, dtype, device, layout="contiguous"):
        kind = dtype if values.dtype.kind in "fc" else values.dtype
        return Array(np.array(values, dtype=kind))

    def numpy(self, array):
        return array.value.copy()

    def describe(self, array):
        if not isinstance(array, Array):
            raise TypeError(f"expected a toy array; got {type(array).__name__}")
        return Description(array.value.shape, array.value.dtype.name, "cpu")

    def op(self, name):
        return self.ops.get(name)

    def vjp(self, function, primals, cotangents):
        leaves = tuple(Array(x.value) for x in primals)
        outputs = function(*leaves)
        found = {}
        for output, cotangent in zip(outputs, cotangents, strict=True):
            self.walk(output, cotangent.value, found)
        return outputs, tuple(found.get(id(leaf)) and Array(found[id(leaf)].value.astype(leaf.value.dtype)) for leaf in leaves)

    def walk(self, node, cotangent, found):
        before = found.get(id(node))
        found[id(node)] = Array(cotangent if before is None else before.value + cotangent)
        for parent, pull in node.parents:
            self.walk(parent, pull(cotangent), found)


class Wrong(Toy):
    """The gradient of exp is 0.1 % too large."""

    name = "wrong"
    ops = Toy.ops | {"exp": lambda x: Array(np.exp(x.value), [(x, lambda w: w * np.exp(x.value) * 1.001)])}


class Undescribed(Toy):
    """Describes an array by a bare tuple."""

    name = "undescribed"

    def describe(self, array):
        return array.value.shape, array.value.dtype.name, "cpu"


class Raising(Toy):
    """The vjp of exp fails."""

    name = "raising"

    @staticmethod
    def fails(cotangent):
        raise ZeroDivisionError("the reciprocal of 0")

    ops = Toy.ops | {"exp": lambda x: Array(np.exp(x.value), [(x, Raising.fails)])}


class Quitting(Toy):
    """Its derivative of `exp` ends the program, or would."""

    @staticmethod
    def quits(cotangent):
        raise SystemExit("the licence has expired")

    ops = Toy.ops | {"exp": lambda x: Array(np.exp(x.value), [(x, Quitting.quits)])}


class Dying(Toy):
    """The process ends in the vjp of exp, as it does at a segmentation fault."""

    name = "dying"
    ops = Toy.ops | {"exp": lambda x: Array(np.exp(x.value), [(x, lambda w: os._exit(9))])}


class Slow(Wrong):
    """A break at once, and then no end."""

    name = "slow"

    def vjp(self, function, primals, cotangents):
        if np.shape(primals[0].value):  # a number is quick, so that shrinking ends
            threading.Event().wait(0.5)
        return super().vjp(function, primals, cotangents)


class NotABackend:
    """Something else."""
