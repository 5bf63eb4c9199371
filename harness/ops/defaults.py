"""What a parameter is when nobody gives it: a call that leaves it out is the call that gives its default.

    f(x) = f(x, p = default of p)          for every p that a call leaves out

A case keeps all parameters, and beside them, under `OMITTED`, the names of those that the call leaves out. Who reads a case need not know: only
what writes calls does (harness.backends.spelling). A name whose value is no longer the default (a case that was shrunk) is given after all.

Source: the signatures in the pages that the ops name (torch 2.13), https://docs.pytorch.org/docs/stable/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from harness.ops.choose import Choose

OMITTED = "omitted"
OFTEN = 2  # odds to 1 that all parameters are given

_WINDOW = {"padding": 0, "count_include_pad": True, "ceil_mode": False}
_PER_OP: dict[str, dict[str, Any]] = {
    "softplus": {"beta": 1.0, "threshold": 20.0},
    "leaky_relu": {"slope": 0.01},
    "gelu": {"approximate": "none"},
    "local_response_norm": {"alpha": 1e-4, "beta": 0.75, "k": 1.0},
    "normalize": {"p": 2.0, "eps": 1e-12},
    "cosine_similarity": {"eps": 1e-8},
    "pairwise_distance": {"p": 2.0, "eps": 1e-6},
    "smooth_l1_loss": {"beta": 1.0, "reduction": "mean"},
    "huber_loss": {"delta": 1.0, "reduction": "mean"},
    "cross_entropy": {"label_smoothing": 0.0, "reduction": "mean"},
    "poisson_nll_loss": {"log_input": True, "reduction": "mean"},
    "margin_ranking_loss": {"margin": 0.0, "reduction": "mean"},
    "cosine_embedding_loss": {"margin": 0.0, "reduction": "mean"},
    "hinge_embedding_loss": {"margin": 1.0, "reduction": "mean"},
    "triplet_margin_loss": {"margin": 1.0, "swap": False, "reduction": "mean"},
    "multi_margin_loss": {"margin": 1.0, "p": 1, "reduction": "mean"},
    "diff": {"n": 1, "axis": -1},
    "topk": {"axis": -1, "largest": True},
    "scaled_dot_product_attention": {"is_causal": False},
    "pad": {"value": 0.0},
    "scatter_reduce": {"include_self": True},
    "index_reduce": {"include_self": True},
    "embedding_bag": {"mode": "mean"},
    "meshgrid": {"indexing": "ij"},
}
_ALIKE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("elu celu", {"alpha": 1.0}),
    ("hardshrink softshrink", {"lambd": 0.5}),
    ("layer_norm group_norm instance_norm batch_norm batch_norm_running instance_norm_running", {"eps": 1e-5}),
    ("cdist dist", {"p": 2.0}),
    ("conv1d conv2d conv3d", {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}),
    ("conv_transpose1d conv_transpose2d conv_transpose3d", {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1}),
    ("avg_pool1d avg_pool2d avg_pool3d", _WINDOW),
    ("max_pool1d max_pool2d max_pool3d", {"padding": 0, "dilation": 1, "ceil_mode": False}),
    ("lp_pool1d lp_pool2d lp_pool3d", {"ceil_mode": False}),
    ("l1_loss mse_loss binary_cross_entropy binary_cross_entropy_with_logits gaussian_nll_loss nll_loss", {"reduction": "mean"}),
    ("soft_margin_loss multilabel_soft_margin_loss multilabel_margin_loss", {"reduction": "mean"}),
    ("addcmul addcdiv", {"value": 1.0}),
    ("addmm addmv addr baddbmm addbmm", {"beta": 1.0, "alpha": 1.0}),
    ("rsub", {"alpha": 1.0}),
    ("var std var_mean std_mean cov", {"correction": 1}),
    ("sort kthvalue vecdot", {"axis": -1}),
    ("trapezoid cumulative_trapezoid", {"dx": 1.0, "axis": -1}),
    ("concat stack unstack split chunk tensor_split", {"axis": 0}),
    ("diagonal trace diag_embed", {"offset": 0}),
    ("fft ifft rfft irfft hfft ihfft", {"axis": -1, "norm": "backward"}),
    ("fft2 ifft2 rfft2 irfft2 hfft2 ihfft2 fftn ifftn rfftn irfftn hfftn ihfftn", {"norm": "backward"}),
)
DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(_PER_OP | {name: defaults for names, defaults in _ALIKE for name in names.split()})


def given(params: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters, without the list of those that the call leaves out."""
    return {name: value for name, value in params.items() if name != OMITTED}


def left_out(op: str, params: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters that the call leaves out, as long as they are what they are without it."""
    return tuple(name for name in params.get(OMITTED, ()) if name in _at_default(op, params))


def in_call(op: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the call gives."""
    absent = left_out(op, params)
    return {name: value for name, value in given(params).items() if name not in absent}


def leave_out(choose: Choose, op: str, params: dict[str, Any]) -> dict[str, Any]:
    """`params`, and now and then the names of some that have their default, and are left out."""
    names = _at_default(op, params)
    if not names or choose.integer(0, OFTEN) < OFTEN:
        return params
    kept = [name for name in names if choose.boolean()]
    return params | {OMITTED: tuple(kept or names)}


def _at_default(op: str, params: Mapping[str, Any]) -> list[str]:
    defaults: Iterable[tuple[str, Any]] = DEFAULTS.get(op, {}).items()
    return [name for name, value in defaults if name in params and type(params[name]) is type(value) and params[name] == value]
