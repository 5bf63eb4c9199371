"""The table of torch's spellings of reading and writing at given places, of masks and of regrouping (the grammar: harness.backends.spelling).

Indices and masks that are parameters become tensors on the operand's device.

Source: https://docs.pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends.spelling import Params, Template, Written
from harness.backends.torch.templates import of_any_order

_INDEX = "torch.tensor({index}, device={0}.device)"
_MASK = "torch.tensor({mask}, device={0}.device)"
_HOLED = "{0}.masked_fill(torch.tensor({missing}, device={0}.device), float('nan'))"
_FOLD = f"dim={{axis}}, keepdim={{keepdims}}, mask={_MASK})"
_SOMETHING = f"torch.any(torch.broadcast_to({_MASK}, {{0}}.shape), dim={{axis}}, keepdim={{keepdims}})"  # the mask of a fold's result
_ALONG = "{axis}, {1}, {2}, reduce={reduction}, include_self={include_self}"


def _filled(text: str, where: Callable[[Params], bool], kept: str) -> Callable[[Params], tuple[str, Params]]:
    """`text`, and 0 in the places of the result that are not `kept`, where the parameters say that it has no value there."""
    return lambda params: (f"{text}.masked_fill(~{kept}, 0.0)" if where(params) else text, params)


def _leaves_out(params: Params) -> bool:
    return not np.all(params["mask"])


def _keeps_nothing(params: Params) -> bool:
    """Whether some fold may be of nothing: a mask may lack axes, so that one counted from the front is no axis that can be looked at."""
    mask, axes = np.array(params["mask"], bool), np.atleast_1d([] if params["axis"] is None else params["axis"])
    if params["axis"] is None or mask.all():
        return not mask.any()
    return bool(np.any(axes >= 0) or not mask.any(axis=tuple(int(a) for a in axes if -a <= mask.ndim)).all())


def _masked_templates() -> dict[str, Written]:
    """The calls of torch.masked."""
    scans = {name: f"torch.masked.{name}({{0}}, {{axis}}, mask={_MASK})" for name in ["cumsum", "cumprod", "softmax", "softmin", "log_softmax"]}
    folds = {name: f"torch.masked.{name}({{0}}, {_FOLD}" for name in ["sum", "prod", "mean", "amax", "amin", "logsumexp"]}
    folds |= {"norm": f"torch.masked.norm({{0}}, 2.0, {_FOLD}", "var": f"torch.masked.var({{0}}, unbiased=False, {_FOLD}"}
    return {
        **scans,
        **folds,
        **{name: _filled(folds[name], _keeps_nothing, _SOMETHING) for name in ["mean", "amax", "amin", "logsumexp", "var"]},
        **{name: _filled(scans[name], _keeps_nothing, _MASK) for name in ("softmax", "softmin")},
        "log_softmax": _filled(scans["log_softmax"], _leaves_out, _MASK),
    }


PLACING_TEMPLATES: dict[str, Template] = {
    **{f"masked_{name}": template for name, template in _masked_templates().items()},
    **{name: f"torch.{name}([{{args}}])" for name in ("hstack", "vstack", "dstack", "column_stack")},
    **{name: f"torch.{name}({{args}})" for name in ("cartesian_prod", "fliplr", "flipud", "frac", "fmod", "ldexp", "float_power")},
    "chunk": "torch.chunk({0}, {count}, dim={axis})",
    "clamp_max": "torch.clamp_max({0}, {limit})",
    "clamp_min": "torch.clamp_min({0}, {limit})",
    "combinations": "torch.combinations({0}, r={r})",
    "cumulative_trapezoid": "torch.cumulative_trapezoid({0}, dx={dx}, dim={axis})",
    "diag": "torch.diag({0}, {offset})",
    "diagflat": "torch.diagflat({0}, {offset})",
    "diagonal_scatter": "torch.diagonal_scatter({args}, 0, -2, -1)",
    "dist": of_any_order("torch.dist({args}, p={p})"),
    "flatten": "torch.flatten({0}, {start}, {end})",
    "index_copy": f"torch.index_copy({{0}}, {{axis}}, {_INDEX}, {{1}})",
    "index_fill": f"torch.index_fill({{0}}, {{axis}}, {_INDEX}, {{value}})",
    "index_reduce": f"torch.index_reduce({{0}}, {_ALONG})",
    "masked_scatter": "{0}.masked_scatter({1}, {2})",
    "masked_select": f"torch.masked_select({{0}}, {_MASK})",
    "nan_to_num": "torch.nan_to_num({0}, nan={nan})",
    "nanmean": f"torch.nanmean({_HOLED}, dim={{axis}}, keepdim={{keepdims?}})",
    "nanmedian": f"torch.nanmedian({_HOLED}, dim={{axis}}, keepdim={{keepdims?}}).values",
    "nanquantile": f"torch.nanquantile({_HOLED}, {{q}}, dim={{axis}}, keepdim={{keepdims?}})",
    "nansum": f"torch.nansum({_HOLED}, dim={{axis}}, keepdim={{keepdims?}})",
    "narrow": "torch.narrow({0}, {axis}, {start}, {length})",
    "put": "{0}.put({1}, {2}, accumulate=True)",
    "renorm": "torch.renorm({0}, {p}, {axis}, {maxnorm})",
    "rsub": "torch.rsub({args}, alpha={alpha})",
    "scatter": f"torch.scatter({{0}}, {{axis}}, {_INDEX}, {{1}})",
    "scatter_reduce": f"torch.scatter_reduce({{0}}, {_ALONG})",
    "select_scatter": "torch.select_scatter({args}, {axis}, {index})",
    "slice_scatter": "torch.slice_scatter({args}, {axis}, {start}, {end}, {step})",
    "std_mean": "torch.std_mean({0}, dim={axis}, correction={correction})",
    "take_flat": "torch.take({args})",
    "tensor_split": "torch.tensor_split({0}, {count}, dim={axis})",
    "transpose": "torch.transpose({0}, {first}, {second})",
    "trapezoid": "torch.trapezoid({0}, dx={dx}, dim={axis})",
    "unflatten": "torch.unflatten({0}, {axis}, {sizes})",
    "var_mean": "torch.var_mean({0}, dim={axis}, correction={correction})",
}
