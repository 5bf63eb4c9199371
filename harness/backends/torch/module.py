"""An `nn.Module` as a function of its parameters and buffers.

    call_module(module, {"weight": W, ...}, (x,), {}) = module(x) with W in place of module.weight; the module itself stays as it is

Source: https://docs.pytorch.org/docs/stable/generated/torch.func.functional_call.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch


def owned_arrays(function: Callable[..., Any]) -> dict[str, tuple[torch.Tensor, bool]]:
    """Parameters (with whether they are trained) and buffers by name; nothing for a function that is no module.

    Raises:
        ValueError: a lazy module was never called.
    """
    if not isinstance(function, torch.nn.Module):
        return {}
    lazy = [name for name, array in (*function.named_parameters(), *function.named_buffers()) if torch.nn.parameter.is_lazy(array)]
    if lazy:
        whose = f"{', '.join(lazy)} of {type(function).__name__} have none yet"
        raise ValueError(f"check_gradients(function=...) must be a module whose parameters have shapes; {whose}. Call it once on the primals first.")
    parameters = {name: (parameter, parameter.requires_grad) for name, parameter in function.named_parameters()}
    return parameters | {name: (buffer, False) for name, buffer in function.named_buffers()}


def call_module(module: Any, owned: Mapping[str, torch.Tensor], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The module's output. Buffers that it updates (running means) are updated in a copy, so that every call sees the same ones."""
    updated = {name for name, _ in module.named_buffers()}
    fresh = {name: array.clone() if name in updated else array for name, array in owned.items()}
    return torch.func.functional_call(module, fresh, args, dict(kwargs))
