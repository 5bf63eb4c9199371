"""TensorFlow's imperative side: a persistent `tf.GradientTape`, leaves that it watches, gradients that are asked for.

TensorFlow has no `backward` and no slots. Who trains with it adds gradients up by hand; so does this:

    slot(leaf) <- slot(leaf) + tape.gradient(y, leaf, output_gradients=w)        for every leaf that y depends on

A tape that is asked more than once has to be persistent, and then frees nothing. Each op is recorded by entering the tape again, so that it
sees nothing but what is done to it here.

Source: https://www.tensorflow.org/api_docs/python/tf/GradientTape
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import RLock, local
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import record

from harness.tape.errors import Unsupported
from harness.tape.features import Handles
from harness.tape.interface import Tape

if TYPE_CHECKING:
    from harness.backends.protocol import Backend


class TensorflowTape(Tape):
    """Handles are tensors."""

    features = frozenset({"functional", "higher_order", "detach"})

    def __init__(self, backend: Backend) -> None:
        self._backend, self._lock, self._mode = backend, RLock(), local()
        self._tape = tf.GradientTape(persistent=True, watch_accessed_variables=False)
        self._leaves: list[Any] = []
        self._sums: dict[int, np.ndarray] = {}

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        """A tensor of the values' own dtype, watched if it requires grad."""
        made = tf.constant(np.array(values, order="C"))
        if requires_grad:
            with self._entered():
                self._tape.watch(made)
            self._leaves.append(made)  # kept, so that its id stays its own
        return made

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """The op as the backend calls it."""
        call = tf.identity if op == "clone" else self._backend.op(op)
        if call is None:
            raise Unsupported(f"tensorflow has no op {op!r}.")
        dtypes = list(dict.fromkeys(arg.dtype for arg in args if isinstance(arg, tf.Tensor) and (arg.dtype.is_floating or arg.dtype.is_complex)))
        if len(dtypes) > 1:
            raise Unsupported(f"tensorflow does not combine {dtypes[0].name} and {dtypes[1].name}.")
        with self._entered(), nullcontext() if self.is_recording() else self._tape.stop_recording():
            return call(*(tf.constant(arg, dtypes[0]) if isinstance(arg, int | float) else arg for arg in args), **params)

    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        """`tape.gradient` for every leaf, added up."""
        leaves = tuple(self._leaves)  # other threads may add to them
        for leaf, gradient in zip(leaves, self.gradient(output, leaves, cotangent, create_graph=create_graph), strict=True):
            if gradient is not None:
                self._sums[id(leaf)] = self._sums.get(id(leaf), 0.0) + self.value(gradient)

    def gradient(
        self, output: Any, wrt: Handles, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, allow_unused: bool = False
    ) -> tuple[Any, ...]:
        """`tape.gradient`; to create a graph, while the tape records."""
        seed = None if cotangent is None else tf.convert_to_tensor(cotangent)
        with self._entered() if create_graph else self._lock:
            found = self._tape.gradient(output, list(wrt), output_gradients=seed)
        return tuple(None if gradient is None else tf.convert_to_tensor(gradient) for gradient in found)

    def grad(self, leaf: Any) -> np.ndarray | None:
        """The sum so far."""
        found = self._sums.get(id(leaf))
        return None if found is None else np.array(found)

    def clear_grad(self, leaf: Any) -> None:
        """Forget the sum."""
        self._sums.pop(id(leaf), None)

    def no_grad(self) -> AbstractContextManager[Any]:
        """`tape.stop_recording()` around each op."""
        return self._stopped()

    def is_recording(self) -> bool:
        """Whether ops are recorded."""
        return bool(getattr(self._mode, "recording", True))

    def requires_grad(self, handle: Any) -> bool:
        """Whether the tape has seen that the handle depends on a leaf."""
        with self._entered():
            return isinstance(handle, tf.Tensor) and bool(record.should_record_backprop([handle]))

    def detach(self, handle: Any) -> Any:
        """`tf.stop_gradient`."""
        return tf.stop_gradient(handle)

    def value(self, handle: Any) -> np.ndarray:
        """A copy."""
        return self._backend.numpy(handle)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        """The tape records, of one thread at a time."""
        with self._lock, self._tape:
            yield

    @contextmanager
    def _stopped(self) -> Iterator[None]:
        before, self._mode.recording = self.is_recording(), False
        try:
            yield
        finally:
            self._mode.recording = before
