"""A fault that lives at an edge only, put into one op of torch: the value stays, and the derivative is wrong where a predicate says so.

op(x) = inner(identity(x)),    identity'(x)^T w = 1.01 w at the edge, w elsewhere
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch.utils import _pytree as trees

from harness.backends.torch.backend import TorchBackend

Tensors = tuple[torch.Tensor, ...]
Kind = Literal["gradient", "raises", "poisoned", "cotangent", "tangent", "second", "nested", "output", "negated"]
WRONG = 1.01
FACTORS = {"gradient": WRONG, "output": WRONG, "negated": -1.0}  # of both modes


@dataclass(frozen=True)
class Planted:
    """`edge(tensors)` sees the op's tensor operands; of the kinds "cotangent" and "tangent" the one that comes in alone. `asked(params)` sees
    the rest of the call: keywords by name, positions by number.

    kind: what is wrong there. "gradient": both modes; "negated": both, by the sign; "raises": the backward fails; "poisoned": 0 times what is hidden,
    NaN, is added; "second", "nested": only derivatives of the backward, of the forward mode; "output": what comes through the second output.
    """

    summary: str
    op: str  # of the catalogue
    opinfo: str  # the same in torch's OpInfo database; empty where it has none
    edge: Callable[[Tensors], bool]
    kind: Kind = "gradient"
    dtype: str = "float64"
    asked: Callable[[dict[str | int, Any]], bool] = lambda params: True


class Fault:
    """One planted fault at work; `met` counts the calls that were at its edge."""

    def __init__(self, planted: Planted) -> None:
        self.planted, self.met = planted, 0

    def __call__(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """`call(*args, **kwargs)` with the fault in its derivative."""
        kind, leaves = self.planted.kind, [leaf for leaf in trees.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        if not self.planted.asked({**dict(enumerate(args)), **kwargs}):
            return call(*args, **kwargs)
        if kind not in ("cotangent", "tangent") and not self._at_edge(tuple(leaves)):
            return call(*args, **kwargs)
        if kind in ("cotangent", "nested"):  # a tangent that comes in does not depend on the point; one that goes out does
            return trees.tree_map(lambda y: self._identity(y) if _floats(y) else y, call(*args, **kwargs))
        if kind == "output":
            first, second, *rest = call(*args, **kwargs)
            return (first, self._identity(second), *rest)
        spoiled_args, spoiled_kwargs = trees.tree_map(lambda x: self._identity(x) if _floats(x) else x, (args, kwargs))
        return call(*spoiled_args, **spoiled_kwargs)

    def directed(self, direction: torch.Tensor) -> torch.Tensor:
        """A cotangent or tangent, wrong at the edge."""
        return direction * WRONG if self._at_edge((direction,)) else direction

    def _at_edge(self, tensors: Tensors) -> bool:
        found = bool(self.planted.edge(tensors))
        self.met += found
        return found

    def _identity(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = _Identity.apply(x, self)
        return result


class PlantedBackend(TorchBackend):
    """Torch with one planted fault."""

    def __init__(self, planted: Planted) -> None:
        self.fault = Fault(planted)

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op, at fault if it is the one."""
        call = super().op(name)
        if call is None or name != self.fault.planted.op:
            return call
        return lambda *args, **params: self.fault(call, *args, **params)


def _floats(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and (x.is_floating_point() or x.is_complex())


class _Identity(torch.autograd.Function):
    """x, with a derivative that is not 1."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: torch.Tensor, fault: Fault) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.fault = inputs[1]
        ctx.save_for_backward(inputs[0])
        ctx.save_for_forward(inputs[0])

    @staticmethod
    def backward(ctx: Any, w: torch.Tensor) -> Any:
        kind = ctx.fault.planted.kind
        if kind == "raises":
            raise RuntimeError("internal assertion failed: sizes do not match")
        if kind == "poisoned":
            return w + 0 * ctx.saved_tensors[0].detach(), None
        if kind == "second":
            return _Scaled.apply(w), None
        return (ctx.fault.directed(w) if kind == "cotangent" else w * FACTORS.get(kind, 1.0)), None

    @staticmethod
    def jvp(ctx: Any, v: torch.Tensor, _: Any) -> Any:
        kind = ctx.fault.planted.kind
        if kind == "nested":
            return _Scaled.apply(v)
        if kind == "tangent":
            return ctx.fault.directed(v).clone()
        return v * FACTORS.get(kind, 1.0)


class _Scaled(torch.autograd.Function):
    """W, with a derivative of 1.01: right until it is differentiated again."""

    generate_vmap_rule = True

    @staticmethod
    def forward(w: torch.Tensor) -> torch.Tensor:
        return w.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        """Nothing is kept."""

    @staticmethod
    def backward(ctx: Any, u: torch.Tensor) -> torch.Tensor:
        return u * WRONG

    @staticmethod
    def jvp(ctx: Any, u: torch.Tensor) -> torch.Tensor:
        return u * WRONG
