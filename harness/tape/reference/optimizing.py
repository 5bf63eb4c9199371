"""The reference tape's optimizers: the documented algorithms, moving leaves in place and nothing else.

x <- algorithm(memory, x, x.grad)        for every leaf that has a gradient; nothing is recorded
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.tape.algorithm_memory import Memory
from harness.tape.algorithms import ALGORITHMS
from harness.tape.features import Handles
from harness.tape.interface import Tape
from harness.tape.optimizing import Optimizing

Group = tuple[Handles, Mapping[str, Any]]


class ReferenceOptimizing(Optimizing):
    """Every algorithm of harness.tape.algorithms, with options as there, and `maximize`."""

    names = tuple(ALGORITHMS)

    def __init__(self, tape: Tape) -> None:
        self.tape = tape

    def optimizer(self, name: str, groups: Sequence[Handles], options: Sequence[Mapping[str, Any]]) -> DocumentedOptimizer:
        """The documented algorithm."""
        return DocumentedOptimizer(self.tape, name, list(zip(groups, options, strict=True)))

    def accepts(self, name: str, shape: tuple[int, ...], dtype: str) -> bool:
        """Real numbers of any shape."""
        return not dtype.startswith("complex")


class DocumentedOptimizer:
    """One memory per leaf."""

    def __init__(self, tape: Tape, name: str, groups: Sequence[Group]) -> None:
        self.tape, self.algorithm, self.groups = tape, ALGORITHMS[name], groups
        self.memories = [[Memory() for _ in leaves] for leaves, _ in groups]

    def step(self, closure: Callable[[], Any] | None = None) -> None:
        """A leaf without a gradient is left alone, and so is its memory."""
        if closure is not None:
            closure()
        for (leaves, options), memories in zip(self.groups, self.memories, strict=True):
            for leaf, memory in zip(leaves, memories, strict=True):
                gradient = self.tape.grad(leaf)
                if gradient is not None:
                    self._move(leaf, memory, gradient, **options)

    def zero_grad(self, *, to_none: bool = True) -> None:
        for leaf in (leaf for leaves, _ in self.groups for leaf in leaves):
            self.tape.clear_grad(leaf) if to_none else self.tape.zero_grad(leaf)

    def state(self) -> Any:
        return copy.deepcopy(self.memories)

    def load(self, state: Any) -> None:
        self.memories = copy.deepcopy(state)

    def _move(self, leaf: Any, memory: Memory, gradient: np.ndarray, *, maximize: bool = False, **options: Any) -> None:
        memory.t += 1
        x = self.tape.value(leaf)
        moved = self.algorithm(memory, x.astype(np.float64), (-gradient if maximize else gradient).astype(np.float64), **options)
        with self.tape.no_grad():
            self.tape.scale_in_place(leaf, 0.0)
            self.tape.add_in_place(leaf, self.tape.move(self.tape.leaf(moved.astype(x.dtype), requires_grad=False), self.tape.device(leaf)))
