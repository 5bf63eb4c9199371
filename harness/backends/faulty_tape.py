"""A tape that is wrong on purpose: another tape with one fault of semantics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from harness.tape.features import Handles
from harness.tape.interface import Tape


class FaultyTape(Tape):
    """`inner` with the fault called `fault`; a fault that is none of a tape's changes nothing."""

    def __init__(self, inner: Tape, fault: str) -> None:
        self._inner = inner
        self._fault = fault
        self._leaves: list[Any] = []

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        """As the inner tape's."""
        made = self._inner.leaf(values, requires_grad=requires_grad)
        self._leaves.append(made)
        return made

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """As the inner tape's."""
        return self._inner.apply(op, *args, **params)

    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        """The inner backward with the fault in it."""
        retained = {"keeps-graph": True, "frees-retained-graph": create_graph}.get(self._fault, retain_graph)
        if self._fault == "overwrites-grad":
            for leaf in self._leaves:
                self._inner.clear_grad(leaf)
        seed = 2 * cotangent if self._fault == "doubles-grad" else cotangent
        self._inner.backward(output, seed, retain_graph=retained, create_graph=create_graph)

    def grad(self, leaf: Any) -> np.ndarray | None:
        """As the inner tape's."""
        return self._inner.grad(leaf)

    def clear_grad(self, leaf: Any) -> None:
        """As the inner tape's."""
        self._inner.clear_grad(leaf)

    def no_grad(self) -> AbstractContextManager[Any]:
        """The inner context, or one that does nothing, or one that forgets to leave."""
        if self._fault == "records-in-no-grad":
            return nullcontext()
        return self._leaking() if self._fault == "leaks-no-grad" else self._inner.no_grad()

    def requires_grad(self, handle: Any) -> bool:
        """As the inner tape's."""
        return self._inner.requires_grad(handle)

    def is_recording(self) -> bool:
        """As the inner tape's."""
        return self._inner.is_recording()

    def value(self, handle: Any) -> np.ndarray:
        """As the inner tape's."""
        return self._inner.value(handle)

    @contextmanager
    def _leaking(self) -> Iterator[None]:
        context = self._inner.no_grad()
        context.__enter__()
        yield  # an exception passes here, and the context is never left
        context.__exit__(None, None, None)
