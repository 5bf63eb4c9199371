"""The table of TensorFlow's spellings where NumPy's words (harness.backends.numpy.templates) are not the best ones.

Source: https://www.tensorflow.org/api_docs/python/tf; `tnp` is tf.experimental.numpy.
"""

from __future__ import annotations

from typing import Any

from harness.backends.numpy.norm_templates import vector_norm_by
from harness.backends.numpy.written import of_equal_batches
from harness.backends.spelling import Params, Template, Written
from harness.backends.tensorflow.placing_templates import PLACING_TEMPLATES
from harness.backends.tensorflow.window_templates import WINDOW_TEMPLATES
from harness.backends.words import uses

WORDS = {"xp": "tnp", "sp": "tf.math.special"}
_SAME_NAME = """
    abs acos acosh add angle asin asinh atan atan2 atanh conj cos cosh digamma divide erf erfc erfinv exp expm1 imag lgamma log log1p
    maximum minimum multiply negative pow real reciprocal rsqrt sigmoid sin sinh sqrt square subtract tan tanh
"""
_REDUCTIONS = {"sum": "sum", "mean": "mean", "prod": "prod", "max": "max", "min": "min", "logsumexp": "logsumexp"}
_NN = {"relu": "relu", "relu6": "relu6", "selu": "selu", "silu": "silu", "softsign": "softsign"}
_INDEXED = ("diagonal", "index_add", "scatter_add", "trace", "nll_loss", "cross_entropy")  # NumPy's words have arrays as indices
LACKS = (*_INDEXED, "embedding", "median", "kthvalue", "topk", "roll", "pad_last")


def _per_axis(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


@uses("tf.sort")
def _sort(params: Params) -> tuple[str, Params]:
    return "tf.sort({0}, axis={axis}, direction={direction})", params | {"direction": "DESCENDING" if params["descending"] else "ASCENDING"}


def _selected(position: str) -> Written:
    """One of the sorted elements along the axis."""

    @uses("tf.sort", "tf.gather")
    def template(params: Params) -> tuple[str, Params]:
        where = position.replace("{at}", str(params.get("k", 1) - 1))
        direction = "DESCENDING" if params.get("largest") else "ASCENDING"
        index = f"[{where}]" if params.get("keepdims") else where
        return f"tf.gather(tf.sort({{0}}, axis={{axis}}, direction='{direction}'), {index}, axis={{axis}})", params

    return template


@uses("tf.split")
def _split(params: Params) -> tuple[str, Params]:
    return "tf.split({0}, {lengths}, axis={axis})", params | {"lengths": list(params["sizes"])}


@uses("tf.pad")
def _pad(params: Params) -> tuple[str, Params]:
    return "tf.pad({0}, {borders}, constant_values={value})", params | {"borders": [list(pair) for pair in params["widths"]]}


@uses("tf.nn.gelu")
def _gelu(params: Params) -> tuple[str, Params]:
    return "tf.nn.gelu({0}, approximate={approximate})", {"approximate": params["approximate"] == "tanh"}


@uses("tf.roll")
def _roll(params: Params) -> tuple[str, Params]:
    if params["axis"] is None:
        return "tf.reshape(tf.roll(tf.reshape({0}, (-1,)), {shift}, 0), {0}.shape)", params
    return "tf.roll({0}, {shift}, {axis})", {"shift": list(params["shift"]), "axis": list(params["axis"])}


@uses("tf.linalg.triangular_solve", "tf.linalg.set_diag", "tf.ones")
def _solve_triangular(params: Params) -> tuple[str, Params]:
    factor = "tf.linalg.set_diag({0}, tf.ones({0}.shape[:-1], {0}.dtype))" if params["unitriangular"] else "{0}"
    text = f"tf.linalg.triangular_solve({factor}, {{1}}, lower={{lower}})"
    return of_equal_batches(text, "tf.broadcast_to(%s, %s)"), params | {"lower": not params["upper"]}


_CUMULATIVE = {"cumulative_sum": "tf.cumsum", "cumulative_prod": "tf.math.cumprod", "logcumsumexp": "tf.math.cumulative_logsumexp"}
_VARIANCE = (  # N elements folded into m: the variance of n = N / m elements each, times n / (n - correction)
    "(lambda x, v: v * (x.shape.num_elements() / (x.shape.num_elements() - {correction} * v.shape.num_elements())))"
    "({0}, tf.math.reduce_variance({0}, axis={axis?}, keepdims={keepdims?}))"
)
_SYMMETRIC = "({0} + tf.linalg.adjoint({0})) / 2"
_PHASES = "tf.sign(tf.reduce_sum(tf.cumsum(%s, axis=-2), axis=-2, keepdims=True))"  # of the columns, as the catalogue fixes them
_EIGH = f"(lambda w, v: (w, v * tf.math.conj({_PHASES % 'v'})))(*tf.linalg.eigh({_SYMMETRIC}))"
_SVD = (
    f"(lambda s, u, v: (lambda p: (u * tf.math.conj(p), s, tf.linalg.adjoint(v * tf.math.conj(p))))({_PHASES % 'u'}))"
    "(*tf.linalg.svd({0}, full_matrices=False))"
)

TEMPLATES: dict[str, Template] = {
    **PLACING_TEMPLATES,
    **WINDOW_TEMPLATES,
    "permute_dims": "tf.transpose({0}, np.array({axes}, 'int32'))",  # an empty tuple would be one of floats
    **{name: f"tf.math.{name}({{args}})" for name in _SAME_NAME.split()},
    **{name: f"tf.math.reduce_{other}({{0}}, axis={{axis?}}, keepdims={{keepdims?}})" for name, other in _REDUCTIONS.items()},
    **{name: f"tf.nn.{other}({{0}})" for name, other in _NN.items()},
    **{name: f"tf.nn.{name}({{0}}, axis={{axis}})" for name in ("softmax", "log_softmax")},
    **{name: f"{function}({{0}}, axis={{axis}})" for name, function in _CUMULATIVE.items()},
    "baddbmm": "{beta} * {0} + {alpha} * tf.matmul({1}, {2})",
    "bmm": "tf.matmul({0}, {1})",
    "cholesky": f"tf.linalg.cholesky({_SYMMETRIC})",
    "cholesky_solve": of_equal_batches("tf.linalg.cholesky_solve(tf.linalg.band_part({0}, -1, 0), {1})", "tf.broadcast_to(%s, %s)"),
    "clip": "tnp.clip({0}, {min}, {max})",
    "complex": "tf.complex(*tnp.broadcast_arrays({0}, {1}))",
    "concat": "tf.concat([{args}], axis={axis})",
    "det": "tf.linalg.det({0})",
    "diag_embed": "tf.linalg.diag({0}, k={offset})",
    "diagonal": "tf.linalg.diag_part({0}, k={offset})",
    "dot": "tf.tensordot({0}, {1}, 1)",
    "eigh": _EIGH,
    "eigvalsh": f"tf.linalg.eigvalsh({_SYMMETRIC})",
    "embedding": "tf.nn.embedding_lookup({0}, {1})",
    "entr": "-{0} * tf.math.log({0})",
    "flip": "tf.reverse({0}, list({axis}))",
    "gelu": _gelu,
    "i0": "tf.math.bessel_i0({0})",
    "i0e": "tf.math.bessel_i0e({0})",
    "i1": "tf.math.bessel_i1({0})",
    "i1e": "tf.math.bessel_i1e({0})",
    "inner": "tf.tensordot({0}, {1}, [[-1], [-1]])",
    "inv": "tf.linalg.inv({0})",
    "kthvalue": _selected("{at}"),
    "leaky_relu": "tf.nn.leaky_relu({0}, alpha={slope})",
    "logabsdet": "tf.linalg.slogdet({0})[1]",
    "logsigmoid": "tf.math.log_sigmoid({0})",
    "lstsq": "tf.linalg.lstsq({0}, {1})",
    "matrix_exp": "tf.linalg.expm({0})",
    "vector_norm": vector_norm_by("tnp", "xp.real(%s * xp.conj(%s))"),
    "matrix_norm": "tf.math.real(tf.norm({0}, axis=(-2, -1), keepdims={keepdims?}))",  # that of a complex matrix is a complex number there
    "matrix_transpose": "tf.linalg.matrix_transpose({0})",
    "median": _selected("({0}.shape[{axis}] - 1) // 2"),
    "mv": "tf.linalg.matvec({0}, {1})",
    "ndtri": "tf.math.ndtri({0})",
    "pad": _pad,
    "polygamma": "tf.math.polygamma(tf.cast({n}, {0}.dtype), {0})",
    "polar": "tf.complex({0} * tf.cos({1}), {0} * tf.sin({1}))",
    "pinv": "tf.linalg.pinv({0})",
    "qr": "tf.linalg.qr({0})",
    "reshape": "tf.reshape({0}, {shape})",
    "roll": _roll,
    "select": "tf.gather({0}, {index} % {0}.shape[{axis}], axis={axis})",
    "slogdet": "tuple(tf.linalg.slogdet({0}))",
    "solve": {2: "tf.linalg.solve({0}, {1}) if {1}.ndim > 1 else tf.linalg.solve({0}, {1}[:, None])[:, 0]"},
    "solve_triangular": _solve_triangular,
    "sort": _sort,
    "split": _split,
    "squeeze": "tf.squeeze({0}, axis={axis})",
    "stack": "tf.stack([{args}], axis={axis})",
    "svd": _SVD,
    "svdvals": "tf.linalg.svd({0}, compute_uv=False)",
    "nuclear_norm": "tf.reduce_sum(tf.linalg.svd({0}, compute_uv=False), axis=-1)",
    "take": "tf.gather({0}, {1}, axis={axis})",
    "topk": _selected("np.arange({k})"),
    "trace": "tf.reduce_sum(tf.linalg.diag_part({0}, k={offset}), axis=-1)",
    "std": f"tf.sqrt({_VARIANCE})",
    "unstack": "tf.unstack({0}, axis={axis})",
    "var": _VARIANCE,
    "view_as_complex": "tf.complex({0}[..., 0], {0}[..., 1])",
    "where": "tf.where({0}, {1}, {2})",
    "xlog1py": "tf.math.xlog1py({0}, {1})",
    "xlogy": "tf.math.xlogy({0}, {1})",
}
