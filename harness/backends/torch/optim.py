"""torch.optim as a part of torch's tape: every optimizer of the installed version.

Source: https://docs.pytorch.org/docs/stable/optim.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

from harness.tape.features import Handles
from harness.tape.optimizing import Optimizer, Optimizing

_CLASSES = {name.lower(): kind for name, kind in vars(torch.optim).items() if isinstance(kind, type) and kind.__module__ != "torch.optim.optimizer"}
_REAL_ONLY = ("adafactor", "lbfgs", "muon", "sparseadam")  # they say so, or convert nothing
_FOREACH = ("adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw", "asgd", "nadam", "radam", "rmsprop", "rprop", "sgd")
_FUSED = ("adagrad", "adam", "adamw", "sgd")


class TorchOptimizing(Optimizing):
    """Optimizers by the lower-case names of their classes."""

    names = tuple(sorted(_CLASSES))
    with_closure = frozenset({"lbfgs"})

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape: its leaves are tensors."""

    def optimizer(self, name: str, groups: Sequence[Handles], options: Sequence[Mapping[str, Any]]) -> Optimizer:
        """`torch.optim.<Name>([{"params": ..., **options}, ...])`."""
        if len(groups) == 1:  # implementations are chosen for the optimizer as a whole
            return _Optimizer(_CLASSES[name](list(groups[0]), **options[0]), sparse=name == "sparseadam")
        made = _CLASSES[name]([{"params": list(group), **own} for group, own in zip(groups, options, strict=True)])
        return _Optimizer(made, sparse=name == "sparseadam")

    def accepts(self, name: str, shape: tuple[int, ...], dtype: str) -> bool:
        """Muon wants matrices, four want real numbers, a sparse gradient wants an axis, LBFGS wants digits."""
        if name == "muon":
            return len(shape) == 2 and not dtype.startswith("complex")
        if name == "sparseadam" and not shape:
            return False
        if name == "lbfgs" and dtype in ("float16", "bfloat16"):  # it compares inner products with 1e-10
            return False
        return not (name in _REAL_ONLY and dtype.startswith("complex"))

    def ways(self, name: str, dtype: str) -> Mapping[str, Mapping[str, Any]]:
        """One leaf at a time, many at once, all in one kernel."""
        ways: dict[str, Mapping[str, Any]] = {}
        if name in _FOREACH:
            ways |= {"for-loop": {"foreach": False}, "foreach": {"foreach": True}}
        if name in _FUSED and not dtype.startswith("complex"):
            ways |= {"fused": {"fused": True}}
        return MappingProxyType(ways)


class _Optimizer:
    def __init__(self, inner: torch.optim.Optimizer, *, sparse: bool) -> None:
        self.inner, self._sparse = inner, sparse

    def step(self, closure: Callable[[], Any] | None = None) -> None:
        if not self._sparse:
            self.inner.step(closure) if closure else self.inner.step()
            return
        if closure:
            closure()
        given = self._swap(torch.Tensor.to_sparse)
        self.inner.step()
        for leaf, gradient in given:
            leaf.grad = gradient

    def zero_grad(self, *, to_none: bool = True) -> None:
        self.inner.zero_grad(set_to_none=to_none)

    def state(self) -> Any:
        return copy.deepcopy(self.inner.state_dict())

    def load(self, state: Any) -> None:
        self.inner.load_state_dict(state)

    def _swap(self, made: Callable[[torch.Tensor], torch.Tensor]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """SparseAdam refuses dense gradients: it gets all entries as a sparse tensor, and the slot its own gradient back."""
        leaves = [leaf for group in self.inner.param_groups for leaf in group["params"] if leaf.grad is not None]
        given = [(leaf, leaf.grad) for leaf in leaves]
        for leaf in leaves:
            leaf.grad = made(leaf.grad)
        return given
