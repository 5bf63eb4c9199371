"""The table of TensorFlow's spellings of convolutions and pooling (the grammar: harness.backends.spelling).

TensorFlow wants a batch, and channels last on the CPU; borders are padded first. A dilation together with strides, and one of a transposed
convolution, it does not take: such cases are unsupported. Pooling of volumes has no kernel in double precision, and is left out.

Source: https://www.tensorflow.org/api_docs/python/tf/nn
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.backends.protocol import Unsupported
from harness.backends.spelling import Params, Template, Written
from harness.backends.words import uses

_FORMATS = {1: "NWC", 2: "NHWC", 3: "NDHWC"}


def _per_axis(value: Any, dims: int) -> list[int]:
    return [value] * dims if isinstance(value, int) else list(value)


def _channels_last(dims: int, x: str = "{0}") -> str:
    """(n, channels, *sides) or (channels, *sides) as (n, *sides, channels)."""
    batched = f"tf.reshape({x}, [-1, *{x}.shape[-{dims + 1}:]])"
    return f"tf.transpose({batched}, [0, *range(2, {dims + 2}), 1])"


def _channels_first(dims: int, text: str) -> str:
    """Back, and without the batch where there was none."""
    return f"(lambda y: y if {{0}}.ndim == {dims + 2} else y[0])(tf.transpose({text}, [0, {dims + 1}, *range(1, {dims + 1})]))"


def _geometry(params: Params, dims: int) -> Params:
    stride, padding, dilation = (_per_axis(params.get(name, 1), dims) for name in ("stride", "padding", "dilation"))
    return {"strides": stride, "borders": [[0, 0], *([p, p] for p in padding), [0, 0]], "dilations": dilation}


def _undilated(name: str, params: Params, dims: int, *, unless_strided: bool = False) -> None:
    geometry = _geometry(params, dims)
    if max(geometry["dilations"]) > 1 and not (unless_strided and max(geometry["strides"]) == 1):
        raise Unsupported(f"TensorFlow's {name} takes no dilation{' together with strides' if unless_strided else ''}.")


def _conv(dims: int, bias: bool) -> Written:
    """`tf.nn.convolution`, group by group."""

    @uses("tf.nn.convolution", "tf.pad", "tf.split", "tf.concat", "tf.transpose", "tf.reshape")
    def template(params: Params) -> tuple[str, Params]:
        _undilated(f"conv{dims}d", params, dims, unless_strided=True)
        kernel = f"tf.transpose({{1}}, [*range(2, {dims + 2}), 1, 0])"
        pairs = f"zip(tf.split(tf.pad({_channels_last(dims)}, {{borders}}), {{groups}}, -1), tf.split({kernel}, {{groups}}, -1))"
        options = f"{{strides}}, 'VALID', '{_FORMATS[dims]}', {{dilations}}"  # without the format the gradient of volumes raises
        convolved = f"tf.concat([tf.nn.convolution(x, k, {options}) for x, k in {pairs}], -1)"
        return _channels_first(dims, f"({convolved} + {{2}})" if bias else convolved), params | _geometry(params, dims)

    return template


def _conv_transpose(dims: int, bias: bool) -> Written:
    """`tf.nn.conv_transpose` to its full size, of which the border is cut off."""

    @uses("tf.nn.conv_transpose", "tf.split", "tf.concat", "tf.transpose", "tf.reshape")
    def template(params: Params) -> tuple[str, Params]:
        _undilated(f"conv_transpose{dims}d", params, dims)
        kernel = f"tf.transpose({{1}}, [*range(2, {dims + 2}), 1, 0])"
        sides = "*((n - 1) * s + m + e for n, s, m, e in zip(x.shape[1:-1], {strides}, k.shape, {extra}))"
        made = f"tf.nn.conv_transpose(x, k, [x.shape[0], {sides}, k.shape[-2]], {{strides}}, 'VALID')"
        pairs = f"zip(tf.split({_channels_last(dims)}, {{groups}}, -1), tf.split({kernel}, {{groups}}, -1))"
        cut = "(lambda y: y[(slice(None), *(slice(p, n - p) for n, (p, _) in zip(y.shape[1:-1], {borders}[1:])))])"
        text = f"{cut}(tf.concat([{made} for x, k in {pairs}], -1))"
        values = params | _geometry(params, dims) | {"extra": _per_axis(params["output_padding"], dims)}
        return _channels_first(dims, f"({text} + {{2}})" if bias else text), values

    return template


def _pool(dims: int, kind: str, border: float, divided: Callable[[str, Params], str]) -> Written:
    @uses(f"tf.nn.{kind}_pool", "tf.nn.pool", "tf.pad", "tf.transpose", "tf.reshape", "tf.ones_like")
    def template(params: Params) -> tuple[str, Params]:
        _undilated(f"{kind}_pool{dims}d", params, dims, unless_strided=True)
        if params.get("ceil_mode"):
            raise Unsupported(f"TensorFlow's {kind}_pool lets no window hang over the end.")
        geometry = _geometry(params, dims) | {"sides": _per_axis(params["kernel_size"], dims), "border": border}
        padded = "tf.pad(%s, {borders}, constant_values={border})"
        text = f"tf.nn.{kind}_pool({padded}, {{sides}}, {{strides}}, 'VALID')"
        if max(geometry["dilations"]) > 1:
            text = f"tf.nn.pool({padded}, {{sides}}, '{kind.upper()}', {{strides}}, 'VALID', dilations={{dilations}})"
        return _channels_first(dims, divided(text, params) % _channels_last(dims)), geometry

    return template


def _of_what_is_there(text: str, params: Params) -> str:
    """A mean of the window's own elements: the mean with zeros, over the share of elements that are no border; or over a number that is given."""
    if params.get("divisor_override"):
        return text + " * (np.prod({sides}) / {divisor_override})"
    return text if params["count_include_pad"] else f"(lambda x: {text % 'x'} / {text % 'tf.ones_like(x)'})(%s)"


WINDOW_TEMPLATES: dict[str, Template] = {
    **{f"conv{d}d": {2: _conv(d, False), 3: _conv(d, True)} for d in (1, 2, 3)},
    **{f"conv_transpose{d}d": {2: _conv_transpose(d, False), 3: _conv_transpose(d, True)} for d in (1, 2, 3)},
    **{f"max_pool{d}d": _pool(d, "max", -float("inf"), lambda text, params: text) for d in (1, 2)},
    **{f"avg_pool{d}d": _pool(d, "avg", 0.0, _of_what_is_there) for d in (1, 2)},
}
