"""The table of MyGrad's spellings where NumPy's words (harness.backends.numpy.templates) are not the best ones.

Source: https://mygrad.readthedocs.io/en/latest/; a mask and an index are NumPy arrays there.
"""

from __future__ import annotations

from harness.backends.spelling import Params, Template, Written
from harness.backends.words import uses

_BY_ORDER = "{0}[tuple(%s if a == {axis} %% {0}.ndim else g for a, g in enumerate(np.indices(%s.shape, sparse=True)))]"


@uses()
def _sort(params: Params) -> tuple[str, Params]:
    order = "np.argsort({0}.data, axis={axis}, kind='stable')"
    order = f"np.flip({order}, {{axis}})" if params.get("descending") else order
    return f"(lambda order: {_BY_ORDER % ('order', 'order')})({order})", params


def _ranked(positions: str) -> Written:
    """The sorted elements at `positions` along the axis."""

    @uses()
    def template(params: Params) -> tuple[str, Params]:
        text, _ = _sort(params | {"descending": params.get("largest", False)})
        start = "(slice(None),) * ({axis} % {0}.ndim)"
        where = positions.replace("{at}", str(params.get("k", 1) - 1))
        kept = f"[{where}]" if params.get("keepdims") else where
        return f"{text}[{start} + ({kept},)]", params

    return template


LACKS = ("complex", "polar", "view_as_complex", "remainder")  # no complex numbers; mg.remainder is not differentiable
TEMPLATES: dict[str, Template] = {
    "elu": "mg.nnet.elu({0}, {alpha})",
    "glu": "mg.nnet.glu({0}, axis={axis})",
    "hardtanh": "mg.nnet.hard_tanh({0})",
    "index_add": "{0} + mg.moveaxis(mg.einsum('ij,j...->i...', np.equal.outer(np.arange({0}.shape[{axis}]), {1}) * 1.0, "
    "mg.moveaxis({2}, {axis}, 0)), 0, {axis})",
    "kthvalue": _ranked("{at}"),
    "leaky_relu": "mg.nnet.leaky_relu({0}, {slope})",
    "log_softmax": "mg.nnet.logsoftmax({0}, axis={axis})",
    "median": _ranked("({0}.shape[{axis}] - 1) // 2"),
    "relu": "mg.nnet.relu({0})",
    "selu": "mg.nnet.selu({0})",
    "sigmoid": "mg.nnet.sigmoid({0})",
    "softmax": "mg.nnet.softmax({0}, axis={axis})",
    "softsign": "mg.nnet.soft_sign({0})",
    "sort": _sort,
    "topk": _ranked("np.arange({k})"),
}
