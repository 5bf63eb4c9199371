"""Norms in NumPy's words, whose text depends on their order (the words: harness.backends.numpy.templates).

|x|_p = (sum |x_i|^p)^(1/p)
"""

from __future__ import annotations

from collections.abc import Callable

from harness.backends.protocol import Unsupported
from harness.backends.spelling import Params, Written
from harness.backends.words import uses


def _norm(x: str, order: str, axis: str, keepdims: str = "", square: str = "xp.abs(%s) ** 2") -> Callable[[Params], str]:
    """The text of a norm of `x`, whose order is the parameter `order`."""

    def text(params: Params) -> str:
        value = float(params.get(order, 2))
        if abs(value) == float("inf"):
            return f"xp.{'max' if value > 0 else 'min'}(xp.abs({x}), axis={axis}{keepdims})"
        if value == 2:
            return f"xp.sqrt(xp.sum({square.replace('%s', x)}, axis={axis}{keepdims}))"
        return f"xp.sum(xp.abs({x}) ** {value}, axis={axis}{keepdims}) ** {1 / value}"

    return text


@uses("xp.max", "xp.min", "xp.abs", "xp.sqrt", "xp.sum")
def vector_norm(params: Params) -> tuple[str, Params]:
    return _norm("{0}", "ord", "{axis?}", ", keepdims={keepdims?}")(params), params


def vector_norm_by(xp: str, square: str) -> Written:
    """The norm of a vector in a library called `xp`, by another square than that of abs(x), whose second derivative at 0 a library may lose."""

    @uses(*(f"{xp}.{word}" for word in ("max", "min", "abs", "sqrt", "sum")))
    def template(params: Params) -> tuple[str, Params]:
        text = _norm("{0}", "ord", "{axis?}", ", keepdims={keepdims?}", square)(params)
        return text.replace("xp.", f"{xp}."), params

    return template


@uses("xp.maximum", "xp.abs", "xp.sqrt", "xp.sum")
def normalize(params: Params) -> tuple[str, Params]:
    order = float(params.get("p", 2))
    if abs(order) == float("inf"):
        return f"{{0}} / xp.maximum({_norm('{0}', 'p', '{axis}', ', keepdims=True')(params)}, {{eps}})", params
    power = "{0} ** 2" if order == 2 else f"xp.abs({{0}}) ** {order}"
    floored = f"xp.maximum(xp.sum({power}, axis={{axis}}, keepdims=True), {{eps}} ** {order})"
    return f"{{0}} / {f'xp.sqrt({floored})' if order == 2 else f'{floored} ** {1 / order}'}", params  # under the root: its slope at 0 is infinite


@uses("xp.abs", "xp.sqrt", "xp.sum")
def pairwise(params: Params) -> tuple[str, Params]:
    if float(params["p"]) == 0:
        raise Unsupported("a distance of order 0 is a count in NumPy's words, an integer, which has no derivative.")
    return _norm("({0} - {1} + {eps})", "p", "-1", ", keepdims={keepdims?}")(params), params
