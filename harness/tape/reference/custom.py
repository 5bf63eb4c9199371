"""A user's own function on the reference tape: a node whose pulls are the user's backward, called once per walk.

pull_i(g) = backward(context, g)[i]

One result a function: a node of this tape has one. Functions of several results are Unsupported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.tape.custom_function import CustomFunctions
from harness.tape.errors import Unsupported
from harness.tape.reference.graph import Node, Tensor
from harness.tape.reference.rule import Pull, Rule

if TYPE_CHECKING:
    from harness.tape.reference.tape import ReferenceTape


class ReferenceCustomFunctions(CustomFunctions):
    """Functions of one result."""

    def __init__(self, tape: ReferenceTape) -> None:
        self.engine = tape.engine

    def function(self, forward: Callable[..., Any], backward: Callable[..., Any] | None, *, once: bool = False) -> Callable[..., Any]:
        """Forward runs unrecorded; whether its result is recorded is decided as for any op."""

        def applied(*args: Any) -> Any:
            operands = [a for a in args if isinstance(a, Tensor)]
            recorded = self.engine.records(operands)
            edges = [self.engine.edge(a) if recorded and isinstance(a, Tensor) else None for a in args]
            context = _Context(tuple(edge is not None for edge in edges))
            with self.engine.modes.switch(False):
                result = forward(context, *args)
            if isinstance(result, tuple):
                raise Unsupported("functions of several results are not offered by the reference tape.")
            if not isinstance(result, Tensor):
                return result
            changed = any(result is handle for handle in context.changed)
            made = result if changed else Tensor(result.array, result.storage)
            if changed:
                self._changed(result)
            if recorded:
                made.node = self._node(context, backward, once, args, edges, made)
            return made

        return applied

    def _changed(self, result: Tensor) -> None:
        """Forward has changed it in place and counted that; a leaf that requires grad must not be."""
        if self.engine.modes.recording:
            self.engine.refuse_leaf(result)

    def _node(
        self, context: _Context, backward: Callable[..., Any] | None, once: bool, args: tuple[Any, ...], edges: list[Node | None], made: Tensor
    ) -> Node:
        saved = [self.engine.save(made if handle is made else handle) for handle in context.handles]
        shapes = tuple(a.array.shape if isinstance(a, Tensor) else () for a in args)
        asked = [_Gradient(self.engine, context, backward, once, len(args), i) for i in range(len(args))]
        rule = Rule(np.copy, tuple(Pull(one, tuple(range(len(saved)))) for one in asked))  # type: ignore[arg-type]  # None: no gradient
        node = Node(next(self.engine._numbers), rule, tuple(edges), shapes, {}, dict(enumerate(saved)))
        made.node = node
        return node


class _Gradient:
    """The gradient of argument `i`; the walk asks for one after the other, backward runs for the first."""

    def __init__(self, engine: Any, context: _Context, backward: Callable[..., Any] | None, once: bool, count: int, i: int) -> None:
        self.engine, self.context, self.backward, self.once, self.count, self.i = engine, context, backward, once, count, i

    def __call__(self, k: Any, gradient: Tensor, node: Any, *saved: Tensor) -> Tensor | None:
        if self.context.answered is None or self.context.answered[0] is not gradient:
            self.context.answered = (gradient, self.answer(gradient, saved))
        found: Tensor | None = self.context.answered[1][self.i]
        if found is not None and np.broadcast_shapes(found.array.shape, node.shapes[self.i]) != found.array.shape:
            raise RuntimeError(f"the gradient of argument {self.i} has shape {found.array.shape}, the argument {node.shapes[self.i]}.")
        return found

    def answer(self, gradient: Tensor, saved: tuple[Tensor, ...]) -> tuple[Tensor | None, ...]:
        """What backward returns, counted."""
        if self.backward is None:
            raise NotImplementedError("a function without a backward was asked for a gradient.")
        if self.once and self.engine.modes.recording:
            raise RuntimeError("a function that is differentiable once only was asked for a second derivative.")
        self.context.values = saved
        returned = self.backward(self.context, gradient)
        gradients = returned if isinstance(returned, tuple) else (returned,)
        if len(gradients) < self.count or any(g is not None for g in gradients[self.count :]):
            raise RuntimeError(f"backward returned {len(gradients)} gradients for {self.count} arguments.")
        return gradients


class _Context:
    """harness.tape.custom_function.Context."""

    kept: Any = None

    def __init__(self, needs: tuple[bool, ...]) -> None:
        self.needs = needs
        self.handles: tuple[Tensor, ...] = ()
        self.values: tuple[Tensor, ...] = ()
        self.changed: tuple[Tensor, ...] = ()
        self.answered: tuple[Tensor, tuple[Tensor | None, ...]] | None = None

    def save(self, *handles: Tensor) -> None:
        self.handles = handles

    def saved(self) -> tuple[Tensor, ...]:
        """Unpacked, and checked, by the walk that calls backward."""
        return self.values

    def nondifferentiable(self, *handles: Tensor) -> None:
        raise Unsupported("results without a gradient are not offered by the reference tape.")

    def dirty(self, *handles: Tensor) -> None:
        self.changed = handles

    def materialize(self, zeros: bool) -> None:
        """The only result's gradient is always there when backward is called."""
