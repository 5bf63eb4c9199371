"""The table of Paddle's spellings of convolutions and pooling (the grammar: harness.backends.spelling).

Paddle takes (n, channels, *sides) only, sizes as lists, and no dilation where it takes the largest: such cases are unsupported.
Norms of windows it computes in single precision, whatever comes in: they are left out.

Source: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/Overview_en.html
"""

from __future__ import annotations

from typing import Any

from harness.backends.protocol import Unsupported
from harness.backends.spelling import Params, Template, Written
from harness.backends.words import uses

_FN = "paddle.nn.functional"
_CONV = "stride={stride}, padding={padding}, dilation={dilation}, groups={groups}"
_AFTER = {2: "{1}", 3: "{1}, {2}"}
_POOL = "{kernel_size}, stride={stride}, padding={padding}"


def _per_axis(value: Any, dims: int) -> list[int]:
    return [value] * dims if isinstance(value, int) else list(value)


def _within(name: str, params: Params) -> None:
    """What hangs over the end: Paddle counts a window that begins behind it, and its second derivatives have the shape without."""
    if params.get("ceil_mode"):
        raise Unsupported(f"paddle's {name} lets windows begin behind the end in ceil_mode.")


def _per_window(dims: int, text: str) -> Written:
    """Sizes as lists, and a batch: Paddle takes (n, channels, *sides) only."""

    @uses("paddle.reshape")
    def template(params: Params) -> tuple[str, Params]:
        sized = {name: _per_axis(params[name], dims) for name in ("kernel_size", "stride", "padding", "dilation") if name in params}
        batched = f"paddle.reshape({{0}}, [-1, *{{0}}.shape[-{dims + 1}:]])"
        return f"(lambda y: y if {{0}}.ndim == {dims + 2} else y[0])({text.replace('{0}', batched)})", params | sized

    return template


def _max_pool(dims: int) -> Written:
    inner = _per_window(dims, f"paddle.nn.functional.max_pool{dims}d({{0}}, {_POOL})")

    @uses(f"paddle.nn.functional.max_pool{dims}d")
    def template(params: Params) -> tuple[str, Params]:
        if any(step != 1 for step in _per_axis(params["dilation"], dims)):
            raise Unsupported(f"paddle's max_pool{dims}d takes no dilation.")
        _within(f"max_pool{dims}d", params)
        assert callable(inner), "a text has no parameters to turn around"
        return inner(params)

    return template


def _avg_pool(dims: int) -> Written:
    divisor = ", divisor_override={divisor_override?}" if dims > 1 else ""
    text = f"paddle.nn.functional.avg_pool{dims}d({{0}}, {_POOL}, exclusive={{exclusive}}{divisor})"
    inner = _per_window(dims, text)

    @uses(f"paddle.nn.functional.avg_pool{dims}d")
    def template(params: Params) -> tuple[str, Params]:
        assert callable(inner), "a text has no parameters to turn around"
        _within(f"avg_pool{dims}d", params)
        written, values = inner(params)
        return written, values | {"exclusive": not params["count_include_pad"]}

    return template


WINDOW_TEMPLATES: dict[str, Template] = {
    **{f"conv{d}d": {n: _per_window(d, f"{_FN}.conv{d}d({{0}}, {_AFTER[n]}, {_CONV})") for n in (2, 3)} for d in (1, 2, 3)},
    **{f"max_pool{d}d": _max_pool(d) for d in (1, 2, 3)},
    **{f"avg_pool{d}d": _avg_pool(d) for d in (1, 2, 3)},
}
