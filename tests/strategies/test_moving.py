"""Which points say something about a derivative."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ops.catalogue import lookup
from harness.ops.op import apply_reference
from harness.strategies.moving import moves
from harness.strategies.operation import Operation


def at(op: str, *values: np.ndarray, **params: object) -> Operation:
    found = lookup(op)
    results = apply_reference(found, values, params)
    return Operation(found, tuple(x.shape for x in values), params, values, results, 1.0, (), "decimals")


@pytest.mark.parametrize(
    "operation",
    [
        at("relu", np.array([-1.0, -2.0])),
        at("var", np.array(3.0), axis=None, correction=0, keepdims=False),
        at("softmax", np.array([[2.0], [1.0]]), axis=1),
    ],
    ids=["relu of negatives", "variance of one", "softmax over one"],
)
def test_a_point_where_every_derivative_vanishes_does_not_move(operation):
    assert not moves(operation)


@pytest.mark.parametrize(
    "operation",
    [at("relu", np.array([-1.0, 2.0])), at("exp", np.array(0.0)), at("exp", np.zeros(0)), at("multiply", np.array(0.0), np.array(2.0))],
    ids=["relu", "a number at 0", "nothing to move", "one factor 0"],
)
def test_a_point_with_a_derivative_moves(operation):
    assert moves(operation)
