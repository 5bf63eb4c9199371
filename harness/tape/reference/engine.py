"""The reference tape's forward half: ops that are recorded, views, and changes in place.

    recorded  <=>  recording is on  and  an operand requires grad
    a change in place of a view v of b:   b_new = b_old with its region replaced,  v = region(b_new)

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html (how autograd encodes the history; in-place correctness checks; grad modes)
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from harness.tape.errors import Refused
from harness.tape.reference.graph import OUTPUT, Node, Saved, Step, Storage, Tensor
from harness.tape.reference.modes import Modes
from harness.tape.reference.packing import Packing
from harness.tape.reference.regions import regained_rule, region_rule
from harness.tape.reference.rule import Rule
from harness.tape.reference.rules import RULES

ACCUMULATE = Rule(np.copy, ())  # the rule of the node at a leaf: nothing lies below


class Recorder:
    """Ops on tensors, recorded as they run. Every method is one sentence of the specification, and may be overridden to break it."""

    def __init__(self) -> None:
        self.modes = Modes()
        self.packing = Packing()
        self.peak = 0.0  # the largest magnitude ever computed: the scale that rounding is relative to
        self._numbers = count()

    def __call__(self, op: str, *operands: Any, **params: Any) -> Tensor:
        """The op on tensors and Python numbers."""
        tensors = self.tensors(operands)
        rule, source = RULES[op], tensors[0]
        with np.errstate(all="ignore"):  # infinities and NaN are numbers here, as in every autograd
            value = np.asarray(rule.forward(*(t.array for t in tensors), **params))
        self.peak = max(self.peak, float(np.max(np.abs(value), initial=0.0)))
        out = Tensor(value, source.storage if rule.looks else Storage(params.get("device", source.storage.device)))
        if rule.looks:
            out.base, out.seen = source.base or source, source.storage.version
            out.steps, out.blind = (*source.steps, Step(op, params, (source.array.shape,))), not self.modes.recording
        if self.differentiable(value) and self.records(tensors):
            out.node = self.node(rule, tensors, params, out)
        return out

    def tensors(self, operands: Sequence[Any]) -> list[Tensor]:
        """All operands on one device, Python numbers made constants there."""
        first = next(t for t in operands if isinstance(t, Tensor))
        device, dtype = first.storage.device, first.array.dtype
        tensors = [t if isinstance(t, Tensor) else Tensor(np.asarray(t, dtype), Storage(device)) for t in operands]
        if any(t.storage.device != device for t in tensors):
            raise Refused("device")
        return tensors

    def records(self, tensors: Sequence[Tensor]) -> bool:
        """Whether an op on these is recorded now."""
        return self.modes.recording and any(self.requires_grad(t) for t in tensors)

    def differentiable(self, value: np.ndarray) -> bool:
        """Only floating point results are recorded."""
        return value.dtype.kind == "f"

    def requires_grad(self, tensor: Tensor) -> bool:
        """A leaf says so; a computed value does."""
        return tensor.flag or self.history(tensor) is not None

    def history(self, tensor: Tensor) -> Node | None:
        """The node that computed the value; a view whose memory has changed since it was made gets the history of its base."""
        base = tensor.base
        if base is not None and tensor.seen != tensor.storage.version and not tensor.flag and self.requires_grad(base):
            tensor.node = Node(next(self._numbers), regained_rule(tensor.steps), (self.edge(base),), (base.array.shape,), {})
            tensor.seen = tensor.storage.version
        return tensor.node

    def edge(self, tensor: Tensor) -> Node | None:
        """Where the gradient of `tensor` goes: its node, the accumulating node of a leaf, or nowhere."""
        node = self.history(tensor)
        return node if node is not None else self.accumulator(tensor) if tensor.flag else None

    def accumulator(self, leaf: Tensor) -> Node:
        """The one node at which the gradient of `leaf` ends, made when it is first needed."""
        node = leaf.accumulator() if leaf.accumulator else None
        if node is None:
            node = Node(next(self._numbers), ACCUMULATE, (), (leaf.array.shape,), {}, hooks=leaf.hooks, leaf=leaf)
            leaf.accumulator = weakref.ref(node)
        return node

    def node(self, rule: Rule, tensors: Sequence[Tensor], params: dict[str, Any], out: Tensor | None) -> Node:
        """The record of an op, with whatever the pulls that will run need."""
        edges = tuple(self.edge(t) for t in tensors)
        needed = {k for edge, pull in zip(edges, rule.pulls, strict=True) if edge is not None for k in pull.saves}
        saved = {k: self.save(out if k == OUTPUT else tensors[k]) for k in needed}  # type: ignore[arg-type]
        return Node(next(self._numbers), rule, edges, tuple(t.array.shape for t in tensors), params, saved)

    def save(self, tensor: Tensor) -> Saved:
        """The value with its history now, and the version that it must still have later; a result gets its own node then: no cycle."""
        node = self.history(tensor)
        kept = tensor if tensor.flag else Tensor(tensor.array, tensor.storage, node=node)
        saved = Saved(kept, tensor.storage.version)
        return self.packing.pack(saved, self.edge(tensor)) if self.packing.pairs else saved

    def cast(self, tensor: Tensor, dtype: str) -> Tensor:
        """In another dtype; as it is where it has that already."""
        here = tensor.array.dtype.name
        return tensor if here == dtype else self("cast", tensor, dtype=dtype, origin=here)

    def detach(self, tensor: Tensor) -> Tensor:
        """The same memory without history; changes in place are seen, and counted, by both."""
        return Tensor(tensor.array, tensor.storage)

    def change(self, op: str, target: Tensor, other: Any) -> None:
        """`target` = op(target, other) in its own memory; the op saves nothing of `target`."""
        tensors = self.tensors([target, other])
        recorded = self.records(tensors)
        if self.modes.recording:
            self.refuse_blind(target)
        if recorded:
            self.refuse_leaf(target)
        node = self.changed_node(op, tensors) if recorded else None
        target.array[...] = RULES[op].forward(*(t.array for t in tensors))
        self.peak = max(self.peak, float(np.max(np.abs(target.array), initial=0.0)))
        self.bump(target)
        if node is not None:
            changed = target if target.base is None else target.base
            changed.node = node

    def bump(self, target: Tensor) -> None:
        """Every change in place is counted, recorded or not."""
        target.storage.version += 1

    def refuse_leaf(self, target: Tensor) -> None:
        """A leaf that requires grad has no history to rewrite."""
        root = target if target.base is None else target.base
        if target.flag or (root.flag and root.node is None):
            raise Refused("leaf in place")

    def refuse_blind(self, target: Tensor) -> None:
        """What a change through a view means that nobody recorded is nobody's guess."""
        if target.blind and target.base is not None and self.requires_grad(target.base):
            raise Refused("blind view")

    def changed_node(self, op: str, tensors: Sequence[Tensor]) -> Node:
        """The node of the changed memory as a whole: of the target itself, or of the base that it is a view of."""
        target, other = tensors
        if target.base is None:
            return self.node(RULES[op], tensors, {}, None)
        inner = self.node(RULES[op], tensors, {}, None)
        edges = (self.edge(target.base), inner.edges[1])
        marker = self.save(Tensor(np.asarray(0.0)))  # the inner op is freed with the rest: a second walk is refused whatever was saved
        shapes = (target.base.array.shape, other.array.shape)
        return Node(next(self._numbers), region_rule(RULES[op], target), edges, shapes, {}, {**inner.saved, 2: marker})


__all__ = ["ACCUMULATE", "Recorder"]
