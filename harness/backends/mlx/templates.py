"""The table of MLX's spellings where NumPy's words (harness.backends.numpy.templates) are not the best ones.

Source: https://ml-explore.github.io/mlx/build/html/python/ops.html; a constant is an `mx.array` there.
"""

from __future__ import annotations

from harness.backends.numpy.norm_templates import vector_norm_by
from harness.backends.spelling import Params, Template
from harness.backends.words import uses

# Words that MLX calls otherwise, and constants that NumPy makes elsewhere.
WORDS = {
    "xp": "mx",
    "sp": "mx.special",
    "np.arange": "mx.arange",
    "np.array": "mx.array",
    "np.expand_dims": "mx.expand_dims",
    "xp.deg2rad": "mx.radians",
    "xp.rad2deg": "mx.degrees",
}
LACKS = (
    *("complex", "polar", "view_as_complex", "view_as_real", "imag", "angle", "sgn"),  # complex64 only, which no oracle can follow
    *("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2"),  # in single precision only, whatever comes in
    *("diag_embed", "gather"),  # written with arrays of NumPy
    "pad_last",  # constant and edge only
    "tanhshrink",  # MLX has none, and of the slope of x - tanh(x) single precision keeps no digit near 0: a finding would be one about our expression
)


@uses("mx.split")
def _split(params: Params) -> tuple[str, Params]:
    cuts = [sum(params["sizes"][: i + 1]) for i in range(len(params["sizes"]) - 1)]
    return "mx.split({0}, {cuts}, axis={axis})", params | {"cuts": cuts}


@uses("mx.sort")
def _sort(params: Params) -> tuple[str, Params]:
    text = "mx.sort({0}, axis={axis})"
    return (f"mx.flip({text}, {{axis}})" if params["descending"] else text), params


_ONE_HEAD = "mx.reshape({%d}, (-1, 1, *{%d}.shape[-2:]))"
_ATTENTION = "mx.fast.scaled_dot_product_attention({}, {}, {}, scale={{scale}}, mask={})".format(*(_ONE_HEAD % (i, i) for i in range(4)))
_AT = "{0}.at[(slice(None),) * ({axis} % {0}.ndim) + ({1},)].add({2})"

TEMPLATES: dict[str, Template] = {
    "addmm": "mx.addmm({0}, {1}, {2}, alpha={alpha}, beta={beta})",
    "cummax": "mx.cummax({0}, axis={axis})",
    "cummin": "mx.cummin({0}, axis={axis})",
    "erf": "mx.erf({0})",
    "glu": "(lambda value, gate: value * mx.sigmoid(gate))(*mx.split({0}, 2, axis={axis}))",
    "erfinv": "mx.erfinv({0})",
    "index_add": _AT,
    "logcumsumexp": "mx.logcumsumexp({0}, axis={axis})",
    "logsumexp": "mx.logsumexp({0}, axis={axis}, keepdims={keepdims?})",
    "matrix_norm": "mx.linalg.norm({0}, axis=(-2, -1), keepdims={keepdims?})",
    "rsqrt": "mx.rsqrt({0})",
    "vector_norm": vector_norm_by("mx", "%s ** 2"),
    "scaled_dot_product_attention_masked": f"mx.where(mx.any({{3}}, axis=-1, keepdims=True), "
    f"mx.reshape({_ATTENTION}, (*{{0}}.shape[:-1], {{2}}.shape[-1])), 0.0)",  # where a query may look at nothing MLX has the mean
    "sigmoid": "mx.sigmoid({0})",
    "softmin": "mx.softmax(-{0}, axis={axis})",
    "softmax": "mx.softmax({0}, axis={axis})",
    "sort": _sort,
    "split": _split,
    "unstack": "mx.unstack({0}, axis={axis})",
    "vecdot": "mx.vecdot({0}, {1}, axis={axis})",
}
