"""Paddle's imperative side: tensors with `stop_gradient`, `.backward()`, a `.grad` that accumulates, `no_grad`.

    recorded  <=>  not stop_gradient, and grad mode is on

Source: https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/Tensor_en.html
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np
import paddle

from harness.tape.errors import Unsupported
from harness.tape.features import Handles, Hook
from harness.tape.interface import Tape

if TYPE_CHECKING:
    from harness.backends.protocol import Backend


class PaddleTape(Tape):
    """Handles are tensors on the CPU."""

    features = frozenset({"functional", "flags", "slots", "detach", "hooks", "modes"})

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def leaf(self, values: np.ndarray, *, requires_grad: bool = True) -> Any:
        """A tensor of the values' own dtype."""
        return paddle.to_tensor(np.array(values, order="C"), stop_gradient=not requires_grad)

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        """The op as the backend calls it."""
        call = paddle.clone if op == "clone" else self._backend.op(op)
        if call is None:
            raise Unsupported(f"paddle has no op {op!r}.")
        dtype = next((arg.dtype for arg in args if isinstance(arg, paddle.Tensor)), None)
        try:
            return call(*(paddle.to_tensor(arg, dtype=dtype) if isinstance(arg, int | float) else arg for arg in args), **params)
        except RuntimeError as error:
            if "is not registered" in str(error):  # for this dtype
                raise Unsupported(sentence_of(error)) from error
            raise

    def backward(
        self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, inputs: Handles | None = None
    ) -> None:
        """`paddle.autograd.backward`."""
        if create_graph:
            self._lacks("higher_order")
        paddle.autograd.backward([output], [self._seed(cotangent)], retain_graph=retain_graph)

    def gradient(
        self, output: Any, wrt: Handles, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, allow_unused: bool = False
    ) -> tuple[Any, ...]:
        """`paddle.grad`."""
        if create_graph:
            self._lacks("higher_order")
        return tuple(paddle.grad([output], list(wrt), [self._seed(cotangent)], retain_graph=retain_graph, allow_unused=allow_unused))

    def grad(self, leaf: Any) -> np.ndarray | None:
        """A copy of `leaf.grad`."""
        return None if leaf.grad is None else self._backend.numpy(leaf.grad)

    def slot(self, leaf: Any) -> Any:
        """`leaf.grad`."""
        return leaf.grad

    def assign_grad(self, leaf: Any, gradient: Any) -> None:
        """`leaf.grad = gradient`."""
        leaf.grad = gradient

    def clear_grad(self, leaf: Any) -> None:
        """`leaf.clear_gradient(False)`, which leaves None; without `False` it sets zeros."""
        leaf.clear_gradient(False)

    def zero_grad(self, leaf: Any) -> None:
        """`leaf.clear_gradient()`."""
        if leaf.grad is not None:
            leaf.clear_gradient()

    def no_grad(self) -> AbstractContextManager[Any]:
        """`paddle.no_grad()`."""
        return self.grad_mode(False)

    def grad_mode(self, recording: bool) -> AbstractContextManager[Any]:
        """`paddle.enable_grad()` or `paddle.no_grad()`."""
        made: AbstractContextManager[Any] = paddle.enable_grad() if recording else paddle.no_grad()
        return made

    def set_recording(self, recording: bool) -> None:
        """`paddle.set_grad_enabled`."""
        paddle.set_grad_enabled(recording)

    def is_recording(self) -> bool:
        """`paddle.is_grad_enabled()`."""
        return bool(paddle.is_grad_enabled())

    def requires_grad(self, handle: Any) -> bool:
        """`not tensor.stop_gradient`."""
        return not handle.stop_gradient

    def is_leaf(self, handle: Any) -> bool:
        """`tensor.is_leaf`."""
        return bool(handle.is_leaf)

    def has_history(self, handle: Any) -> bool:
        """Not a leaf."""
        return not handle.is_leaf

    def set_requires_grad(self, handle: Any, flag: bool) -> None:
        """`tensor.stop_gradient = not flag`."""
        handle.stop_gradient = not flag

    def hook(self, handle: Any, function: Hook) -> Callable[[], None]:
        """`tensor.register_hook`."""
        registered = handle.register_hook(function)
        return lambda: registered.remove() and None

    def detach(self, handle: Any) -> Any:
        """`tensor.detach()`."""
        return handle.detach()

    def value(self, handle: Any) -> np.ndarray:
        """A copy."""
        return self._backend.numpy(handle)

    def _seed(self, cotangent: Any) -> Any:
        return paddle.to_tensor(np.array(cotangent, order="C")) if isinstance(cotangent, np.ndarray | np.generic) else cotangent


def sentence_of(error: Exception) -> str:
    """What paddle says of a gap, without the address in its own code: "(NotFound) The kernel ... is not registered. [Hint: ...]"."""
    return f"paddle: {str(error).partition(') ')[2].partition('.')[0]}."
