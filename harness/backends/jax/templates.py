"""The table of jax's spellings where NumPy's words (harness.backends.numpy.templates) are not the best ones (the grammar: harness.backends.spelling).

Source: https://docs.jax.dev/en/latest/jax.html
"""

from __future__ import annotations

from typing import Any

from harness.backends.numpy.written import of_equal_batches
from harness.backends.protocol import Unsupported
from harness.backends.spelling import Params, Template, Written
from harness.backends.words import uses

_NN = "relu relu6 selu silu mish sigmoid"
_LETTERS = "DHW"


def _per_axis(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


def _conv(dims: int, bias: bool) -> Written:
    """`lax.conv_general_dilated` wants a batch, and pairs of paddings."""
    spatial = _LETTERS[-dims:]

    @uses("jax.lax.conv_general_dilated")
    def template(params: Params) -> tuple[str, Params]:
        batched = f"jnp.reshape({{0}}, (-1, *{{0}}.shape[-{dims + 1}:]))"
        convolved = (
            f"jax.lax.conv_general_dilated({batched}, {{1}}, {{strides}}, {{borders}}, rhs_dilation={{steps}}, "
            f"dimension_numbers=('NC{spatial}', 'OI{spatial}', 'NC{spatial}'), feature_group_count={{groups}})"
        )
        shifted = f"({convolved} + jnp.reshape({{2}}, (-1,) + (1,) * {dims}))" if bias else convolved
        values = {
            "strides": _per_axis(params["stride"], dims),
            "steps": _per_axis(params["dilation"], dims),
            "borders": [(p, p) for p in _per_axis(params["padding"], dims)],
        }
        return f"(lambda y: y if {{0}}.ndim == {dims + 2} else y[0])({shifted})", params | values

    return template


def _max_pool(dims: int) -> Written:
    @uses("jax.lax.reduce_window")
    def template(params: Params) -> tuple[str, Params]:
        lead = "(1,) * ({0}.ndim - " + str(dims) + ")"
        text = (
            f"jax.lax.reduce_window({{0}}, -np.inf, jax.lax.max, {lead} + {{sides}}, {lead} + {{strides}}, "
            f"((0, 0),) * ({{0}}.ndim - {dims}) + {{borders}}, window_dilation={lead} + {{steps}})"
        )
        return text, _windows(params, dims)

    return template


def _avg_pool(dims: int) -> Written:
    @uses("jax.lax.reduce_window")
    def template(params: Params) -> tuple[str, Params]:
        lead = "(1,) * ({0}.ndim - " + str(dims) + ")"

        def summed(x: str) -> str:
            where = f"{lead} + {{sides}}, {lead} + {{strides}}, ((0, 0),) * ({{0}}.ndim - {dims}) + {{borders}}"
            return f"jax.lax.reduce_window({x}, 0.0, jax.lax.add, {where})"

        count = "np.prod({sides})" if params["count_include_pad"] else summed("jnp.ones_like({0})")
        given = "{divisor_override}" if params.get("divisor_override") else count
        return f"{summed('{0}')} / {given}", _windows(params, dims)

    return template


def _windows(params: Params, dims: int) -> Params:
    if params.get("ceil_mode"):
        raise Unsupported("jax's reduce_window lets no window hang over the end.")
    kernel, stride, padding = (_per_axis(params[name], dims) for name in ("kernel_size", "stride", "padding"))
    borders = tuple((p, p) for p in padding)
    return params | {"sides": kernel, "strides": stride, "borders": borders, "steps": _per_axis(params.get("dilation", 1), dims)}


@uses("jax.scipy.linalg.solve_triangular")
def _solve_triangular(params: Params) -> tuple[str, Params]:
    text = "jax.scipy.linalg.solve_triangular({0}, {1}, lower={lower}, unit_diagonal={unitriangular})"
    return of_equal_batches(text, "jnp.broadcast_to(%s, %s)"), params | {"lower": not params["upper"]}


@uses("jnp.linalg.vector_norm")
def _vector_norm(params: Params) -> tuple[str, Params]:
    order = params.get("ord", 2)
    return "jnp.linalg.vector_norm({0}, axis={axis?}, ord={ord}, keepdims={keepdims?})", params | {"ord": float(order)}


@uses("jax.nn.gelu")
def _gelu(params: Params) -> tuple[str, Params]:
    return "jax.nn.gelu({0}, approximate={approximate})", {"approximate": params["approximate"] == "tanh"}


def _along(name: str) -> Written:
    """The functions of `jax.lax` take no negative axis."""

    @uses(f"jax.lax.{name}")
    def template(params: Params) -> tuple[str, Params]:
        axis = "{axis}" if params["axis"] >= 0 else "{axis} + {0}.ndim"
        return f"jax.lax.{name}({{0}}, axis={axis})", params

    return template


_AT = "{0}.at[(slice(None),) * ({axis} % {0}.ndim) + ({1},)].add({2})"
_GRID = "tuple({1} if a == {axis} % {0}.ndim else g for a, g in enumerate(np.indices({1}.shape)))"

TEMPLATES: dict[str, Template] = {
    **{name: f"jax.nn.{name}({{0}})" for name in _NN.split()},
    **{name: f"jax.nn.{other}({{0}})" for name, other in {"hardtanh": "hard_tanh", "softsign": "soft_sign", "logsigmoid": "log_sigmoid"}.items()},
    **{name: f"jax.nn.{other}({{0}})" for name, other in {"hardsigmoid": "hard_sigmoid", "hardswish": "hard_swish"}.items()},
    **{name: f"jax.nn.{name}({{0}}, alpha={{alpha}})" for name in ("elu", "celu")},
    **{name: f"jax.nn.{name}({{0}}, axis={{axis}})" for name in ("softmax", "log_softmax", "glu")},
    **{f"conv{d}d": {2: _conv(d, False), 3: _conv(d, True)} for d in (1, 2, 3)},
    **{f"max_pool{d}d": _max_pool(d) for d in (1, 2, 3)},
    **{f"avg_pool{d}d": _avg_pool(d) for d in (1, 2, 3)},
    "block_diag": "jax.scipy.linalg.block_diag({args})",
    "complex": "jax.lax.complex(*jnp.broadcast_arrays({0}, {1}))",
    "cholesky_solve": of_equal_batches("jax.scipy.linalg.cho_solve((jnp.tril({0}), True), {1})", "jnp.broadcast_to(%s, %s)"),
    "cummax": _along("cummax"),
    "cummin": _along("cummin"),
    "eigvalsh": "jnp.linalg.eigvalsh(({0} + jnp.conj(jnp.swapaxes({0}, -1, -2))) / 2)",
    "gelu": _gelu,
    "index_add": _AT,
    "leaky_relu": "jax.nn.leaky_relu({0}, negative_slope={slope})",
    "logcumsumexp": _along("cumlogsumexp"),
    "logsumexp": "jax.nn.logsumexp({0}, axis={axis}, keepdims={keepdims?})",
    "matrix_exp": "jax.scipy.linalg.expm({0})",
    "matrix_norm": "jnp.linalg.matrix_norm({0}, keepdims={keepdims?})",
    "matrix_transpose": "jnp.matrix_transpose({0})",
    "nuclear_norm": "jnp.linalg.matrix_norm({0}, ord='nuc')",
    "scatter_add": f"{{0}}.at[{_GRID}].add({{2}})",
    "solve": {2: "jnp.linalg.solve({0}, {1})"},
    "solve_triangular": _solve_triangular,
    "svdvals": "jnp.linalg.svdvals({0})",
    "unstack": "jnp.unstack({0}, axis={axis})",
    "vecdot": "jnp.linalg.vecdot({0}, {1}, axis={axis})",
    "vector_norm": _vector_norm,
}
