"""Whom a test of an unseen fault is about: the operands, one axis of the first, the axes that a reduction folds, the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from planted import Edge, only, pair
from planted_beyond import Asked

Given = Mapping[str | int, Any]
Axes = tuple[int, ...]


def filled(test: Callable[[torch.Tensor], bool]) -> Edge:
    """Of the first operand, or of a direction, which has entries."""
    return only(lambda x: x.numel() > 0 and test(x.detach()))


def both(test: Callable[[torch.Tensor, torch.Tensor], bool]) -> Edge:
    """Of the first two operands, which have entries."""
    return pair(lambda x, y: min(x.numel(), y.numel()) > 0 and test(x.detach(), y.detach()))


def given(test: Callable[[torch.Tensor, Given], bool]) -> Asked:
    """Of the first operand, which has entries, and of the parameters."""

    def asked(params: Given) -> bool:
        x = params.get(0)
        return isinstance(x, torch.Tensor) and x.numel() > 0 and test(x.detach(), params)

    return asked


def along(test: Callable[[torch.Tensor, int], bool]) -> Asked:
    """Of the first operand and of one axis of it, counted from the front."""

    def asked(x: torch.Tensor, params: Given) -> bool:
        axis = params.get("axis", params.get("dim"))
        return isinstance(axis, int) and x.ndim > 0 and test(x, axis % x.ndim)

    return given(asked)


def folded(test: Callable[[torch.Tensor, Axes, Given], bool]) -> Asked:
    """Of the first operand, the axes that a reduction folds, counted from the front, and the parameters."""

    def asked(x: torch.Tensor, params: Given) -> bool:
        return x.ndim > 0 and test(x, axes_of(x, params.get("axis", params.get("dim"))), params)

    return given(asked)


def axes_of(x: torch.Tensor, axis: Any) -> Axes:
    """One, several or all that there are, counted from the front."""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(a % x.ndim for a in axes) if x.ndim > 0 else ()


def length(x: torch.Tensor, axis: Any) -> int:
    """Along one axis; 0 where it is none or several."""
    return x.shape[axis] if isinstance(axis, int) and x.ndim > 0 else 0


def each(value: Any, dims: int) -> tuple[int, ...]:
    """A parameter that is one number for all axes, or one for each."""
    if isinstance(value, str):  # "same", "valid"
        return (0,) * dims
    return (value,) * dims if isinstance(value, int) else tuple(value) * (dims // len(value))
