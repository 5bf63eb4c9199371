"""The table of torch's spellings (the grammar: harness.backends.torch_spelling).

Sources: https://docs.pytorch.org/docs/stable/torch.html and https://docs.pytorch.org/docs/stable/nn.functional.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Params = dict[str, Any]
Template = str | Callable[[Params], tuple[str, Params]]

_SAME_NAME = """
    abs acos acosh add asin asinh atan atan2 atanh copysign cos cosh deg2rad divide exp exp2 expm1 hypot log log10 log1p log2 logaddexp logaddexp2
    matmul multiply negative pow rad2deg reciprocal remainder rsqrt sigmoid sin sinc sinh sqrt square subtract tan tanh
"""

TEMPLATES: dict[str, Template] = {
    **{name: f"torch.{name}({{args}})" for name in _SAME_NAME.split()},
    "power": "torch.pow({0}, {exponent})",
    "lerp": "torch.lerp({0}, {1}, {weight})",
    "addcmul": "torch.addcmul({args}, value={value})",
    "addcdiv": "torch.addcdiv({args}, value={value})",
    # activations
    "relu": "F.relu({0})",
    "gelu": "F.gelu({0}, approximate={approximate})",
    "hardsigmoid": "F.hardsigmoid({0})",
    "softmax": "F.softmax({0}, dim={axis})",
    "log_softmax": "F.log_softmax({0}, dim={axis})",
    # reductions
    "sum": "torch.sum({0}, dim={axis?}, keepdim={keepdims?})",
    "mean": "torch.mean({0}, dim={axis?}, keepdim={keepdims?})",
    "prod": "torch.prod({0}, dim={axis?}, keepdim={keepdims?})",
    "max": "torch.amax({0}, dim={axis?}, keepdim={keepdims?})",
    "min": "torch.amin({0}, dim={axis?}, keepdim={keepdims?})",
    "var": "torch.var({0}, dim={axis?}, correction={correction}, keepdim={keepdims?})",
    "std": "torch.std({0}, dim={axis?}, correction={correction}, keepdim={keepdims?})",
    "logsumexp": "torch.logsumexp({0}, dim={axis}, keepdim={keepdims?})",
    # shaping
    "reshape": "torch.reshape({0}, {shape})",
    "permute_dims": "torch.permute({0}, {axes})",
    "flip": "torch.flip({0}, {axis})",
}
