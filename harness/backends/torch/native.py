"""The native source: every differentiable entry of torch's own OpInfo database as subjects, for what the catalogue does not name.

    function(*primals) -> differentiable outputs        constants, indices and keywords of the sample filled in, in the precision of the primals

The database is internal to torch (`torch.testing._internal`) and may change: everything that touches it is in this file.
Source: https://github.com/pytorch/pytorch/blob/main/torch/testing/_internal/opinfo/core.py
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import torch
from torch.utils import _pytree as trees

from harness.backends.protocol import Unsupported
from harness.backends.torch.native_source import written_call
from harness.program.nesting import flatten

_IN_DOUBLE: dict[Any, torch.dtype] = {
    torch.float16: torch.float64,
    torch.bfloat16: torch.float64,
    torch.float32: torch.float64,
    torch.complex32: torch.complex128,
    torch.complex64: torch.complex128,
}


@dataclass(frozen=True)
class Sample:
    """One call of one op: `function` of the differentiable tensors among its arguments. `forward` tells whether torch claims forward mode.

    `written()` is the function as source, empty where it has none. `wrapped`: the database does more than call the op, such as to put 0 where a mask
    is false.
    """

    op: str
    index: int
    function: Callable[..., tuple[torch.Tensor, ...]]
    primals: tuple[torch.Tensor, ...]
    forward: bool
    written: Callable[[], str] = str
    wrapped: bool = False

    @property
    def name(self) -> str:
        return f"{self.op}#{self.index}"


@cache
def native_ops(dtype: str | None = "float64", device: str = "cpu") -> tuple[Any, ...]:
    """The entries that support autograd in `dtype`; with None in any.

    Raises:
        Unsupported: this torch has no such database, or its test dependency is missing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # building the database exercises deprecated functions
            from torch.testing._internal.common_methods_invocations import op_db
    except ImportError as error:
        raise Unsupported(f"torch's OpInfo database cannot be loaded ({error}); pip install expecttest.") from None
    kind = torch.device(device).type
    return tuple(op for op in op_db if op.supports_autograd and (dtype is None or getattr(torch, dtype) in op.supported_dtypes(kind)))


def native_samples(op: Any, *, dtype: str = "float64", device: str = "cpu") -> Iterator[Sample]:
    """The differentiable samples of one entry."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = list(op.sample_inputs(device, getattr(torch, dtype), requires_grad=True))
    for index, sample in enumerate(drawn):
        primals, rebuild = _split((sample.input, sample.args, sample.kwargs))
        if primals:
            function = _differentiable_part(_function(op, sample, rebuild), primals)
            source = partial(written_call, op, sample, function, primals)
            yield Sample(op.formatted_name, index, function, primals, bool(op.supports_forward_ad), source, _is_wrapped(op))


def _is_wrapped(op: Any) -> bool:
    return op.gradcheck_wrapper is not type(op).__dataclass_fields__["gradcheck_wrapper"].default


def _function(op: Any, sample: Any, rebuild: Callable[..., Any]) -> Callable[..., tuple[torch.Tensor, ...]]:
    call, wrapper, process = op.op, op.gradcheck_wrapper, sample.output_process_fn_grad

    def function(*primals: torch.Tensor) -> tuple[torch.Tensor, ...]:
        given, args, kwargs = rebuild(*primals)
        return _tensors(process(wrapper(call, given, *args, **kwargs)))

    return function


def _differentiable_part(
    function: Callable[..., tuple[torch.Tensor, ...]], primals: tuple[torch.Tensor, ...]
) -> Callable[..., tuple[torch.Tensor, ...]]:
    """Only the outputs that torch says depend on the primals: it declares some (saved statistics, indices) to be constants."""
    try:
        outputs = function(*(p.clone().requires_grad_() for p in primals))
    except Exception:  # it wants memory that a copy does not have (as_strided): whoever calls it sees the error, and the other samples go on
        return function
    kept = [i for i, y in enumerate(outputs) if y.requires_grad]

    if len(kept) == len(outputs):
        return function

    def part(*given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs = function(*given)
        return tuple(outputs[i] for i in kept)

    return part


def _split(tree: Any) -> tuple[tuple[torch.Tensor, ...], Callable[..., Any]]:
    """The tensors of `tree` that require grad, and the function that puts others in their place.

    An oracle asks the function of float32 numbers in double precision, where an op refuses to meet constants in float32, or rounds to them.
    """
    nest, leaves, _ = flatten(tree, lambda leaf: isinstance(leaf, torch.Tensor) and leaf.requires_grad)
    doubled = replace(nest, held=tuple(map(_in_double, nest.held)))

    def rebuild(*primals: torch.Tensor) -> Any:
        raised = any(given.dtype is _IN_DOUBLE.get(own.dtype) for given, own in zip(primals, leaves, strict=True))
        return (doubled if raised else nest).fill(primals)

    return tuple(leaf.detach() for leaf in leaves), rebuild


def _in_double(constant: Any) -> Any:
    """A floating-point tensor or dtype in double precision, which holds the same number; anything else as it is."""
    if isinstance(constant, torch.Tensor):
        return constant.to(_IN_DOUBLE.get(constant.dtype, constant.dtype))
    return _IN_DOUBLE.get(constant, constant) if isinstance(constant, torch.dtype) else constant


def _tensors(result: Any) -> tuple[torch.Tensor, ...]:
    if isinstance(result, torch.Tensor):  # nearly always: no tree to walk
        return (result,)
    return tuple(leaf for leaf in trees.tree_flatten(result)[0] if isinstance(leaf, torch.Tensor))
