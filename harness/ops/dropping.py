"""Dropout under a fixed seed, with what it drops put back: the identity, whatever the mask.

f(x) = (1 - p) drop(x) + (1 - m) x = x,   drop(x) = m x / (1 - p),   m = (1 - p) drop(1) under the same seed

Which elements are dropped is the library's own secret: no reference knows it, and it changes with dtype, device and memory order. Put back, the
value is known, and the derivative is 1 only where the derivative of `drop` has the mask and the scale of its value. alpha_dropout shifts as well:
drop(x) - drop(0) takes its place, in which drop(0) would swallow a small x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.ops.axes import shape_like
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.domain import NONZERO, REALS, Domain
from harness.ops.forms import one_of
from harness.ops.op import Op, Operand, Shapes, elementwise_shapes
from harness.ops.sources import torch_docs

F = "dropping"
SEEDS = (0, 1, 2, 3)


def _put_back(x: np.ndarray, *, p: float, seed: int) -> Any:
    return x


def _of_rank(*ranks: int) -> Callable[[Choose, Shape | None], Shapes]:
    """(n, channels, *sides) or (channels, *sides), of as many axes as torch takes without a warning."""

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        shape = shape_like(choose, first, min_rank=min(ranks), max_rank=max(ranks))
        if len(shape) not in ranks:
            raise DoesNotFit
        return (shape,)

    return shapes


def _row(name: str, shapes: Callable[[Choose, Shape | None], Shapes], *shares: float, domain: Domain = REALS) -> Op:
    parameters = one_of(p=(0.5, *shares), seed=SEEDS)
    return Op(name, F, _put_back, (Operand("x", domain),), torch_docs(f"nn.functional.{name}"), shapes, parameters)


OPS = (
    _row("dropout", elementwise_shapes, 0.25, 0.875, 0.0, 1.0),
    _row("dropout1d", _of_rank(2, 3), 0.25, 0.0, 1.0),
    _row("dropout2d", _of_rank(4), 0.25, 0.0, 1.0),
    _row("dropout3d", _of_rank(4, 5), 0.25, 0.0, 1.0),
    _row("alpha_dropout", elementwise_shapes, 0.25, 0.0, domain=NONZERO),  # at 1 all is dropped, and nothing says with which scale
    _row("feature_alpha_dropout", _of_rank(2, 3, 4), 0.25, 0.0, domain=NONZERO),
)
