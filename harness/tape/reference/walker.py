"""The reference tape's backward half: one walk over the graph, results before operands.

    g(y) = w;   for each node, the largest number first:   hooks(g) -> retained slot -> pull -> g(operand) += pull_i(g) -> free

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html, .../torch.autograd.grad.html,
    https://docs.pytorch.org/docs/stable/notes/autograd.html (backward hooks execution)
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from harness.tape.errors import Refused
from harness.tape.reference.graph import OUTPUT, Node, Storage, Tensor
from harness.tape.reference.slots import Slots

Roots = Tensor | Sequence[Tensor]
Seeds = Tensor | Sequence[Tensor | None] | None
Starts = list[tuple[Node, Tensor]]


class Engine(Slots):
    """Slots plus walks. As there, a method is a sentence of the specification."""

    def backward(self, root: Roots, cotangent: Seeds, *, keep: bool, create: bool, inputs: Sequence[Tensor] | None = None) -> None:
        """Accumulate into the leaves, or into `inputs` only."""
        starts = self.starts(root, cotangent)
        targets = None if inputs is None else [self.target(t) for t in inputs]
        found = self.walk(starts, keep=keep, create=create, targets=targets)
        with self.modes.switch(create):
            for tensor, node in zip(inputs or (), targets or (), strict=True):
                if node in found:
                    self.arrive(tensor, found[node])

    def gradient(
        self, root: Roots, inputs: Sequence[Tensor | Node], cotangent: Seeds, *, keep: bool, create: bool, allow_unused: bool
    ) -> tuple[Tensor | None, ...]:
        """Gradients as results; no slot is touched, that of a computed value neither."""
        starts = self.starts(root, cotangent)
        targets = [self.target(t) for t in inputs]
        found = self.walk(starts, keep=keep, create=create, targets=targets, fill=False)
        with self.modes.switch(create):
            results = tuple(self.unused(t) if node not in found else self.result(node, found[node]) for t, node in zip(inputs, targets, strict=True))
        if None in results and not allow_unused:
            raise Refused("unused input")
        return results

    def result(self, node: Node, gradient: Tensor) -> Tensor:
        """As it is; for a leaf in the leaf's own dtype."""
        return gradient if node.leaf is None else self.fitted(gradient, node.leaf)

    def unused(self, tensor: Tensor | Node) -> Tensor | None:
        """What stands for the gradient of an input that the output does not depend on."""
        return None

    def target(self, tensor: Tensor | Node) -> Node:
        """Where a gradient that was asked for passes; a node stands for itself."""
        node = tensor if isinstance(tensor, Node) else self.edge(tensor)
        if node is None:
            raise Refused("untracked input")
        return node

    def starts(self, roots: Roots, cotangents: Seeds) -> Starts:
        """Where a walk starts, and with what; among several roots a constant without a cotangent is passed over."""
        if isinstance(roots, Tensor):
            return [self.start(roots, cotangents if isinstance(cotangents, Tensor) else None)]
        seeds = [None] * len(roots) if cotangents is None or isinstance(cotangents, Tensor) else list(cotangents)
        if len(seeds) != len(roots):
            raise Refused("cotangent count")
        return [self.start(root, seed) for root, seed in zip(roots, seeds, strict=True) if seed is not None or self.requires_grad(root)]

    def start(self, root: Tensor, cotangent: Tensor | None) -> tuple[Node, Tensor]:
        """Where a walk starts, and with what."""
        node, given = self.edge(root), None if cotangent is None else self.cotangent(root, cotangent)
        if node is None:
            raise Refused("no graph")
        return node, self.cotangent(root, given)

    def walk(self, starts: Starts, *, keep: bool, create: bool, targets: Sequence[Node] | None, fill: bool = True) -> dict[Node, Tensor]:
        """Gradients of the targets. Without targets every leaf is one, and its gradient is accumulated at once; `fill`: retained slots too."""
        if targets is not None and not targets:
            raise Refused("empty inputs")
        useful = None if targets is None else self.useful({node for node, _ in starts}, set(targets))
        total: dict[Node, Tensor] = {}
        found: dict[Node, Tensor] = {}
        waiting: list[tuple[int, Node]] = []
        with self.modes.switch(create):
            self.spread(starts, total, waiting)
            while waiting:
                _, node = heapq.heappop(waiting)
                runs = node.leaf is None and (useful is None or self.leads_on(node, useful))
                gradient = self.hooked(node, total.pop(node))
                gradient = self.before_node(node, gradient) if runs else gradient
                if fill:
                    self.retain(node, gradient)
                if targets is not None and node in targets:
                    found[node] = gradient
                if node.leaf is not None and targets is None:
                    self.arrive(node.leaf, gradient)
                elif runs:
                    self.spread(self.after_node(node, gradient, self.pulled(node, gradient, useful)), total, waiting)
                    if not keep:
                        self.free(node)
        return found

    def spread(self, parts: Starts, total: dict[Node, Tensor], waiting: list[tuple[int, Node]]) -> None:
        """Contributions are added up where they arrive."""
        for node, part in parts:
            if node not in total:
                heapq.heappush(waiting, (-node.number, node))
            total[node] = self("add", total[node], part) if node in total else part

    def cotangent(self, root: Tensor, given: Tensor | None) -> Tensor:
        """The cotangent that was given, or 1 for the only element."""
        if given is None and root.array.size != 1:
            raise Refused("implicit cotangent")
        if given is None:
            return Tensor(np.ones_like(root.array), Storage(root.storage.device))
        if given.array.shape != root.array.shape:
            raise Refused("cotangent shape")
        if given.array.dtype != root.array.dtype:
            raise Refused("cotangent dtype")
        if given.storage.device != root.storage.device:
            raise Refused("device")
        return given

    def useful(self, starts: set[Node], targets: set[Node]) -> set[Node]:
        """The nodes from which a target can be reached, the targets included."""
        reached, stack = set(starts), [*starts]
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

    def pulled(self, node: Node, gradient: Tensor, useful: set[Node] | None) -> list[tuple[Node, Tensor]]:
        """(edge, contribution) of each operand that wants one, summed down to the operand's shape."""
        saved = self.unpack(node)
        parts = []
        for edge, pull, shape in zip(node.edges, node.rule.pulls, node.shapes, strict=True):
            if edge is not None and (useful is None or edge in useful):
                part = pull.formula(self, gradient, node, *(saved[k] for k in pull.saves))
                if part is not None:  # a user's backward may say that there is none
                    parts.append((edge, part if part.array.shape == shape else self("sum_to", part, shape=shape)))
        return parts

    def unpack(self, node: Node) -> dict[int, Tensor]:
        """What the node saved, if it is still there and still what it was. A node that saved nothing may run again and again."""
        if node.freed:
            raise Refused("freed")
        for saved in node.saved.values():
            if saved.packed is None:
                self.check_version(saved.tensor, saved.version)
        tensors = {k: saved.packed() if saved.packed else saved.tensor for k, saved in node.saved.items()}
        own = {k: Tensor(t.array, t.storage, node=node) for k, t in tensors.items() if k == OUTPUT}
        return tensors | own

    def check_version(self, tensor: Tensor, version: int) -> None:
        """A value that was changed in place since it was saved would give a wrong gradient: better none."""
        if tensor.storage.version != version:
            raise Refused("modified")

    def free(self, node: Node) -> None:
        """What was saved is let go; a node that saved nothing may run again."""
        node.freed, node.saved = node.freed or bool(node.saved), {}
