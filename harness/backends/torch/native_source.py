"""A sample of the native source as the call that a person would write, for scripts that show a finding without the harness.

OpInfo "linalg.det", one matrix   ->   def f(x0): made = torch.linalg.det(x0) ...

Written down is only what was seen to compute the very same numbers: the database also wraps, and post-processes, what an op returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from harness.backends.torch.arrays import literal_of
from harness.program.nesting import Nest, flatten


class _Unwritable(Exception):
    """An argument that has no source."""


def written_call(op: Any, sample: Any, function: Callable[..., tuple[torch.Tensor, ...]], primals: Sequence[torch.Tensor]) -> str:
    """`f` of the differentiable tensors as source; empty where the plain call is not what `function` computes."""
    nest, leaves, _ = flatten((sample.input, sample.args, sample.kwargs), lambda leaf: isinstance(leaf, torch.Tensor) and leaf.requires_grad)
    names = ", ".join(f"x{i}" for i in range(len(leaves)))
    try:
        given, positional, named = [_source(part, nest) for part in nest.shape["tuple"][:1]], *_arguments(nest)
    except _Unwritable:
        return ""
    call = f"torch.{op.name}({', '.join([*given, *positional, *named])})"
    text = f"def f({names}):\n    made = {call}\n    return tuple(made) if isinstance(made, (tuple, list)) else (made,)\n"
    return text if _is_callable(op.name) and _computes(text, function, primals) else ""


def _arguments(nest: Nest) -> tuple[list[str], list[str]]:
    """The positional and the named arguments behind the first."""
    _, args, kwargs = nest.shape["tuple"]
    positional = [_source(each, nest) for each in next(iter(args.values()))]
    return positional, [f"{name}={_source(each, nest)}" for name, each in kwargs["dict"]]


def _source(shape: Any, nest: Nest) -> str:
    kind, content = next(iter(shape.items()))
    if kind == "leaf":
        return f"x{content}"
    if kind == "value":
        return repr(content)
    if kind == "held":
        return _constant(nest.held[content])
    if kind not in ("list", "tuple"):
        raise _Unwritable
    parts = ", ".join(_source(each, nest) for each in content)
    return f"[{parts}]" if kind == "list" else f"({parts}{',' if len(content) == 1 else ''})"


def _constant(value: Any) -> str:
    if isinstance(value, torch.Tensor) and value.layout is torch.strided:
        return literal_of(value.detach().cpu().numpy(), str(value.dtype).removeprefix("torch."), str(value.device), "contiguous")
    if isinstance(value, torch.dtype | float | complex):
        return repr(value) if "nan" not in repr(value) and "inf" not in repr(value) else f"float('{value!r}')"
    raise _Unwritable


def _is_callable(name: str) -> bool:
    found: Any = torch
    for part in name.split("."):
        found = getattr(found, part, None)
    return callable(found)


def _computes(text: str, function: Callable[..., tuple[torch.Tensor, ...]], primals: Sequence[torch.Tensor]) -> bool:
    """Whether the source gives what the sample's function gives, bit by bit: at its primals, and beside them, where what is symmetrised shows."""
    names: dict[str, Any] = {"torch": torch}
    beside = [x + 0.01 * torch.arange(x.numel(), device=x.device).to(x.dtype).reshape(x.shape) for x in primals]
    try:
        exec(compile(text, "a native call", "exec"), names)
        pairs = [(names["f"](*given), function(*given)) for given in (primals, beside)]
        return all(len(seen) == len(due) and all(map(torch.equal, seen, due)) for seen, due in pairs)
    except Exception:  # the database calls it otherwise
        return False
