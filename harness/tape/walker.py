"""The reference tape's backward half: one walk over the graph, results before operands.

    g(y) = w;   for each node, the largest number first:   hooks(g) -> retained slot -> pull -> g(operand) += pull_i(g) -> free

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html, .../torch.autograd.grad.html,
    https://docs.pytorch.org/docs/stable/notes/autograd.html (backward hooks execution)
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from harness.tape.engine import Recorder
from harness.tape.errors import Refused
from harness.tape.parts import OUTPUT, Node, Storage, Tensor


class Engine(Recorder):
    """Recorder plus walks. As there, a method is a sentence of the specification."""

    def backward(self, root: Tensor, cotangent: Tensor | None, *, keep: bool, create: bool, inputs: Sequence[Tensor] | None = None) -> None:
        """Accumulate into the leaves, or into `inputs` only."""
        start, seed = self.start(root, cotangent)
        targets = None if inputs is None else [self.target(t) for t in inputs]
        found = self.walk(start, seed, keep=keep, create=create, targets=targets)
        with self.modes.switch(create):
            for tensor, node in zip(inputs or (), targets or (), strict=True):
                if node in found:
                    self.accumulate(tensor, found[node])

    def gradient(
        self, root: Tensor, inputs: Sequence[Tensor], cotangent: Tensor | None, *, keep: bool, create: bool, allow_unused: bool
    ) -> tuple[Tensor | None, ...]:
        """Gradients as results; no slot is touched."""
        start, seed = self.start(root, cotangent)
        targets = [self.target(t) for t in inputs]
        found = self.walk(start, seed, keep=keep, create=create, targets=targets)
        results = tuple(self.unused(t) if node not in found else found[node] for t, node in zip(inputs, targets, strict=True))
        if None in results and not allow_unused:
            raise Refused("unused input")
        return results

    def unused(self, tensor: Tensor) -> Tensor | None:
        """What stands for the gradient of an input that the output does not depend on."""
        return None

    def target(self, tensor: Tensor) -> Node:
        """Where a gradient that was asked for passes."""
        node = self.edge(tensor)
        if node is None:
            raise Refused("untracked input")
        return node

    def start(self, root: Tensor, cotangent: Tensor | None) -> tuple[Node, Tensor]:
        """Where a walk starts, and with what."""
        node, given = self.edge(root), None if cotangent is None else self.cotangent(root, cotangent)
        if node is None:
            raise Refused("no graph")
        return node, self.cotangent(root, given)

    def walk(self, start: Node, cotangent: Tensor, *, keep: bool, create: bool, targets: Sequence[Node] | None) -> dict[Node, Tensor]:
        """Gradients of the targets. Without targets every leaf is one, and its gradient is accumulated at once."""
        if targets is not None and not targets:
            raise Refused("empty inputs")
        useful = None if targets is None else self.useful(start, set(targets))
        total: dict[Node, Tensor] = {start: cotangent}
        found: dict[Node, Tensor] = {}
        waiting = [(-start.number, start)]
        with self.modes.switch(create):
            while waiting:
                _, node = heapq.heappop(waiting)
                gradient = self.hooked(node, total.pop(node))
                self.retain(node, gradient)
                if targets is not None and node in targets:
                    found[node] = gradient
                if node.leaf is not None and targets is None:
                    self.accumulate(node.leaf, gradient)
                elif node.leaf is None and (useful is None or self.leads_on(node, useful)):
                    for edge, part in self.pulled(node, gradient, useful):
                        if edge not in total:
                            heapq.heappush(waiting, (-edge.number, edge))
                        total[edge] = self("add", total[edge], part) if edge in total else part
                    if not keep:
                        self.free(node)
        return found

    def cotangent(self, root: Tensor, given: Tensor | None) -> Tensor:
        """The cotangent that was given, or 1 for the only element."""
        if given is None and root.array.size != 1:
            raise Refused("implicit cotangent")
        if given is None:
            return Tensor(np.ones_like(root.array), Storage(root.storage.device))
        if given.array.shape != root.array.shape:
            raise Refused("cotangent shape")
        if given.storage.device != root.storage.device:
            raise Refused("device")
        return given

    def useful(self, start: Node, targets: set[Node]) -> set[Node]:
        """The nodes from which a target can be reached, the targets included."""
        reached, stack = {start}, [start]
        while stack:
            new = {edge for edge in stack.pop().edges if edge is not None} - reached
            reached |= new
            stack.extend(new)
        useful = set(targets)
        for node in sorted(reached, key=lambda node: node.number):
            if self.leads_on(node, useful):
                useful.add(node)
        return useful

    def leads_on(self, node: Node, useful: set[Node]) -> bool:
        """Whether a target lies below; a mere target does not run."""
        return any(edge in useful for edge in node.edges if edge is not None)

    def hooked(self, node: Node, gradient: Tensor) -> Tensor:
        """The gradient after the hooks, in the order in which they were registered; each sees what the ones before returned."""
        for hook in tuple(node.hooks.values()):
            replaced = hook(gradient)
            if replaced is not None and replaced.array.shape != gradient.array.shape:
                raise Refused("hook shape")
            gradient = gradient if replaced is None else replaced
        return gradient

    def retain(self, node: Node, gradient: Tensor) -> None:
        """A computed value that retains its gradient keeps it like a leaf."""
        tensor = node.retainer() if node.retainer else None
        if tensor is not None:
            self.accumulate(tensor, gradient)

    def accumulate(self, tensor: Tensor, gradient: Tensor) -> None:
        """Into the slot: its own memory first; then added, for a leaf in place unless a graph is created. A leaf frozen since gets nothing.

        Source: https://docs.pytorch.org/docs/stable/autograd.html#default-gradient-layouts (rules 3 and 4)
        """
        if not self.requires_grad(tensor):
            return
        if tensor.grad is None:
            tensor.grad = self.owned(gradient)
        elif self.modes.recording or not tensor.flag:
            tensor.grad = self("add", tensor.grad, gradient)
        else:
            tensor.grad.array[...] += gradient.array
            tensor.grad.storage.version += 1

    def owned(self, gradient: Tensor) -> Tensor:
        """A first gradient shares no memory with anything."""
        return self("clone", gradient)

    def pulled(self, node: Node, gradient: Tensor, useful: set[Node] | None) -> list[tuple[Node, Tensor]]:
        """(edge, contribution) of each operand that wants one, summed down to the operand's shape."""
        saved = self.unpack(node)
        parts = []
        for edge, pull, shape in zip(node.edges, node.rule.pulls, node.shapes, strict=True):
            if edge is not None and (useful is None or edge in useful):
                part = pull.formula(self, gradient, node, *(saved[k] for k in pull.saves))
                parts.append((edge, part if part.array.shape == shape else self("sum_to", part, shape=shape)))
        return parts

    def unpack(self, node: Node) -> dict[int, Tensor]:
        """What the node saved, if it is still there and still what it was. A node that saved nothing may run again and again."""
        if node.freed and node.saved:
            raise Refused("freed")
        for saved in node.saved.values():
            self.check_version(saved.tensor, saved.version)
        tensors = {k: saved.tensor for k, saved in node.saved.items()}
        own = {k: Tensor(t.array, t.storage, node=node) for k, t in tensors.items() if k == OUTPUT}
        return tensors | own

    def check_version(self, tensor: Tensor, version: int) -> None:
        """A value that was changed in place since it was saved would give a wrong gradient: better none."""
        if tensor.storage.version != version:
            raise Refused("modified")

    def free(self, node: Node) -> None:
        """What was saved is let go."""
        node.freed = True
