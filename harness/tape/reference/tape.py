"""The reference tape: the documented semantics of an imperative autograd, over NumPy. Others are compared with it.

    in reading order: parts (what there is), rules (ops), engine (recording, in place), regions (views), walker (backward), and this, the interface

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.tape.errors import Refused
from harness.tape.features import FEATURES, Handles, Hook
from harness.tape.interface import Tape
from harness.tape.reference.graph import Storage, Tensor
from harness.tape.reference.modes import Switch
from harness.tape.reference.parts import PARTS
from harness.tape.reference.precision import Autocast
from harness.tape.reference.walker import Engine
from harness.tape.reference.walking import registered, seed

DEVICES = ("cpu", "pretend:0")  # the second one has the same memory and other rules: nothing mixes


class ReferenceTape(Tape):
    """One engine on one device."""

    features = frozenset(FEATURES)
    parts = PARTS

    def __init__(self, device: str = "cpu", engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        self.default_device = device
        self.autocast = Autocast()

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Tensor:
        """A leaf; integers become float64."""
        given = np.asarray(values)
        return Tensor(np.array(given, dtype=given.dtype if given.dtype.kind == "f" else np.float64), Storage(self.default_device), flag=requires_grad)

    def apply(self, op: str, *args: Any, **params: Any) -> Tensor:
        """An op of harness.tape.reference.rules.RULES."""
        return self.engine(op, *self.autocast.operands(self.engine, op, args), **params)

    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        self.engine.backward(output, seed(self, cotangent), keep=retain_graph or create_graph, create=create_graph, inputs=inputs)

    def gradient(
        self, output: Any, wrt: Handles, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, allow_unused: bool = False
    ) -> tuple[Any, ...]:
        keep = retain_graph or create_graph
        return self.engine.gradient(output, wrt, seed(self, cotangent), keep=keep, create=create_graph, allow_unused=allow_unused)

    def grad(self, leaf: Any) -> np.ndarray | None:
        return None if leaf.grad is None else leaf.grad.array.copy()

    def clear_grad(self, leaf: Any) -> None:
        leaf.grad = None

    def zero_grad(self, leaf: Any) -> None:
        """The same memory, zeroed, without history."""
        if leaf.grad is not None:
            leaf.grad.node, leaf.grad.flag = None, False
            leaf.grad.array[...] = 0.0
            self.engine.bump(leaf.grad)

    def slot(self, leaf: Any) -> Tensor | None:
        gradient: Tensor | None = leaf.grad
        return gradient

    def assign_grad(self, leaf: Any, gradient: Any) -> None:
        """Checked for shape and device."""
        if gradient.array.shape != leaf.array.shape:
            raise Refused("gradient shape")
        if gradient.storage.device != leaf.storage.device:
            raise Refused("device")
        leaf.grad = gradient

    def no_grad(self) -> Switch:
        return self.engine.modes.switch(False)

    def grad_mode(self, recording: bool) -> Switch:
        return self.engine.modes.switch(recording)

    def set_recording(self, recording: bool) -> None:
        """At once, for this thread."""
        self.engine.modes.recording = recording

    def is_recording(self) -> bool:
        """This thread's mode."""
        return self.engine.modes.recording

    def requires_grad(self, handle: Any) -> bool:
        """A leaf says so; a computed value does."""
        return self.engine.requires_grad(handle)

    def has_history(self, handle: Any) -> bool:
        return self.engine.history(handle) is not None

    def is_leaf(self, handle: Any) -> bool:
        """A leaf has no history."""
        return not self.has_history(handle)

    def set_requires_grad(self, handle: Any, flag: bool) -> None:
        """Leaves only; a computed value requires grad anyway."""
        if flag and handle.array.dtype.kind != "f":
            raise Refused("floating")
        if self.is_leaf(handle):
            handle.flag = flag
        elif not flag:
            raise Refused("non-leaf flag")

    def retain_grad(self, handle: Any) -> None:
        """No effect on a leaf that requires grad."""
        if not self.requires_grad(handle):
            raise Refused("retain")
        node = self.engine.history(handle)
        if node is not None:
            handle.retains, node.retainer = True, weakref.ref(handle)

    def retains_grad(self, handle: Any) -> bool:
        return bool(handle.retains)

    def hook(self, handle: Any, function: Hook) -> Callable[[], None]:
        """On the history that the value has now."""
        if not self.requires_grad(handle):
            raise Refused("hook")
        node = self.engine.history(handle)
        return registered(handle.hooks if node is None else node.hooks, function)

    def detach(self, handle: Any) -> Tensor:
        return self.engine.detach(handle)

    def scale_in_place(self, handle: Any, factor: float) -> None:
        self.engine.change("multiply", handle, factor)

    def add_in_place(self, handle: Any, other: Any) -> None:
        self.engine.change("add", handle, other)

    def view(self, handle: Any, shape: tuple[int, ...]) -> Tensor:
        """Same memory, other shape."""
        return self.engine("view", handle, shape=shape)

    def narrow(self, handle: Any, start: int, stop: int) -> Tensor:
        """Same memory, a part of it."""
        return self.engine("narrow", handle, start=start, stop=stop)

    def version(self, handle: Any) -> int:
        """The storage's count."""
        return int(handle.storage.version)

    def memory(self, handle: Any) -> int | None:
        """The storage's identity."""
        return id(handle.storage) if handle.array.size else None

    def move(self, handle: Any, device: str) -> Tensor:
        """A copy on `device`, or the handle itself where it is there already."""
        here = handle.storage.device
        return handle if here == device else self.engine("move", handle, device=device, origin=here)

    def device(self, handle: Any) -> str:
        return str(handle.storage.device)

    def value(self, handle: Any) -> np.ndarray:
        return np.array(handle.array)

    def refusal(self, error: Exception) -> str:
        """The refusal's own kind."""
        return error.kind if isinstance(error, Refused) else ""
