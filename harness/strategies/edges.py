"""Edge families: the inputs at which released autograds have been wrong again and again, op after op.

An edge is a regime with a say in the shape, the indices or the masks as well. `edge_cases` goes through all of them, before random cases.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from harness.ops.choose import DoesNotFit, Shape
from harness.ops.op import Op
from harness.strategies.choose import RandomChoose
from harness.strategies.fills import (
    decreasing,
    equal,
    equal_along,
    full_of,
    increasing,
    one_hot,
    one_of_numbers,
    one_tie,
    readable,
    ulps_apart,
    zeros,
)
from harness.strategies.leaves import HIDDEN
from harness.strategies.matrices import MATRIX_FILLS
from harness.strategies.regimes import LANDMARKS, Regime, all_beside, every_one
from harness.strategies.sizes import HUGE, LARGEST, SMALLEST, TINY, scaled

EMPTY: tuple[Shape, ...] = ((0,), (2, 0), (1, 0, 2), (0, 0), (2, 2, 0), (2, 0, 2, 2), (2, 4, 0, 2))
EMPTY_BATCH: tuple[Shape, ...] = ((0, 2, 2), (0, 3), (0, 2, 3), (0, 4, 2, 2), (0, 1, 2, 2, 2))  # where there is something left to take the inverse of
ONE: tuple[Shape, ...] = ((1, 1), (1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1, 1))
IMAGE: tuple[Shape, ...] = ((1, 2, 3, 2), (1, 2, 2, 4), (1, 3, 2, 3), (1, 4, 2, 2))  # a batch of one, with channels, rows and columns
SINGLE: tuple[Shape, ...] = ((1, 3), (3, 1), (2, 1, 3), (1, 2, 1), (1, 2, 2), (1, 2, 1, 3), (1, 1, 2, 1, 2))
SQUARE: tuple[Shape, ...] = ((3, 3), (2, 2), (2, 3, 3), (4, 4))
LONG: tuple[Shape, ...] = ((129,), (2, 65), (65, 2), (2, 1, 65), (9, 9), (1, 2, 1, 65), (1, 1, 2, 1, 65))  # past 64 elements, and a register
DEEP: tuple[Shape, ...] = ((2, 1, 2, 3), (2, 2, 3, 3))  # a second or third batch axis: kernels fold or loop over them
DEEPER: tuple[Shape, ...] = ((2, 2, 1, 2, 3), (2, 2, 2, 2, 2))
MANY: tuple[Shape, ...] = ((40,), (5, 8), (5, 1, 8), (1, 1, 5, 8), (1, 1, 2, 4, 5), (6, 6))  # room for all kinks, and what is beside them
ROWS: tuple[Shape, ...] = ((3, 4), (2, 3, 4), (2, 4, 3, 2), (2, 2, 2, 3, 2))
TAILS = (9, 17, 33, 65)  # one more than 2, 4, 8 and 16 AVX2 registers of doubles: the remainder of a loop, alone or in each of two rows


def tails(side: int) -> tuple[Shape, ...]:
    """An axis of `side`, the last one where there are others: of vectors, matrices, images and volumes; and square."""
    return ((side,), (2, side), (side, 1), (1, 2, side), (side, 3), (1, 1, 2, side), (1, 1, 1, 1, side), (side, side))


_SIZES = {"huge": HUGE, "tiny": TINY, "largest": LARGEST, "smallest": SMALLEST}
_VALUES = (
    Regime("all 0", 1, full_of(0.0), least=1),
    Regime("all -0", 1, full_of(-0.0), least=1),
    Regime("all 1", 1, full_of(1.0), least=1),
    Regime("all equal", 1, equal, least=3),
    Regime("increasing", 1, increasing, least=4),
    Regime("decreasing", 1, decreasing, least=4),
    Regime("one row equal", 1, equal_along(0), alike=True, firsts=ROWS, least=4),
    Regime("one column equal", 1, equal_along(1), alike=True, firsts=ROWS, least=4),
    Regime("one-hot rows", 1, one_hot, alike=True, firsts=ROWS, least=4),
    Regime("ulps apart", 1, ulps_apart, least=3),
    Regime("one tie", 1, one_tie, alike=True, least=4),
    Regime("one 0", 1, zeros(1), alike=True, least=4),
    Regime("two 0", 1, zeros(2), alike=True, least=4),
    Regime("on kinks", 1, every_one(LANDMARKS), firsts=MANY, near=every_one, least=9),
    Regime("ulps beside kinks", 1, all_beside(LANDMARKS), firsts=MANY, near=all_beside, least=9),
    Regime("left tail", 1, one_of_numbers(-10.0, -30.0, -100.0, -700.0), limit=np.inf, least=1),
    Regime("right tail", 1, one_of_numbers(10.0, 30.0, 100.0, 700.0), limit=np.inf, least=1),
    Regime("scales apart", 1, one_of_numbers(1e8, -1e8, 1.0, -1.0, 1e-8, -1e-8), limit=np.inf, least=3),
    *(Regime(name, 1, readable, limit=np.inf, least=1, of_dtype=partial(scaled, sizes)) for name, sizes in _SIZES.items()),
)
EMPTY_AXIS, EMPTY_BATCH_AXIS = Regime("empty axis", 1, readable, firsts=EMPTY), Regime("empty batch", 1, readable, firsts=EMPTY_BATCH)
_SHAPES = (
    Regime("scalar", 1, readable, firsts=((),)),
    EMPTY_AXIS,
    EMPTY_BATCH_AXIS,
    Regime("one number", 1, readable, firsts=ONE),
    Regime("row of one number", 1, readable, firsts=((1,),)),
    Regime("axes of size 1", 1, readable, firsts=SINGLE),
    Regime("long axis", 1, readable, firsts=LONG),
    Regime("four axes", 1, readable, firsts=DEEP),
    Regime("five axes", 1, readable, firsts=DEEPER),
    Regime("one image", 1, readable, firsts=IMAGE),
    *(Regime(f"one image, {layout}", 1, readable, firsts=IMAGE, layout=layout) for layout in ("channels_last", "unsqueezed")),
    *(Regime(f"tail after {side - 1}", 1, readable, firsts=tails(side)) for side in TAILS),
)
READABLE = frozenset(edge.name for edge in _SHAPES) - {EMPTY_AXIS.name, EMPTY_BATCH_AXIS.name}
NO_INDEX = Regime("no index", 1, readable, pattern="none")
MASKED_OUT = Regime("mask all false", 1, readable, pattern="all false", least=1)
_SIDES = (
    Regime("equal indices", 1, readable, pattern="equal"),
    Regime("indices backwards", 1, readable, pattern="backwards"),
    NO_INDEX,
    Regime("mask all true", 1, readable, pattern="all true", least=1),
    MASKED_OUT,
    Regime("0 behind the mask", 1, readable, pattern=HIDDEN, least=3),
)
COMPLEX = (
    Regime("real axis", 1, readable, least=2, parts=(True, False)),
    Regime("imaginary axis", 1, readable, least=2, parts=(False, True)),
)
MATRICES = tuple(Regime(name, 1, fill, firsts=SQUARE, least=4, alike=True) for name, fill in MATRIX_FILLS.items())
OF_MATRICES = ("products", "matrix_products")  # families whose ops take vectors as well


@cache
def edges_for(op: Op) -> tuple[Regime, ...]:
    """The edges that mean something for `op`; whether the op's domain holds the point is seen when it is drawn."""
    roles = {operand.role for operand in op.operands} | ({"mask", HIDDEN} if has_mask(op) else set())
    wanted = {"equal": "index", "backwards": "index", "none": "index", "all true": "mask", "all false": "mask", HIDDEN: HIDDEN}
    matrices = MATRICES if takes(op, (3, 3)) and (op.family in OF_MATRICES or not takes(op, (3,))) else ()
    planes = COMPLEX if op.complex else ()
    return (*_SHAPES, *_VALUES, *planes, *matrices, *(edge for edge in _SIDES if wanted[edge.pattern] in roles))


def takes(op: Op, first: Shape) -> bool:
    """Whether the first operand of `op` may have the shape `first`."""
    try:
        op.shapes(RandomChoose(np.random.default_rng(0)), first)
    except DoesNotFit:
        return False
    return True


def has_mask(op: Op) -> bool:
    """Whether a parameter of `op` is a mask."""
    choose = RandomChoose(np.random.default_rng(0))
    try:
        return "mask" in op.parameters(choose, op.shapes(choose, None))
    except DoesNotFit:
        return False
