"""A margin vanishes exactly where the op is not smooth: one planted kink, tie or branch cut per op, and the distance beside some."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.ops import catalogue, lookup
from harness.ops.op import smooth

ZERO, TIED = [0.0, 1.0], [[2.0, 2.0, 1.0]]
LEFT = {"axis": -1, "keepdims": False}
POOL = {"kernel_size": 2, "stride": 1, "padding": 0, "dilation": 1}

PLANTED: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "abs": ([ZERO], {}),
    "remainder": ([[6.0], [3.0]], {}),
    "hypot": ([ZERO, ZERO], {}),
    "sqrt": ([[-2.0 + 0.0j]], {}),
    "log": ([[-2.0 + 0.0j]], {}),
    "pow": ([[-2.0 + 0.0j], [0.5 + 0.0j]], {}),
    "copysign": ([ZERO, [1.0, 1.0]], {}),
    "atan2": ([[0.0], [-2.0]], {}),
    "clip": ([[1.5]], {"min": None, "max": 1.5}),
    "maximum": ([[1.0], [1.0]], {}),
    "minimum": ([[1.0], [1.0]], {}),
    "fmax": ([[1.0], [1.0]], {}),
    "fmin": ([[1.0], [1.0]], {}),
    "sort": ([TIED], {"axis": 1, "descending": False}),
    "topk": ([TIED], {"axis": 1, "k": 1, "largest": True}),
    "kthvalue": ([TIED], {"k": 1, **LEFT}),
    "median": ([TIED], LEFT),
    "quantile": ([TIED], {"q": 0.5, **LEFT}),
    "aminmax": ([TIED], LEFT),
    "max": ([TIED], {"axis": None}),
    "min": ([[[2.0, 1.0, 1.0]]], {"axis": (0, 1)}),
    "std": ([[3.0, 3.0]], {"axis": 0, "correction": 1}),
    "cummax": ([[1.0, 0.0, 1.0]], {"axis": 0}),
    "cummin": ([[1.0, 2.0, 1.0]], {"axis": 0}),
    "vector_norm": ([[0.0, 0.0]], {"axis": None, "ord": 2}),
    "matrix_norm": ([[[0.0, 0.0]]], {"keepdims": False}),
    "normalize": ([[0.0, 0.0]], {"p": 2.0, "axis": 0, "eps": 1e-12}),
    "weight_norm": ([[[0.0, 0.0], [1.0, 2.0]], [[1.0], [1.0]]], {}),
    "cosine_similarity": ([[0.0, 0.0], [1.0, 0.0]], {"axis": 0, "eps": 1e-8}),
    "pairwise_distance": ([[1.0, 2.0], [1.5, 2.5]], {"p": 2.0, "eps": 0.5, "keepdims": False}),
    "cdist": ([[[1.0, 2.0]], [[1.0, 2.0]]], {"p": 2.0}),
    "qr": ([[[1.0], [0.0]]], {}),
    "svdvals": ([[[2.0, 0.0], [0.0, 2.0]]], {}),
    "eigvalsh": ([[[2.0, 0.0], [0.0, 2.0]]], {}),
    "nuclear_norm": ([[[1.0, 1.0], [1.0, 1.0]]], {}),
    "relu": ([ZERO], {}),
    "relu6": ([[6.0]], {}),
    "leaky_relu": ([ZERO], {"slope": 0.5}),
    "elu": ([ZERO], {"alpha": 0.5}),
    "celu": ([ZERO], {"alpha": 0.5}),
    "selu": ([ZERO], {}),
    "softplus": ([[10.0]], {"beta": 2.0, "threshold": 20.0}),
    "softsign": ([ZERO], {}),
    "hardshrink": ([[-0.5]], {"lambd": 0.5}),
    "softshrink": ([[0.5]], {"lambd": 0.5}),
    "hardtanh": ([[-1.0]], {}),
    "hardsigmoid": ([[3.0]], {}),
    "hardswish": ([[-3.0]], {}),
    "threshold": ([[0.5]], {"threshold": 0.5, "value": 0.0}),
    "prelu": ([ZERO, [0.5]], {}),
    "max_pool1d": ([[[1.0, 1.0, 0.0]]], POOL),
    "max_pool2d": ([[[[1.0, 1.0], [0.0, 0.0]]]], POOL),
    "max_pool3d": ([[[[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]]], POOL),
    "lp_pool1d": ([[[[0.0, 0.0]]]], {"p": 2.0, "kernel_size": 2, "stride": 1}),
    "lp_pool2d": ([[[[0.0, 0.0]]]], {"p": 2.0, "kernel_size": (1, 2), "stride": 1}),
    "lp_pool3d": ([[[[[0.0, 0.0]]]]], {"p": 2.0, "kernel_size": (1, 1, 2), "stride": 1}),
    "l1_loss": ([[1.0], [1.0]], {"reduction": "sum"}),
    "smooth_l1_loss": ([[1.0], [1.5]], {"beta": 0.5, "reduction": "sum"}),
    "huber_loss": ([[1.0], [0.5]], {"delta": 0.5, "reduction": "sum"}),
    "angle": ([[-2.0 + 0.0j]], {}),
    "sgn": ([[0.0j]], {}),
    "frac": ([[2.0]], {}),
    "fmod": ([[6.0], [3.0]], {}),
    "clamp_min": ([[0.5]], {"limit": 0.5}),
    "clamp_max": ([[0.5]], {"limit": 0.5}),
    "nanmedian": ([[1.0, 1.0, 5.0]], {"missing": (False, False, True), "axis": -1, "keepdims": False}),
    "nanquantile": ([[1.0, 1.0, 5.0]], {"missing": (False, False, True), "axis": -1, "keepdims": False, "q": 0.5}),
    "corrcoef": ([[[1.0, 1.0], [1.0, 2.0]]], {}),
    "std_mean": ([[3.0, 3.0]], {"axis": 0, "correction": 1}),
    "masked_amax": ([[2.0, 2.0, 3.0]], {"mask": (True, True, False), "axis": -1, "keepdims": False}),
    "masked_amin": ([[2.0, 2.0, 1.0]], {"mask": (True, True, False), "axis": -1, "keepdims": False}),
    "masked_norm": ([[0.0, 0.0, 1.0]], {"mask": (True, True, False), "axis": -1, "keepdims": False}),
    "renorm": ([[[1.0, 0.0], [3.0, 4.0]]], {"p": 2.0, "axis": 0, "maxnorm": 1.0}),
    "dist": ([[1.0, 2.0], [1.0, 2.0]], {"p": 2.0}),
    "pdist": ([[[1.0, 2.0], [1.0, 2.0]]], {"p": 2.0}),
    "scatter_reduce": ([[1.0, 2.0], [0, 0], [3.0, 3.0]], {"axis": 0, "reduction": "amax", "include_self": True}),
    "index_reduce": ([[1.0, 2.0], [0, 1], [1.0, 3.0]], {"axis": 0, "reduction": "amin", "include_self": True}),
    "eigh": ([[[2.0, 0.0], [0.0, 2.0]]], {}),
    "svd": ([[[2.0, 0.0], [0.0, 2.0]]], {}),
    "lu": ([[[2.0, 1.0], [-2.0, 3.0]]], {}),
    "operator_norm": ([[[2.0, 0.0], [0.0, 2.0]]], {"ord": 2, "keepdims": False}),
    "cond": ([[[2.0, 0.0], [0.0, 2.0]]], {}),
    "embedding_bag": ([[[0, 1]], [[1.0], [1.0]]], {"mode": "max"}),
    "grid_sample": ([[[[[1.0, 2.0, 3.0]]]], [[[[0.0, 0.25]]]]], {"mode": "bilinear", "padding_mode": "zeros", "align_corners": True}),
    "adaptive_max_pool1d": ([[[1.0, 1.0, 0.0]]], {"output_size": (1,)}),
    "adaptive_max_pool2d": ([[[[1.0, 1.0]]]], {"output_size": (1, 1)}),
    "adaptive_max_pool3d": ([[[[[1.0, 1.0]]]]], {"output_size": (1, 1, 1)}),
    "fractional_max_pool2d": ([[[[1.0, 1.0], [0.0, 0.0]]]], {"kernel_size": (1, 2), "output_size": (1, 1), "sample": 0.0}),
    "fractional_max_pool3d": ([[[[[1.0, 1.0]]]]], {"kernel_size": (1, 1, 2), "output_size": (1, 1, 1), "sample": 0.5}),
    "max_unpool1d": ([[[1.0, 1.0]]], {"kernel_size": 2}),
    "max_unpool2d": ([[[[1.0, 1.0], [0.0, 0.0]]]], {"kernel_size": 2}),
    "max_unpool3d": ([[[[[1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]]], {"kernel_size": 2}),
    "rnn_relu_cell": ([[[1.0]], [[1.0]], [[2.0]], [[-2.0]]], {}),
    "margin_ranking_loss": ([[1.0], [0.5], [True]], {"margin": 0.5, "reduction": "sum"}),
    "hinge_embedding_loss": ([[1.0], [False]], {"margin": 1.0, "reduction": "sum"}),
    "cosine_embedding_loss": ([[[1.0, 0.0]], [[0.0, 1.0]], [False]], {"margin": 0.0, "reduction": "sum"}),
    "triplet_margin_loss": (
        [[[0.0]], [[1.0 - 1e-6]], [[2.0 - 1e-6]]],
        {"margin": 1.0, "swap": False, "reduction": "sum"},
    ),
    "multi_margin_loss": ([[[1.0, 0.0]], [0]], {"margin": 1.0, "p": 1, "reduction": "sum"}),
    "multilabel_margin_loss": ([[[1.0, 0.0]]], {"labels": ((0, -1),), "reduction": "sum"}),
}


def margin(name: str, values: list[Any], params: dict[str, Any]) -> float:
    return lookup(name).margin(tuple(map(np.array, values)), params)


def test_every_op_that_is_not_smooth_has_a_planted_kink() -> None:
    assert {op.name for op in catalogue().values() if op.margin is not smooth} == set(PLANTED)


def _beside(x: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return np.asarray(x + 0.1 * generator.normal(size=x.shape)) if x.dtype.kind in "fc" else x


@pytest.mark.parametrize("name", PLANTED)
def test_margin_vanishes_at_a_planted_kink(name: str) -> None:
    assert margin(name, *PLANTED[name]) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", PLANTED)
def test_margin_beside_a_planted_kink_is_positive(name: str) -> None:
    values, params = PLANTED[name]
    generator = np.random.default_rng(3)
    moved = [_beside(np.array(value), generator) for value in values]
    moved = [x + 0.1j * generator.normal(size=x.shape) if np.iscomplexobj(x) else x for x in moved]
    assert margin(name, moved, params) > 0


@pytest.mark.parametrize(
    ("name", "values", "params", "distance"),
    [
        ("relu", [[0.25, -3.0]], {}, 0.25),
        ("maximum", [[1.0, 4.0], [1.5, 0.0]], {}, 0.5),
        ("max", [[3.0, 1.0, 2.5]], {"axis": 0}, 0.5),
        ("min", [[3.0, 1.0, 2.5]], {"axis": 0}, 1.5),
        ("sort", [[3.0, 1.0, 2.75]], {"axis": 0}, 0.25),
        ("cummax", [[1.0, 0.0, 3.0]], {"axis": 0}, 1.0),
        ("atan2", [[0.25], [-2.0]], {}, 0.25),
        ("atan2", [[3.0], [4.0]], {}, 5.0),
        ("clip", [[0.75]], {"min": -1.0, "max": 1.0}, 0.25),
        ("log", [[-3.0 + 0.25j, 1.0 + 0.0j]], {}, 0.25),
        ("sqrt", [[3.0 + 4.0j]], {}, 5.0),
        ("log", [[3.0]], {}, np.inf),
        ("vector_norm", [[3.0, 4.0]], {"axis": None, "ord": 2}, 5.0),
        ("vector_norm", [[3.0, -4.0]], {"axis": None, "ord": 1}, 3.0),
        ("vector_norm", [[3.0, -4.0]], {"axis": None, "ord": "inf"}, 1.0),
        ("vector_norm", [[3.0, -4.0]], {"axis": None, "ord": "-inf"}, 1.0),
        ("dist", [[3.0, 1.0], [1.0, 1.5]], {"p": "inf"}, 1.5),
        ("dist", [[3.0, 1.0], [1.0, 1.5]], {"p": 0.0}, 0.5),
        ("cdist", [[[3.0, 1.0]], [[1.0, 1.5], [0.0, 3.0]]], {"p": "inf"}, 1.0),
        ("pdist", [[[3.0, 1.0], [1.0, 1.5]]], {"p": 0.0}, 0.5),
        ("pairwise_distance", [[[3.0, 1.0]], [[1.0, 1.5]]], {"p": "inf", "eps": 0.0, "keepdims": False}, 1.5),
        ("svdvals", [[[3.0, 0.0], [0.0, 1.0]]], {}, 1.0),
        ("qr", [[[3.0], [4.0]]], {}, 3.0),
    ],
)
def test_margin_is_the_distance(name: str, values: list[Any], params: dict[str, Any], distance: float) -> None:
    assert margin(name, values, params) == pytest.approx(distance)


def test_margin_of_nothing_is_infinite() -> None:
    assert margin("relu", [np.zeros((0, 2))], {}) == np.inf
    assert margin("max", [np.zeros((0, 2))], {"axis": 1}) == np.inf


def test_points_beside_a_jump_are_not_admitted() -> None:
    qr, remainder = lookup("qr"), lookup("remainder")
    assert qr.contains((np.array([[3.0], [4.0]]),), {})
    assert not qr.contains((np.array([[1.0], [0.0]]),), {})
    assert remainder.contains((np.array([1e3]), np.array([0.3])), {})
    assert not remainder.contains((np.array([1e5]), np.array([0.3])), {})
    lu, eigh = lookup("lu"), lookup("eigh")
    assert lu.contains((np.array([[2.0, 1.0], [-1.0, 3.0]]),), {})
    assert not lu.contains((np.array([[2.0, 1.0], [-2.0, 3.0]]),), {})
    assert eigh.contains((np.array([[2.0, 0.0], [0.0, 3.0]]),), {})
    assert not eigh.contains((np.array([[2.0, 0.0], [0.0, 2.0]]),), {})
    fmod, sample = lookup("fmod"), lookup("grid_sample")
    assert not fmod.contains((np.array([1e5]), np.array([0.3])), {})
    halfway = (np.ones((1, 1, 1, 2)), np.zeros((1, 1, 1, 2)))
    nearest = {"mode": "nearest", "padding_mode": "zeros", "align_corners": False}
    assert not sample.contains(halfway, nearest)
    assert sample.contains(halfway, nearest | {"mode": "bilinear"})
