"""Neural-network ops in NumPy's words, for libraries that have no function of that name: one expression each, as a person would write it.

    softmax(x)_i = exp(x_i - max x) / sum_j exp(x_j - max x)

The words and the grammar: harness.backends.numpy.templates, harness.backends.spelling. What each means: the catalogue's sources.
"""

from __future__ import annotations

from math import pi, sqrt

from harness.backends.numpy.norm_templates import normalize, pairwise, vector_norm
from harness.backends.spelling import Params, Template, Written
from harness.backends.words import uses, words_of

_SIGMOID = "0.5 * (xp.tanh(0.5 * {0}) + 1)"
_TOP = "xp.max({0}, axis={axis}, keepdims=True)"
_EXP = f"xp.exp({{0}} - {_TOP})"
_LOG_SOFTMAX = ("({0} - xp.logsumexp({0}, axis={axis}, keepdims=True))", f"({{0}} - {_TOP} - xp.log(xp.sum({_EXP}, axis={{axis}}, keepdims=True)))")
_CHANNEL = "xp.reshape({%d}, (-1,) + (1,) * ({0}.ndim - 2))"
_CLASS_AXIS = "min(1, {0}.ndim - 1)"


def _standardized(axes: str) -> str:
    return f"({{0}} - xp.mean({{0}}, axis={axes}, keepdims=True)) / xp.sqrt(xp.var({{0}}, axis={axes}, keepdims=True) + {{eps}})"


def _over_last(text: str) -> Written:
    """`text` with {axes}, the last axes, as many as `normalized_shape` has."""

    @uses("xp.mean", "xp.var", "xp.sqrt")
    def template(params: Params) -> tuple[str, Params]:
        return text, params | {"axes": tuple(range(-len(params["normalized_shape"]), 0))}

    return template


def _loss(text: str) -> Written:
    """The elementwise loss, reduced."""

    @uses("xp.mean", "xp.sum", *words_of(text))
    def template(params: Params) -> tuple[str, Params]:
        chosen = text
        if "log_target" in params:
            chosen = "xp.exp({1}) * ({1} - {0})" if params["log_target"] else "{1} * (xp.log({1}) - {0})"
        if "log_input" in params:
            chosen = "xp.exp({0}) - {1} * {0}" if params["log_input"] else "{0} - {1} * xp.log({0} + 1e-08)"
        reduced = {"none": chosen, "batchmean": f"xp.sum({chosen}) / (*{{0}}.shape, 1)[0]"}
        return reduced.get(params["reduction"], f"xp.{params['reduction']}({chosen})"), params

    return template


@uses("xp.tanh", "sp.erfc")
def _gelu(params: Params) -> tuple[str, Params]:
    if params["approximate"] == "tanh":
        return f"0.5 * {{0}} * (1 + xp.tanh({sqrt(2 / pi)} * ({{0}} + 0.044715 * {{0}} ** 3)))", params
    return f"0.5 * {{0}} * sp.erfc(-{{0}} * {sqrt(0.5)})", params


@uses("xp.split")
def _glu(params: Params) -> tuple[str, Params]:
    return "(lambda value, gate: value * 0.5 * (xp.tanh(0.5 * gate) + 1))(*xp.split({0}, 2, axis={axis}))", params


@uses("xp.matmul", "xp.swapaxes", "xp.exp", "xp.where")
def _attention(params: Params) -> tuple[str, Params]:
    scores = "xp.matmul({0}, xp.swapaxes({1}, -1, -2)) / {0}.shape[-1] ** 0.5"
    if params["is_causal"]:
        scores = f"xp.where(np.tri({{0}}.shape[-2], {{1}}.shape[-2], dtype=bool), {scores}, -np.inf)"
    weights = "(lambda e: e / xp.sum(e, axis=-1, keepdims=True))((lambda s: xp.exp(s - xp.max(s, axis=-1, keepdims=True)))(" + scores + "))"
    return f"xp.matmul({weights}, {{2}})", params


_PICK = "-xp.squeeze(xp.take_along_axis(%s, np.expand_dims({1}, " + _CLASS_AXIS + "), " + _CLASS_AXIS + "), " + _CLASS_AXIS + ")"
_BY_INDEX = "-(%s)[(*np.indices({1}.shape)[:1], {1}, *np.indices({1}.shape)[1:]) if {0}.ndim > 1 else {1}]"
_LOG_P = [text.replace("{axis}", _CLASS_AXIS) for text in _LOG_SOFTMAX]
_BATCH = _standardized("(0,) + tuple(range(2, {0}.ndim))")
_INSTANCE = _standardized("tuple(range(2, {0}.ndim))")
_GROUPED = "xp.reshape({0}, ({0}.shape[0], {num_groups}, -1))"
_GROUP = f"xp.reshape((lambda g: (g - xp.mean(g, -1, keepdims=True)) / xp.sqrt(xp.var(g, -1, keepdims=True) + {{eps}}))({_GROUPED}), {{0}}.shape)"
_RMS = "{0} / xp.sqrt(xp.mean({0} ** 2, axis={axes}, keepdims=True) + {eps})"

NN_CANDIDATES: dict[str, list[Template]] = {
    "batch_norm": [{1: _BATCH, 3: f"{_BATCH} * {_CHANNEL % 1} + {_CHANNEL % 2}"}],
    "bilinear": [{3: "xp.einsum('...i,oij,...j->...o', {0}, {2}, {1})", 4: "xp.einsum('...i,oij,...j->...o', {0}, {2}, {1}) + {3}"}],
    "binary_cross_entropy": [_loss("-({1} * xp.log({0}) + (1 - {1}) * xp.log1p(-{0}))")],
    "binary_cross_entropy_with_logits": [_loss("xp.logaddexp({0}, 0.0) - {0} * {1}")],
    "celu": ["xp.where({0} > 0, {0}, {alpha} * xp.expm1(xp.where({0} > 0, 0.0, {0}) / {alpha}))"],
    "cosine_similarity": [
        "xp.sum({0} * {1}, axis={axis}) / xp.sqrt(xp.maximum(xp.sum({0} ** 2, axis={axis}), {eps} ** 2)) "
        "/ xp.sqrt(xp.maximum(xp.sum({1} ** 2, axis={axis}), {eps} ** 2))"  # under the root: its slope at 0 is infinite
    ],
    "cross_entropy": [
        _loss(f"(1 - {{label_smoothing}}) * {picked % log_p} - {{label_smoothing}} * xp.mean({log_p}, axis={_CLASS_AXIS})")
        for log_p in _LOG_P
        for picked in (_PICK, f"({_BY_INDEX})")
    ],
    "elu": ["xp.where({0} > 0, {0}, {alpha} * xp.expm1(xp.where({0} > 0, 0.0, {0})))"],
    "embedding": ["{0}[{1}]"],
    "gaussian_nll_loss": [_loss("0.5 * (xp.log({2}) + ({0} - {1}) ** 2 / {2})")],
    "gelu": [_gelu],
    "glu": [_glu],
    "group_norm": [{1: _GROUP, 3: f"{_GROUP} * {_CHANNEL % 1} + {_CHANNEL % 2}"}],
    "hardshrink": ["xp.where(xp.abs({0}) > {lambd}, {0}, 0.0)"],
    "hardsigmoid": ["xp.clip({0} / 6 + 0.5, 0.0, 1.0)"],
    "hardswish": ["{0} * xp.clip({0} / 6 + 0.5, 0.0, 1.0)"],
    "hardtanh": ["xp.clip({0}, -1.0, 1.0)"],
    "huber_loss": [_loss("xp.where(xp.abs({0} - {1}) < {delta}, 0.5 * ({0} - {1}) ** 2, {delta} * (xp.abs({0} - {1}) - 0.5 * {delta}))")],
    "instance_norm": [_INSTANCE],
    "instance_norm_affine": [f"{_INSTANCE} * {_CHANNEL % 1} + {_CHANNEL % 2}"],
    "kl_div": [_loss("")],
    "l1_loss": [_loss("xp.abs({0} - {1})")],
    "layer_norm": [
        {
            1: _over_last(_standardized("{axes}")),
            2: _over_last(_standardized("{axes}") + " * {1}"),
            3: _over_last(_standardized("{axes}") + " * {1} + {2}"),
        }
    ],
    "leaky_relu": ["xp.where({0} > 0, {0}, {slope} * {0})"],
    "linear": [{2: "xp.matmul({0}, xp.transpose({1}))", 3: "xp.matmul({0}, xp.transpose({1})) + {2}"}],
    "log_softmax": [*_LOG_SOFTMAX],
    "logsigmoid": ["-xp.logaddexp(-{0}, 0.0)"],
    "mish": ["{0} * xp.tanh(xp.logaddexp({0}, 0.0))"],
    "mse_loss": [_loss("({0} - {1}) ** 2")],
    "nll_loss": [_loss(picked % "{0}") for picked in (_PICK, _BY_INDEX)],
    "normalize": [normalize],
    "pairwise_distance": [pairwise],
    "poisson_nll_loss": [_loss("")],
    "prelu": ["xp.where({0} > 0, {0}, {1}[0] * {0})"],
    "relu": ["xp.maximum({0}, 0.0)"],
    "relu6": ["xp.clip({0}, 0.0, 6.0)"],
    "rms_norm": [{1: _over_last(_RMS), 2: _over_last(_RMS + " * {1}")}],
    "scaled_dot_product_attention": [_attention],
    "selu": ["1.0507009873554805 * xp.where({0} > 0, {0}, 1.6732632423543772 * xp.expm1(xp.where({0} > 0, 0.0, {0})))"],
    "sigmoid": ["sp.expit({0})", _SIGMOID],
    "silu": ["{0} * xp.sigmoid({0})", f"{{0}} * ({_SIGMOID})"],
    "smooth_l1_loss": [_loss("xp.where(xp.abs({0} - {1}) < {beta}, 0.5 * ({0} - {1}) ** 2 / ({beta} or 1), xp.abs({0} - {1}) - 0.5 * {beta})")],
    "softmax": ["(lambda e: e / xp.sum(e, axis={axis}, keepdims=True))(" + _EXP + ")"],
    "softmin": ["(lambda e: e / xp.sum(e, axis={axis}, keepdims=True))(xp.exp(xp.min({0}, axis={axis}, keepdims=True) - {0}))"],
    "softplus": ["xp.where({beta} * {0} > {threshold}, {0}, xp.logaddexp({beta} * {0}, 0.0) / {beta})"],
    "softshrink": ["xp.where({0} > {lambd}, {0} - {lambd}, xp.where({0} < -{lambd}, {0} + {lambd}, 0.0))"],
    "softsign": ["{0} / (1 + xp.abs({0}))"],
    "tanhshrink": ["{0} - xp.tanh({0})"],
    "threshold": ["xp.where({0} > {threshold}, {0}, {value})"],
    "vector_norm": [vector_norm],
}
