"""The larger parts of torch's tape that belong to its core: walks in full, hooks, the graph, memory, dtypes, inference mode.

Source: https://docs.pytorch.org/docs/stable/autograd.html, https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import torch
from torch.autograd import graph

from harness.tape.features import Handles
from harness.tape.hooking import HookGroups, Hooking, Remove, Saving
from harness.tape.inferring import Inferring
from harness.tape.tracing import Tracing
from harness.tape.walking import Walking

if TYPE_CHECKING:
    from harness.backends.torch.tape import TorchTape


class TorchPart:
    """A part of one tape."""

    def __init__(self, tape: TorchTape) -> None:
        self.tape = tape


class TorchWalking(TorchPart, Walking):
    """`torch.autograd.backward`, `torch.autograd.grad`."""

    def backward(
        self,
        outputs: Handles,
        cotangents: Sequence[Any] | None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        inputs: Handles | None = None,
    ) -> None:
        with warnings.catch_warnings():
            if create_graph:
                warnings.filterwarnings("ignore", "Using backward\\(\\) with create_graph=True")
            keep = retain_graph or create_graph
            torch.autograd.backward(outputs, self._seeds(cotangents), retain_graph=keep, create_graph=create_graph, inputs=inputs)

    def gradient(
        self,
        outputs: Handles,
        wrt: Handles,
        cotangents: Sequence[Any] | None,
        *,
        retain_graph: bool = False,
        create_graph: bool = False,
        allow_unused: bool | None = None,
        materialize: bool = False,
        batched: bool = False,
    ) -> tuple[Any, ...]:
        return torch.autograd.grad(
            outputs,
            wrt,
            self._seeds(cotangents),
            retain_graph=retain_graph or create_graph,
            create_graph=create_graph,
            allow_unused=allow_unused,
            is_grads_batched=batched,
            materialize_grads=materialize,
        )

    def _seeds(self, cotangents: Sequence[Any] | None) -> list[Any] | None:
        return None if cotangents is None else [self.tape.seed(w) for w in cotangents]


class TorchHooking(TorchPart, Hooking):
    """`register_post_accumulate_grad_hook`, `Node.register_prehook`, `Node.register_hook`."""

    def after_slot(self, leaf: Any, function: Callable[[Any], Any]) -> Remove:
        return _remover(leaf.register_post_accumulate_grad_hook(function))

    def before_node(self, handle: Any, function: Any) -> Remove:
        return _remover(handle.grad_fn.register_prehook(function))

    def after_node(self, handle: Any, function: Any) -> Remove:
        return _remover(handle.grad_fn.register_hook(function))


class TorchHookGroups(TorchPart, HookGroups):
    """`torch.autograd.graph.register_multi_grad_hook`."""

    def all(self, handles: Sequence[Any], function: Callable[[Sequence[Any]], None]) -> Remove:
        return _remover(graph.register_multi_grad_hook(handles, function, mode="all"))

    def any(self, handles: Sequence[Any], function: Callable[[Any], None]) -> Remove:
        return _remover(graph.register_multi_grad_hook(handles, function, mode="any"))


def _remover(registered: Any) -> Remove:
    return lambda: registered.remove()


class TorchSaving(TorchPart, Saving):
    """`torch.autograd.graph.saved_tensors_hooks`."""

    def hooks(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = graph.saved_tensors_hooks(pack, unpack)
        return context


class TorchTracing(TorchPart, Tracing):
    """`grad_fn`, `next_functions`, `variable`, `_saved_*`, `get_gradient_edge`."""

    def node(self, handle: Any) -> Any:
        return handle.grad_fn

    def edges(self, node: Any) -> tuple[Any, ...]:
        return tuple(edge for edge, _ in node.next_functions)

    def leaf(self, node: Any) -> Any:
        return getattr(node, "variable", None)

    def saved(self, node: Any) -> tuple[Any, ...]:
        values = (getattr(node, name) for name in dir(node) if name.startswith("_saved_"))
        return tuple(value for value in values if isinstance(value, torch.Tensor))

    def edge(self, handle: Any) -> Any:
        return graph.get_gradient_edge(handle)


class TorchInferring(TorchPart, Inferring):
    """`torch.inference_mode`."""

    def mode(self, on: bool = True) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = torch.inference_mode(on)
        return context

    def is_inference(self, handle: Any) -> bool:
        return bool(handle.is_inference())
