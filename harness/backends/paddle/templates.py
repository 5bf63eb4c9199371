"""The table of Paddle's spellings where NumPy's words (harness.backends.numpy.templates) are not the best ones.

Source: https://www.paddlepaddle.org.cn/documentation/docs/en/api/index_en.html; a constant and an index are tensors there.
"""

from __future__ import annotations

from harness.backends.numpy.written import of_equal_batches
from harness.backends.paddle.weighted_templates import WEIGHTED_TEMPLATES
from harness.backends.paddle.window_templates import WINDOW_TEMPLATES
from harness.backends.spelling import Params, Template
from harness.backends.words import uses

_RENAMED = "acos acosh asin asinh atan atanh"
WORDS = {
    "xp": "paddle",
    "sp": "paddle",
    "keepdims=": "keepdim=",
    "np.array": "paddle.to_tensor",
    "np.arange": "paddle.arange",
    "np.expand_dims": "paddle.unsqueeze",
    "xp.expand_dims": "paddle.unsqueeze",
    "xp.arctan2": "paddle.atan2",
    "xp.concatenate": "paddle.concat",
    "xp.power": "paddle.pow",
    **{f"xp.arc{name[1:]}": f"paddle.{name}" for name in _RENAMED.split()},
}
LACKS = (
    *("complex", "polar", "real", "view_as_complex", "fftshift"),  # its complex numbers are left out
    *("median", "nuclear_norm", "pad", "batch_norm", "rms_norm", "scaled_dot_product_attention"),  # other arguments than NumPy's words have
)
_F = "relu relu6 selu silu mish softsign tanhshrink hardswish"
_REDUCED = "mse_loss l1_loss binary_cross_entropy binary_cross_entropy_with_logits"
_AFFINE = {1: "", 2: ", {1}", 3: ", {1}, {2}"}


@uses("paddle.sort")
def _sort(params: Params) -> tuple[str, Params]:
    return "paddle.sort({0}, axis={axis}, descending={descending?})", params


@uses("paddle.split")
def _split(params: Params) -> tuple[str, Params]:
    return "paddle.split({0}, {lengths}, axis={axis})", params | {"lengths": params["sizes"]}


@uses("paddle.nn.functional.gelu")
def _gelu(params: Params) -> tuple[str, Params]:
    return "paddle.nn.functional.gelu({0}, approximate={approximate})", {"approximate": params["approximate"] == "tanh"}


@uses("paddle.linalg.triangular_solve")
def _solve_triangular(params: Params) -> tuple[str, Params]:
    text = "paddle.linalg.triangular_solve({0}, {1}, upper={upper}, unitriangular={unitriangular})"
    return of_equal_batches(text, "paddle.broadcast_to(%s, %s)"), params


_FN = "paddle.nn.functional"
TEMPLATES: dict[str, Template] = {
    **WEIGHTED_TEMPLATES,
    **WINDOW_TEMPLATES,
    **{name: f"{_FN}.{name}({{0}})" for name in _F.split()},
    **{name: f"{_FN}.{name}({{args}}, reduction={{reduction}})" for name in _REDUCED.split()},
    **{name: f"{_FN}.{name}({{0}}, axis={{axis}})" for name in ("softmax", "log_softmax", "glu")},
    **{name: f"{_FN}.{name}({{0}}, alpha={{alpha}})" for name in ("elu", "celu")},
    **{name: f"paddle.{name}({{0}}, axis={{axis?}}, unbiased={{correction}} == 1, keepdim={{keepdims?}})" for name in ("var", "std")},
    "addmm": "paddle.addmm({0}, {1}, {2}, beta={beta}, alpha={alpha})",
    "cholesky_solve": of_equal_batches("paddle.linalg.cholesky_solve({1}, paddle.tril({0}), upper=False)", "paddle.broadcast_to(%s, %s)"),
    "cosine_similarity": f"{_FN}.cosine_similarity({{0}}, {{1}}, axis={{axis}}, eps={{eps}})",
    "cross": "paddle.cross({args}, axis={axis})",
    "cummax": "paddle.cummax({0}, axis={axis})[0]",
    "cummin": "paddle.cummin({0}, axis={axis})[0]",
    "cumulative_prod": "paddle.cumprod({0}, dim={axis})",
    "det": "paddle.linalg.det({0})",
    "diag_embed": "paddle.diag_embed({0}, offset={offset})",
    "embedding": f"{_FN}.embedding({{1}}, {{0}})",
    "expand_dims": "paddle.unsqueeze({0}, {axis})",
    "flip": "paddle.flip({0}, {axis})",
    "gather": "paddle.take_along_axis({0}, {1}, {axis}, broadcast=False)",
    "gelu": _gelu,
    "group_norm": {
        1: f"{_FN}.group_norm({{0}}, {{num_groups}}, epsilon={{eps}})",
        3: f"{_FN}.group_norm({{0}}, {{num_groups}}, epsilon={{eps}}, weight={{1}}, bias={{2}})",
    },
    "hardshrink": f"{_FN}.hardshrink({{0}}, threshold={{lambd}})",
    "hardsigmoid": f"{_FN}.hardsigmoid({{0}}, slope=1 / 6)",
    "hardtanh": f"{_FN}.hardtanh({{0}})",
    "index_add": "paddle.index_add({0}, {1}, {axis}, {2})",
    "instance_norm": f"{_FN}.instance_norm({{0}}, eps={{eps}})",
    "kthvalue": "paddle.kthvalue({0}, {k}, axis={axis}, keepdim={keepdims?})[0]",
    "layer_norm": {n: f"{_FN}.layer_norm({{0}}, list({{normalized_shape}}){_AFFINE[n]}, epsilon={{eps}})" for n in (1, 2, 3)},
    "leaky_relu": f"{_FN}.leaky_relu({{0}}, negative_slope={{slope}})",
    "lerp": "paddle.lerp({0}, {1}, {weight})",
    "linear": {2: f"{_FN}.linear({{0}}, {{1}}.T)", 3: f"{_FN}.linear({{0}}, {{1}}.T, {{2}})"},
    "logabsdet": "paddle.linalg.slogdet({0})[1]",
    "logcumsumexp": "paddle.logcumsumexp({0}, axis={axis})",
    "logsigmoid": f"{_FN}.log_sigmoid({{0}})",
    "logsumexp": "paddle.logsumexp({0}, axis={axis}, keepdim={keepdims?})",
    "matrix_power": "paddle.linalg.matrix_power({0}, {n})",
    "max": "paddle.amax({0}, axis={axis?}, keepdim={keepdims?})",
    "min": "paddle.amin({0}, axis={axis?}, keepdim={keepdims?})",
    "negative": "paddle.neg({0})",
    "normalize": f"{_FN}.normalize({{0}}, p={{p}}, axis={{axis}}, epsilon={{eps}})",
    "polygamma": "paddle.polygamma({0}, {n})",
    "quantile": "paddle.quantile({0}, {q}, axis={axis}, keepdim={keepdims?})",
    "repeat": "paddle.repeat_interleave({0}, {repeats}, axis={axis})",
    "roll": "paddle.roll({0}, {shift}, axis={axis?})",
    "rsqrt": "paddle.rsqrt({0})",
    "select": "paddle.index_select({0}, paddle.to_tensor([{index} % {0}.shape[{axis}]]), {axis}).squeeze({axis})",
    "sigmoid": f"{_FN}.sigmoid({{0}})",
    "softplus": f"{_FN}.softplus({{0}}, beta={{beta}}, threshold={{threshold}})",
    "softshrink": f"{_FN}.softshrink({{0}}, threshold={{lambd}})",
    "solve": "paddle.linalg.solve({0}, {1})",
    "solve_triangular": _solve_triangular,
    "sort": _sort,
    "split": _split,
    "svdvals": "paddle.linalg.svdvals({0})",
    "take": "paddle.index_select({0}, {1}, {axis})",
    "take_along_axis": "paddle.take_along_axis({0}, {1}, {axis}, broadcast=False)",
    "tensordot": "paddle.tensordot({0}, {1}, axes={axes})",
    "threshold": f"{_FN}.thresholded_relu({{0}}, {{threshold}}, {{value}})",
    "topk": "paddle.topk({0}, {k}, axis={axis}, largest={largest})[0]",
    "unfold": "paddle.unfold({0}, {axis}, {size}, {step})",
    "unstack": "paddle.unstack({0}, axis={axis})",
    "vecdot": "paddle.vecdot({0}, {1}, axis={axis})",
}
