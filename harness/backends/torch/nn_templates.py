"""The table of torch's spellings of neural-network functions (the grammar: harness.backends.spelling).

Source: https://docs.pytorch.org/docs/stable/nn.functional.html
"""

from __future__ import annotations

from math import sqrt

from harness.backends.spelling import Params, Template, Written
from harness.backends.torch.templates import of_any_order

_PLAIN = """
    bilinear hardsigmoid hardswish hardtanh linear logsigmoid mish prelu relu relu6 selu silu softsign tanhshrink
"""
_ALONG = "softmax log_softmax softmin glu"
_REDUCED = "l1_loss mse_loss binary_cross_entropy binary_cross_entropy_with_logits gaussian_nll_loss nll_loss"

SEED_KEPT = "torch.random.fork_rng"  # the words of a call that is given its own seed
SATURATION = 1.7580993408473766  # alpha_dropout puts minus this where it drops: the limit of selu
_WINDOW = "{kernel_size}, dilation={dilation}, padding={padding}, stride={stride}"


def _weights(name: str) -> str:
    """Numbers that are a parameter, in the dtype of the prediction."""
    return f"torch.tensor({{{name}}}, dtype={{0}}.dtype, device={{0}}.device)"


_RUNNING = f"{_weights('running_mean')}, {_weights('running_var')}"


def _signs(place: int) -> str:
    """A mask as 1 and -1, in the dtype of the prediction."""
    return f"(2 * {{{place}}} - 1).to({{0}}.dtype)"


def _seeded(name: str, training: str = "") -> str:
    """A function that always drops the same elements, and leaves torch's random numbers where they are."""
    kept = f"{SEED_KEPT}(devices=[{{0}}.device] * {{0}}.is_cuda)"
    # On the CPU not torch.manual_seed, which without a GPU notes each call, its traceback written out, for when there is one.
    return f"{kept}(lambda x: (torch.default_generator if x.is_cpu else torch).manual_seed({{seed}}) and F.{name}(x, {{p}}{training}))"


def _put_back(name: str) -> str:
    return f"(lambda drop: (1 - {{p}}) * drop({{0}}) + (1 - (1 - {{p}}) * drop(torch.ones_like({{0}}))) * {{0}})({_seeded(name)})"


def _alpha_put_back(name: str) -> Written:
    """What is kept is scaled by a, and all is shifted: drop(x) - drop(0) is m a x, where a makes the variance of dropped Gaussian numbers 1."""

    def template(params: Params) -> tuple[str, Params]:
        linear = "(lambda drop: lambda x: drop(x) - drop(torch.zeros_like(x)))"
        restored = "(lambda drop: {unscaled} * drop({0}) + (1 - {unscaled} * drop(torch.ones_like({0}))) * {0})"
        unscaled = sqrt((1 - params["p"]) * (1 + params["p"] * SATURATION**2))
        return f"{restored}({linear}({_seeded(name, ', training=True')}))", params | {"unscaled": unscaled}

    return template


def _kl_div(params: Params) -> tuple[str, Params]:
    """F.kl_div warns of a mean over all entries that it will be one over rows some day; below it the function takes the mean by its number."""
    if params["reduction"] == "mean":
        return "torch.kl_div({args}, reduction=1, log_target={log_target?})", params
    return "F.kl_div({args}, reduction={reduction}, log_target={log_target?})", params


NN_TEMPLATES: dict[str, Template] = {
    **{name: f"F.{name}({{args}})" for name in _PLAIN.split()},
    **{name: f"F.{name}({{0}}, dim={{axis}})" for name in _ALONG.split()},
    **{name: f"F.{name}({{args}}, reduction={{reduction}})" for name in _REDUCED.split()},
    **{f"conv{d}d": f"F.conv{d}d({{args}}, stride={{stride}}, padding={{padding}}, dilation={{dilation}}, groups={{groups}})" for d in (1, 2, 3)},
    **{
        f"conv_transpose{d}d": f"F.conv_transpose{d}d({{args}}, stride={{stride}}, padding={{padding}}, output_padding={{output_padding}}, "
        "groups={groups}, dilation={dilation})"
        for d in (1, 2, 3)
    },
    **{
        f"avg_pool{d}d": f"F.avg_pool{d}d({{0}}, {{kernel_size}}, stride={{stride}}, padding={{padding}}, ceil_mode={{ceil_mode?}}, "
        "count_include_pad={count_include_pad}, divisor_override={divisor_override?})"
        for d in (1, 2, 3)
    },
    **{
        f"max_pool{d}d": f"F.max_pool{d}d({{0}}, {{kernel_size}}, stride={{stride}}, padding={{padding}}, dilation={{dilation}}, "
        "ceil_mode={ceil_mode?})"
        for d in (1, 2, 3)
    },
    **{f"lp_pool{d}d": f"F.lp_pool{d}d({{0}}, {{p}}, {{kernel_size}}, stride={{stride}}, ceil_mode={{ceil_mode?}})" for d in (1, 2, 3)},
    **{f"adaptive_avg_pool{d}d": f"F.adaptive_avg_pool{d}d({{0}}, {{output_size}})" for d in (1, 2, 3)},
    "nll_loss_weighted": f"F.nll_loss({{args}}, weight={_weights('weight')}, ignore_index={{ignore_index}}, reduction={{reduction}})",
    "cross_entropy_weighted": f"F.cross_entropy({{args}}, weight={_weights('weight')}, ignore_index={{ignore_index}}, "
    "reduction={reduction}, label_smoothing={label_smoothing})",
    "binary_cross_entropy_weighted": f"F.binary_cross_entropy({{args}}, weight={_weights('weight')}, reduction={{reduction}})",
    "binary_cross_entropy_with_logits_weighted": f"F.binary_cross_entropy_with_logits({{args}}, weight={_weights('weight')}, "
    f"pos_weight={_weights('pos_weight')}, reduction={{reduction}})",
    "scaled_dot_product_attention_masked": "F.scaled_dot_product_attention({0}, {1}, {2}, attn_mask={3}, scale={scale})",
    "batch_norm_running": f"F.batch_norm({{0}}, {_RUNNING}{{rest}}, training=False, eps={{eps}})",
    "instance_norm_running": f"F.instance_norm({{0}}, {_RUNNING}{{rest}}, use_input_stats=False, eps={{eps}})",
    "instance_norm_affine": "F.instance_norm({0}, None, None{rest}, eps={eps})",
    "ctc_loss": "F.ctc_loss(F.log_softmax({0}, -1), torch.tensor({labels}, device={0}.device), [{0}.shape[0]] * {0}.shape[1], "
    "[len(row) for row in {labels}], reduction={reduction})",
    "batch_norm": "F.batch_norm({0}, None, None{rest}, training=True, eps={eps})",
    **{name: _put_back(name) for name in ("dropout", "dropout1d", "dropout2d", "dropout3d")},
    **{name: _alpha_put_back(name) for name in ("alpha_dropout", "feature_alpha_dropout")},
    "celu": "F.celu({0}, alpha={alpha})",
    "cosine_similarity": "F.cosine_similarity({args}, dim={axis}, eps={eps})",
    "cross_entropy": "F.cross_entropy({args}, reduction={reduction}, label_smoothing={label_smoothing})",
    "elu": "F.elu({0}, alpha={alpha})",
    "embedding": "F.embedding({1}, {0})",
    "gelu": "F.gelu({0}, approximate={approximate})",
    "group_norm": "F.group_norm({0}, {num_groups}{rest}, eps={eps})",
    "hardshrink": "F.hardshrink({0}, lambd={lambd})",
    "huber_loss": "F.huber_loss({args}, reduction={reduction}, delta={delta})",
    "instance_norm": "F.instance_norm({0}, eps={eps})",
    "kl_div": _kl_div,
    "layer_norm": "F.layer_norm({0}, {normalized_shape}{rest}, eps={eps})",
    "leaky_relu": "F.leaky_relu({0}, negative_slope={slope})",
    "local_response_norm": "F.local_response_norm({0}, {size}, alpha={alpha}, beta={beta}, k={k})",
    "normalize": "F.normalize({0}, p={p}, dim={axis}, eps={eps})",
    "pad_last": "F.pad({0}, {widths}, mode={mode})",
    "pairwise_distance": of_any_order("F.pairwise_distance({args}, p={p}, eps={eps}, keepdim={keepdims?})"),
    "poisson_nll_loss": "F.poisson_nll_loss({args}, log_input={log_input}, reduction={reduction})",
    "rms_norm": "F.rms_norm({0}, {normalized_shape}{rest}, eps={eps})",
    "scaled_dot_product_attention": "F.scaled_dot_product_attention({args}, is_causal={is_causal?})",
    "smooth_l1_loss": "F.smooth_l1_loss({args}, reduction={reduction}, beta={beta})",
    "softplus": "F.softplus({0}, beta={beta}, threshold={threshold})",
    "softshrink": "F.softshrink({0}, lambd={lambd})",
    "threshold": "F.threshold({0}, {threshold}, {value})",
    "weight_norm": "torch._weight_norm({0}, {1}, 0)",
    **{f"adaptive_max_pool{d}d": f"F.adaptive_max_pool{d}d({{0}}, {{output_size}})" for d in (1, 2, 3)},
    **{
        f"fractional_max_pool{d}d": f"F.fractional_max_pool{d}d({{0}}, {{kernel_size}}, output_size={{output_size}}, "
        f"_random_samples={{0}}.new_full(({{0}}.shape[0], {{0}}.shape[1], {d}), {{sample}}))"
        for d in (2, 3)
    },
    **{f"max_unpool{d}d": f"F.max_unpool{d}d(*F.max_pool{d}d({{0}}, {{kernel_size}}, return_indices=True), {{kernel_size}})" for d in (1, 2, 3)},
    **{name: f"torch.{name}({{args}})" for name in ("rnn_tanh_cell", "rnn_relu_cell", "gru_cell")},
    "affine_grid": "F.affine_grid({0}, {size}, align_corners={align_corners})",
    "channel_shuffle": "F.channel_shuffle({0}, {groups})",
    "col2im": f"F.fold({{0}}, {{output_size}}, {_WINDOW})",
    "cosine_embedding_loss": f"F.cosine_embedding_loss({{0}}, {{1}}, {_signs(2)}, margin={{margin}}, reduction={{reduction}})",
    "embedding_bag": "F.embedding_bag({args}, mode={mode})",
    "grid_sample": "F.grid_sample({args}, mode={mode}, padding_mode={padding_mode}, align_corners={align_corners})",
    "hinge_embedding_loss": f"F.hinge_embedding_loss({{0}}, {_signs(1)}, margin={{margin}}, reduction={{reduction}})",
    "im2col": f"F.unfold({{0}}, {_WINDOW})",
    "interpolate": "F.interpolate({0}, size={size}, mode={mode}, align_corners={align_corners?})",
    "lstm_cell": {
        5: "torch.lstm_cell({0}, ({1}, {2}), {3}, {4})",
        7: "torch.lstm_cell({0}, ({1}, {2}), {3}, {4}, {5}, {6})",
    },
    "margin_ranking_loss": f"F.margin_ranking_loss({{0}}, {{1}}, {_signs(2)}, margin={{margin}}, reduction={{reduction}})",
    "multi_margin_loss": "F.multi_margin_loss({args}, p={p}, margin={margin}, reduction={reduction})",
    "multilabel_margin_loss": "F.multilabel_margin_loss({0}, torch.tensor({labels}, device={0}.device), reduction={reduction})",
    "multilabel_soft_margin_loss": "F.multilabel_soft_margin_loss({0}, {1}.to({0}.dtype), reduction={reduction})",
    "pdist": of_any_order("F.pdist({0}, p={p})"),
    "pixel_shuffle": "F.pixel_shuffle({0}, {factor})",
    "pixel_unshuffle": "F.pixel_unshuffle({0}, {factor})",
    "soft_margin_loss": f"F.soft_margin_loss({{0}}, {_signs(1)}, reduction={{reduction}})",
    "triplet_margin_loss": "F.triplet_margin_loss({args}, margin={margin}, swap={swap?}, reduction={reduction})",
}
