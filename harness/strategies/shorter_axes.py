"""The same program over shorter axes.

    every axis of length n becomes a part of it: all axes together, since they may have to agree, else one axis, counted from the last

Parts are the first, then the last, m elements, so that halving reaches any one element.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from harness.ops.choose import Shape
from harness.program.case import Case
from harness.program.program import Input, Program
from harness.strategies.smaller_programs import values_of

Cut = tuple[int | None, int, slice]  # axis counted from the last (None: all), its length, the part that is kept


def fewer_elements(case: Case) -> Iterator[Case]:
    """Each axis made shorter, the longest first. What no longer lies in an op's domain is left to the check of domains."""
    program = case.subject
    if not isinstance(program, Program):
        return
    shapes = [given.shape for given in program.inputs]
    lengths = {side for shape in shapes for side in shape if side > 1}
    for length in sorted(lengths, reverse=True):
        axes = sorted({axis - len(shape) for shape in shapes for axis, side in enumerate(shape) if side == length}, reverse=True)
        for axis in (None, *axes):
            for part in _parts(length):
                smaller = _sliced(case, program, (axis, length, part))
                if smaller is not None:
                    yield smaller


def _parts(length: int) -> Iterator[slice]:
    for shorter in sorted({1, 2, length // 2, length - 1} - {length}):
        yield slice(0, shorter)
        yield slice(length - shorter, length)


def _sliced(case: Case, program: Program, cut: Cut) -> Case | None:
    """`case` after `cut`; None when some op does not take the new shapes."""
    primals = tuple(_cut(x, cut) for x in case.primals)
    inputs = tuple(Input(given.name, x.shape, given.role) for given, x in zip(program.inputs, primals, strict=True))
    smaller = msgspec.structs.replace(case, subject=Program(inputs, program.instructions, program.outputs), primals=primals)
    try:
        values = values_of(smaller)
    except (ValueError, IndexError, TypeError, ArithmeticError, np.linalg.LinAlgError):
        return None
    tangents = tuple(_cut(v, cut) for v in case.tangents)
    cotangents = tuple(_fitted(w, cut, values[name].shape) for w, name in zip(case.cotangents, program.outputs, strict=True))
    return msgspec.structs.replace(smaller, tangents=tangents, cotangents=cotangents)


def _cut(array: np.ndarray, cut: Cut) -> np.ndarray:
    axis, length, part = cut
    kept = tuple(part if side == length and axis in (None, i - array.ndim) else slice(None) for i, side in enumerate(array.shape))
    return np.array(array[kept])


def _fitted(w: np.ndarray, cut: Cut, shape: Shape) -> np.ndarray:
    """The same part of the cotangent `w`; its elements in order where that has not the output's shape."""
    part = _cut(w, cut)
    return part if part.shape == shape else np.resize(w, shape)
