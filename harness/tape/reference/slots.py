"""The reference tape's slots: what hooks make of a gradient, and how it is added to what is there.

    hooks(g) -> x.grad = g in memory of its own, then x.grad += g -> hooks after the slot

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#backward-hooks-execution,
    https://docs.pytorch.org/docs/stable/autograd.html#default-gradient-layouts (rules 3 and 4)
"""

from __future__ import annotations

from harness.tape.errors import Refused
from harness.tape.reference.engine import Recorder
from harness.tape.reference.graph import Node, Tensor

Parts = list[tuple[Node, Tensor]]


class Slots(Recorder):
    """Recorder plus slots and hooks. As there, a method is a sentence of the specification."""

    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        """The gradient after the hooks, in the order in which they were registered; each sees what the ones before returned."""
        for hook in tuple(node.hooks.values()):
            gradient = self.replaced(gradient, hook(gradient))
        return gradient

    def replaced(self, gradient: Tensor, returned: Tensor | None) -> Tensor:
        """What a hook returned, of the same shape, or what it was given."""
        if returned is not None and returned.array.shape != gradient.array.shape:
            raise Refused("hook shape")
        return gradient if returned is None else returned

    def before_node(self, node: Node, gradient: Tensor) -> Tensor:
        """The gradient after the hooks of a node that is about to run."""
        for hook in tuple(node.before.values()):
            returned = hook((gradient,))
            gradient = self.replaced(gradient, None if returned is None else returned[0])
        return gradient

    def after_node(self, node: Node, gradient: Tensor, parts: Parts) -> Parts:
        """The contributions after the hooks of a node that ran; they see one entry per operand, None where nothing was asked for."""
        for hook in tuple(node.after.values()):
            left = iter(parts)
            seen = tuple(None if edge is None else next((part for _, part in left), None) for edge in node.edges)
            returned = hook(seen, (gradient,))
            if returned is not None:
                parts = [(edge, part) for edge, part in zip(node.edges, returned, strict=True) if edge is not None and part is not None]
        return parts

    def retain(self, node: Node, gradient: Tensor) -> None:
        """A computed value that retains its gradient keeps it like a leaf."""
        tensor = node.retainer() if node.retainer else None
        if tensor is not None:
            self.accumulate(tensor, gradient)

    def arrive(self, leaf: Tensor, gradient: Tensor) -> None:
        """Into the slot of a leaf, then its hooks, while nothing is recorded."""
        self.accumulate(leaf, gradient)
        with self.modes.switch(False):
            for hook in tuple(leaf.after_slot.values()):
                if hook(leaf) is not None:
                    raise Refused("slot hook")

    def accumulate(self, tensor: Tensor, gradient: Tensor) -> None:
        """Into the slot: its own memory first; then added, for a leaf in place unless a graph is created. A leaf frozen since gets nothing."""
        if not self.requires_grad(tensor):
            return
        gradient = self.fitted(gradient, tensor)
        if tensor.grad is None:
            tensor.grad = self.owned(gradient)
        elif self.modes.recording or not tensor.flag:
            tensor.grad = self("add", tensor.grad, gradient)
        else:
            tensor.grad.array[...] += gradient.array
            tensor.grad.storage.version += 1

    def fitted(self, gradient: Tensor, like: Tensor) -> Tensor:
        """A gradient in the dtype of its value."""
        return self.cast(gradient, like.array.dtype.name)

    def owned(self, gradient: Tensor) -> Tensor:
        """A first gradient shares no memory with anything."""
        return self("clone", gradient)
