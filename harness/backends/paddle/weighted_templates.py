"""The table of Paddle's spellings of losses with weights, and of what else it takes optionally (the grammar: harness.backends.spelling).

Smoothed labels it weighs by all classes, each by its share: another function, which is left out.

Source: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/functional/cross_entropy_en.html
"""

from __future__ import annotations

from harness.backends.protocol import Unsupported
from harness.backends.spelling import Params, Template
from harness.backends.words import uses

_FN = "paddle.nn.functional"
_WEIGHT = "weight=paddle.to_tensor({weight}, {0}.dtype)"


@uses(f"{_FN}.cross_entropy")
def _cross_entropy(params: Params) -> tuple[str, Params]:
    if params["label_smoothing"]:
        raise Unsupported("paddle's cross_entropy weighs smoothed labels in another way.")
    return f"{_FN}.cross_entropy({{args}}, {_WEIGHT}, ignore_index={{ignore_index}}, reduction={{reduction}})", params


WEIGHTED_TEMPLATES: dict[str, Template] = {
    "binary_cross_entropy_weighted": f"{_FN}.binary_cross_entropy({{args}}, {_WEIGHT}, reduction={{reduction}})",
    "binary_cross_entropy_with_logits_weighted": f"{_FN}.binary_cross_entropy_with_logits({{args}}, {_WEIGHT}, "
    "pos_weight=paddle.to_tensor({pos_weight}, {0}.dtype), reduction={reduction})",
    "cross_entropy_weighted": _cross_entropy,
    "ctc_loss": f"{_FN}.ctc_loss({{0}}, paddle.to_tensor({{labels}}, 'int32'), paddle.to_tensor([{{0}}.shape[0]] * {{0}}.shape[1]), "
    "paddle.to_tensor([len(row) for row in {labels}]), reduction={reduction})",
    "instance_norm_affine": f"{_FN}.instance_norm({{0}}, weight={{1}}, bias={{2}}, eps={{eps}})",
    "nll_loss_weighted": f"{_FN}.nll_loss({{args}}, {_WEIGHT}, ignore_index={{ignore_index}}, reduction={{reduction}})",
}
