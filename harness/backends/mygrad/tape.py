"""MyGrad's imperative side: tensors that are not constant, `.backward()`, `.grad`, `no_autodiff`.

MyGrad's `backward` replaces a gradient where other tapes add to it, and clears its graph each time. Who trains with it sums by hand; so does this:

    slot(leaf) <- slot(leaf) + leaf.grad        after each backward, for the leaves that it reached

Source: https://mygrad.readthedocs.io/en/latest/generated/mygrad.Tensor.backward.html, .../mygrad.no_autodiff.html
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import mygrad as mg
import numpy as np
from mygrad._utils import graph_tracking

from harness.tape.errors import Unsupported
from harness.tape.features import Handles
from harness.tape.interface import Tape

if TYPE_CHECKING:
    from harness.backends.protocol import Backend


class MygradTape(Tape):
    """Handles are tensors."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._leaves: list[Any] = []
        self._sums: dict[int, np.ndarray] = {}
        self._recorded: list[Any] = []  # a backward makes a result forget who made it

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        """A tensor that is constant unless it requires grad; masks and indices are NumPy arrays."""
        if np.asarray(values).dtype.kind != "f":
            return np.array(values)
        made = mg.tensor(np.array(values, order="C"), constant=not requires_grad)
        self._leaves.append(made)  # kept, so that its id stays its own
        return made

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """The op as the backend calls it."""
        call = mg.positive if op == "clone" else self._backend.op(op)
        if call is None:
            raise Unsupported(f"mygrad has no op {op!r}.")
        result = call(*args, **params)
        self._recorded += [made for made in (result if isinstance(result, tuple | list) else [result]) if getattr(made, "creator", None) is not None]
        return result

    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        """`output.backward(cotangent)`, and its gradients added up."""
        if retain_graph or create_graph:
            raise Unsupported("mygrad clears its graph in every backward.")
        for leaf in self._leaves:
            leaf.null_grad()
        output.backward(cotangent.data if isinstance(cotangent, mg.Tensor) else cotangent)
        for leaf, found in [(leaf, leaf.grad) for leaf in self._leaves]:  # read once: an op in another thread clears it
            if found is not None:
                self._sums[id(leaf)] = self._sums.get(id(leaf), 0.0) + np.array(found)

    def grad(self, leaf: Any) -> np.ndarray | None:
        """The sum so far; for a computed value what the last backward left."""
        found = self._sums.get(id(leaf))
        return None if found is None else np.array(found)

    def clear_grad(self, leaf: Any) -> None:
        """`leaf.null_grad()`."""
        leaf.null_grad()
        self._sums.pop(id(leaf), None)

    def no_grad(self) -> AbstractContextManager[Any]:
        """`mygrad.no_autodiff`."""
        made: AbstractContextManager[Any] = mg.no_autodiff
        return made

    def is_recording(self) -> bool:
        """Whether a graph is tracked."""
        return bool(graph_tracking.TRACK_GRAPH)

    def requires_grad(self, handle: Any) -> bool:
        """Not constant, and either one of our leaves or the result of a recorded op."""
        if not isinstance(handle, mg.Tensor) or handle.constant:
            return False
        return any(handle is known for known in (*self._recorded, *self._leaves))

    def value(self, handle: Any) -> np.ndarray:
        """A copy."""
        return np.array(handle.data if isinstance(handle, mg.Tensor) else handle)
