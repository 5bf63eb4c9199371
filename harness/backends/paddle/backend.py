"""Paddle as a backend: a tape, reverse mode only.

    vjp:  paddle.grad(outputs, primals, grad_outputs=w, allow_unused=True)        or  backward() into .grad

An exception leaves grad mode off, which `reset` undoes. It dies of some inputs: run it with workers (-n), or as paddle@PYTHON.
Source: https://www.paddlepaddle.org.cn/documentation/docs/en/guides/beginner/autograd_en.html; conventions at kinks: docs/reference/backends.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import paddle

from harness.backends.paddle.script import DERIVATIVES
from harness.backends.paddle.tape import PaddleTape, sentence_of
from harness.backends.paddle.templates import LACKS, TEMPLATES, WORDS
from harness.backends.protocol import Arrays, Description, Function, Hvp, Unsupported, Vjp
from harness.backends.spelled import Spelled, spelling_of
from harness.backends.spelling import numbers
from harness.tape import Tape

paddle.set_device("cpu")


class PaddleBackend(Spelled):
    """The installed Paddle on the CPU."""

    name, version = "paddle", paddle.__version__
    capabilities = frozenset({"reverse_routes", "tape", "second_order"})
    spelling = spelling_of("paddle", TEMPLATES, WORDS, {"paddle": paddle, "np": np}, lacks=LACKS)
    imports, script = "import paddle", DERIVATIVES

    def dtypes(self, device: str) -> tuple[str, ...]:
        """Those with kernels on the CPU."""
        return ("float64", "float32")

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        """A copy."""
        return paddle.to_tensor(np.array(values, dtype=dtype if values.dtype.kind == "f" else values.dtype, order="C"))

    def numpy(self, array: Any) -> np.ndarray:
        """A copy."""
        return np.array(array.numpy())

    def describe(self, array: Any) -> Description:
        """Shape and dtype."""
        if not isinstance(array, paddle.Tensor):
            raise TypeError(f"expected a paddle.Tensor; got {type(array).__name__}")
        return Description(tuple(array.shape), str(array.dtype).removeprefix("paddle."), "cpu")

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `paddle.grad`."""
        leaves = _leaves(primals)
        outputs = tuple(function(*leaves))
        return outputs, _grad(outputs, leaves, cotangents)

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """`paddle.autograd.backward` into `.grad`."""
        return {"paddle.autograd.backward": _by_backward}

    def hvps(self) -> Mapping[str, Hvp]:
        """A tape over a tape; an op without a second derivative says so, which is a gap, not a fault."""
        return {"reverse over reverse": _reverse_over_reverse}

    def tape(self, device: str) -> Tape:
        """`paddle.autograd.backward` into `.grad`."""
        return PaddleTape(self)

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """`paddle.to_tensor(...)`."""
        kind = dtype if values.dtype.kind == "f" else values.dtype.name
        return f"paddle.to_tensor(np.array({numbers(values)}, dtype={kind!r}))"

    def reset(self) -> None:
        """Back to recording."""
        paddle.set_grad_enabled(True)


_NO_SECOND = ("doesn't have any grad op", "Pool op grad grad only supports avgpool")


def _leaves(primals: Arrays) -> Arrays:
    leaves = tuple(primal.detach().clone() for primal in primals)
    for leaf in leaves:
        leaf.stop_gradient = leaf.dtype not in (paddle.float64, paddle.float32)
    return leaves


def _by_backward(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    leaves = _leaves(primals)
    outputs = tuple(function(*leaves))
    roots, seeds = _roots(outputs, cotangents)
    if roots:
        paddle.autograd.backward(roots, seeds)
    return outputs, tuple(leaf.grad for leaf in leaves)


def _reverse_over_reverse(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    leaves = _leaves(primals)
    outputs = tuple(function(*leaves))
    try:
        return _grad(_grad(outputs, leaves, cotangents, create_graph=True), leaves, tangents)
    except (RuntimeError, ValueError) as error:
        if any(words in str(error) for words in _NO_SECOND):  # a gap, not a fault
            raise Unsupported(sentence_of(error)) from error
        raise


def _grad(outputs: Arrays, leaves: Arrays, cotangents: Arrays, *, create_graph: bool = False) -> Arrays:
    roots, seeds = _roots(outputs, cotangents)
    return tuple(paddle.grad(roots, list(leaves), seeds, create_graph=create_graph, allow_unused=True)) if roots else (None,) * len(leaves)


def _roots(outputs: Arrays, cotangents: Arrays) -> tuple[list[Any], list[Any]]:
    """The outputs that depend on anything, each once, as paddle wants them, and their cotangents, added up."""
    sums: dict[int, tuple[Any, Any]] = {}
    for y, w in zip(outputs, cotangents, strict=True):
        if y is not None and not y.stop_gradient:
            sums[id(y)] = (y, sums[id(y)][1] + w if id(y) in sums else w)
    return [y for y, _ in sums.values()], [w for _, w in sums.values()]
