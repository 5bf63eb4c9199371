"""Choices from a NumPy generator, and random points of an op: what the tests of the catalogue draw from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from harness.ops import DoesNotFit, Op
from harness.ops.choose import Shape
from harness.ops.op import Params, Shapes, Values

T = TypeVar("T")


@dataclass(frozen=True)
class NumpyChoose:
    """`Choose` by a generator."""

    generator: np.random.Generator

    def integer(self, low: int, high: int) -> int:
        return int(self.generator.integers(low, high + 1))

    def element(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def boolean(self) -> bool:
        return bool(self.integer(0, 1))

    def shape(self, min_rank: int = 0, max_rank: int = 3, min_side: int = 0, max_side: int = 4) -> Shape:
        return tuple(self.integer(min_side, max_side) for _ in range(self.integer(min_rank, max_rank)))


@dataclass(frozen=True)
class Point:
    """Where an op is evaluated."""

    shapes: Shapes
    params: Params
    values: Values


def points(op: Op, count: int, *, dtype: str = "float64", seed: int = 0) -> Iterator[Point]:
    """`count` random points, values of unit size projected into the domain; not all of them admitted by the op."""
    generator = np.random.default_rng([seed, *op.name.encode()])
    choose = NumpyChoose(generator)
    for _ in range(count):
        shapes = _shapes(op, choose)
        params = op.parameters(choose, shapes)
        values = tuple(_value(op, position, shapes, params, dtype, generator) for position in range(len(shapes)))
        yield Point(shapes, params, values)


def _shapes(op: Op, choose: NumpyChoose) -> Shapes:
    for _ in range(100):
        try:
            return op.shapes(choose, choose.shape() if choose.boolean() else None)
        except DoesNotFit:
            continue
    raise AssertionError(f"{op.name} fits no shape")


def _value(op: Op, position: int, shapes: Shapes, params: Params, dtype: str, generator: np.random.Generator) -> np.ndarray:
    operand, shape = op.operand(position), shapes[position]
    if operand.role == "mask":
        return generator.integers(0, 2, shape).astype(bool)
    if operand.role == "index":
        assert operand.bound is not None
        bound = operand.bound(shapes, params)
        return generator.integers(0, bound, shape) if int(np.prod(shape)) else np.zeros(shape, np.int64)
    raw = generator.normal(size=shape) * generator.choice((0.5, 3.0))
    if dtype == "complex128":
        raw = raw + 1j * generator.normal(size=shape)
    return np.asarray(operand.domain.project(np.asarray(raw)))
