"""Normalization at evaluation time: by the mean and the variance that training has left, which are constants.

y = (x - mean) / sqrt(variance + eps) weight + bias          per channel

They are parameters: torch has no derivative with respect to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.normalization import AFFINE, EPS, affine_per_channel
from harness.ops.op import Op, Params, Shapes
from harness.ops.sources import torch_docs

F = "running_statistics"


def _normalized(x: np.ndarray, *affine: np.ndarray, running_mean: Sequence[float], running_var: Sequence[float], eps: float) -> Any:
    mean, variance = (np.asarray(v).reshape(-1, *(1,) * (x.ndim - 2)) for v in (running_mean, running_var))
    return affine_per_channel((x - mean) / np.sqrt(variance + eps), *affine)


def _channels_perhaps_affine(least: int, choose: Choose, first: Shape | None) -> Shapes:
    """X (n, channels, ...) of at least `least` axes; weight and bias per channel, or neither. One element of a channel is enough."""
    x = (choose.integer(1, 3), choose.integer(1, 4), *choose.shape(least - 2, 2, min_side=1)) if first is None else first
    if not least <= len(x) <= 5 or 0 in x:
        raise DoesNotFit
    return (x, *((x[1:2],) * 2 if choose.boolean() else ()))


def _statistics(choose: Choose, shapes: Shapes) -> Params:
    channels = range(shapes[0][1])
    return {
        "running_mean": tuple(choose.element((0.0, 0.5, -1.0)) for _ in channels),
        "running_var": tuple(choose.element((1.0, 0.25, 2.0)) for _ in channels),
        "eps": choose.element(EPS),
    }


def _row(name: str, least: int) -> Op:
    source = torch_docs(f"nn.functional.{name}")
    return Op(f"{name}_running", F, _normalized, AFFINE, source, partial(_channels_perhaps_affine, least), _statistics)


OPS = (_row("batch_norm", 2), _row("instance_norm", 3))
