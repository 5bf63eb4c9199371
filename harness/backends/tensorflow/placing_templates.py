"""The table of TensorFlow's spellings of reading and writing at given places (the grammar: harness.backends.spelling).

    tf.tensor_scatter_nd_add(x, places, updates)        places: (..., axes of x that they name)

Source: https://www.tensorflow.org/api_docs/python/tf/tensor_scatter_nd_add
"""

from __future__ import annotations

from harness.backends.spelling import Params, Template
from harness.backends.words import uses, words_of

_FLAT = "tf.reshape({0}, (-1,))"
_GRID = "np.indices({1}.shape)"
_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _along(kind: str, places: str, updates: str) -> str:
    """Whole slices of the axis, at `places`."""
    text = f"tf.tensor_scatter_nd_{kind}(tnp.moveaxis({{0}}, {{axis}}, 0), {places}, {updates})"
    return f"tnp.moveaxis({text}, 0, {{axis}})"


def _at_each(kind: str, index: str, grid: str, updates: str) -> str:
    """One place per element of `index`, the others of its axes as they come."""
    places = f"tf.stack([{index} if a == {{axis}} % {{0}}.ndim else g for a, g in enumerate({grid})], -1)"
    return f"tf.tensor_scatter_nd_{kind}({{0}}, {places}, {updates})"


@uses("tf.gather")
def _pad_last(params: Params) -> tuple[str, Params]:
    """By position: `tf.pad` knows neither the last element again nor the first one after the last."""
    return "tf.gather({0}, np.pad(np.arange({0}.shape[-1]), {widths}, mode={mode}), axis=-1)", params | {"mode": _MODES[params["mode"]]}


_MOVED = "tnp.moveaxis(%s, min(1, {0}.ndim - 1), -1)"  # classes last
_PICKED = f"-tf.gather({_MOVED % '{0}'}, {{1}}[..., None], axis=-1, batch_dims={{1}}.ndim)[..., 0]"
_ENTROPY = f"tf.nn.sparse_softmax_cross_entropy_with_logits({{1}}, {_MOVED % '{0}'})"
_WITH_LOGITS = "tf.nn.sigmoid_cross_entropy_with_logits({1}, {0})"
_WEIGHTED = "tf.cast({weight}, {0}.dtype) * tf.nn.weighted_cross_entropy_with_logits({1}, {0}, tf.cast({pos_weight}, {0}.dtype))"
_EVENLY = f"tf.reduce_mean(tf.nn.log_softmax({_MOVED % '{0}'}), -1)"  # over all classes
_SMOOTHED = f"(1 - {{label_smoothing}}) * {_ENTROPY} - {{label_smoothing}} * {_EVENLY}"


def _reduced(text: str) -> Template:
    @uses("tf.reduce_mean", "tf.reduce_sum", "tf.gather", "tf.nn.log_softmax", *words_of(_ENTROPY), *words_of(_WITH_LOGITS), *words_of(_WEIGHTED))
    def template(params: Params) -> tuple[str, Params]:
        written = _ENTROPY if text is _SMOOTHED and not params["label_smoothing"] else text
        return (written if params["reduction"] == "none" else f"tf.reduce_{params['reduction']}({written})"), params

    return template


PLACING_TEMPLATES: dict[str, Template] = {
    "binary_cross_entropy_with_logits": _reduced(_WITH_LOGITS),  # logaddexp has no slope where its operands are equal
    "binary_cross_entropy_with_logits_weighted": _reduced(_WEIGHTED),
    "cross_entropy": _reduced(_SMOOTHED),
    "index_add": _along("add", "{1}[:, None]", "tnp.moveaxis({2}, {axis}, 0)"),
    "index_copy": _along("update", "np.array({index})[:, None]", "tnp.moveaxis({1}, {axis}, 0)"),
    "masked_select": f"tf.boolean_mask({_FLAT}, np.broadcast_to(np.array({{mask}}), {{0}}.shape).ravel())",
    "nll_loss": _reduced(_PICKED),
    "pad_last": _pad_last,
    "put": f"tf.reshape(tf.tensor_scatter_nd_add({_FLAT}, {{1}}[:, None], {{2}}), {{0}}.shape)",
    "softplus": "tf.where({beta} * {0} > {threshold}, {0}, tf.math.softplus({beta} * {0}) / {beta})",  # for the same reason
    "scatter": _at_each("update", "np.array({index}).reshape({1}.shape)", _GRID, "{1}"),
    "scatter_add": _at_each("add", "{1}", _GRID, "{2}"),
    "select_scatter": _along("update", "np.array([[{index} % {0}.shape[{axis}]]])", "{1}[None]"),
    "take_flat": f"tf.gather({_FLAT}, {{1}})",
}
