"""Spellings in NumPy's words that depend on the parameters of the op (the words: harness.backends.numpy.templates).

sort(x, descending)  ->  "xp.flip(xp.sort({0}, axis={axis}), {axis})"
"""

from __future__ import annotations

import re

from harness.backends.spelling import Params
from harness.backends.words import uses

SORTED = "xp.sort({0}, axis={axis})"


def of_equal_batches(text: str, stretch: str = "xp.broadcast_to(%s, %s)") -> str:
    """`text` of two stacks of matrices, both stretched to one batch first: for solvers that do not broadcast."""
    batch = "*np.broadcast_shapes(tuple({0}.shape[:-2]), tuple({1}.shape[:-2]))"
    stretched = [stretch % (f"{{{i}}}", f"({batch}, *{{{i}}}.shape[-2:])") for i in (0, 1)]
    return re.sub(r"\{([01])\}", lambda match: stretched[int(match[1])], text)


class Subscript(tuple[slice, ...]):
    """An index that prints as it is written between brackets."""

    __slots__ = ()

    def __repr__(self) -> str:
        return ", ".join(":".join("" if bound is None else str(bound) for bound in _bounds(part)) for part in self)


def _bounds(part: slice) -> tuple[int | None, ...]:
    return (part.start, part.stop) if part.step is None else (part.start, part.stop, part.step)


@uses()
def sliced(params: Params) -> tuple[str, Params]:
    return "{0}[{index}]", {"index": Subscript(slice(*bounds) for bounds in params["slices"])}


@uses("xp.sort", "xp.flip")
def ordered(params: Params) -> tuple[str, Params]:
    return f"xp.flip({SORTED}, {{axis}})" if params["descending"] else SORTED, params


@uses("xp.sort", "xp.flip", "xp.take")
def largest_or_smallest(params: Params) -> tuple[str, Params]:
    found, _ = ordered(params | {"descending": params["largest"]})
    return f"xp.take({found}, np.arange({{k}}), axis={{axis}})", params


@uses("xp.sort", "xp.take")
def of_rank(params: Params) -> tuple[str, Params]:
    position = "np.array([{at}])" if params["keepdims"] else "{at}"
    return f"xp.take({SORTED}, {position}, axis={{axis}})", params | {"at": params["k"] - 1}


@uses("xp.sort", "xp.take")
def lower_median(params: Params) -> tuple[str, Params]:
    """The lower one in the middle, as the catalogue has it."""
    middle = "({0}.shape[{axis}] - 1) // 2"
    return f"xp.take({SORTED}, {f'np.array([{middle}])' if params['keepdims'] else middle}, axis={{axis}})", params


@uses("xp.pad")
def bordered(params: Params) -> tuple[str, Params]:
    modes = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    return "xp.pad({0}, [(0, 0)] * ({0}.ndim - 1) + [{widths}], mode={mode})", params | {"mode": modes[params["mode"]]}


@uses("xp.split")
def parts(params: Params) -> tuple[str, Params]:
    cuts = [sum(params["sizes"][: i + 1]) for i in range(len(params["sizes"]) - 1)]
    return "xp.split({0}, {cuts}, axis={axis})", params | {"cuts": cuts}
