"""How planted faults fare under torch's own checkers: on plain inputs, and on the samples of torch's own tests.

"found": a checker complains at the edge; "passes": it was there and did not; "not met": no input was at the edge; "no entry": OpInfo lacks the op
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import torch
from native_cases import verdict_only
from planting import Fault, Planted
from torch.utils import _pytree as trees

from harness.backends import load_backend
from harness.backends.torch.native import native_ops
from harness.ops.catalogue import lookup
from harness.ops.choose import DoesNotFit
from harness.ops.op import Op, Params, Shapes
from harness.strategies.choose import NotDrawn, RandomChoose
from harness.strategies.leaves import draw_index, draw_mask, place
from harness.strategies.operation import small

SAMPLES = 60  # of OpInfo per op
WIDTH = 2.0  # of the uniform inputs, to both sides of 0

Call = Callable[..., Any]
Inputs = tuple[Call, tuple[Any, ...], dict[str, Any]]


def plain(planted: Planted, count: int) -> str:
    """`count` uniform inputs in the op's domain."""
    call = load_backend("torch").op(planted.op)
    return _verdict(planted, ((call, args, params) for args, params in uniform(planted, count) if call is not None))


def opinfo(planted: Planted) -> str:
    """The samples of the op's entry, if it has one."""
    if not planted.opinfo:
        return "no entry"
    entry = next(op for op in native_ops(None) if op.name == planted.opinfo)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        samples = list(islice(entry.sample_inputs("cpu", getattr(torch, planted.dtype), requires_grad=True), SAMPLES))
    return _verdict(planted, ((entry.op, (sample.input, *sample.args), sample.kwargs) for sample in samples))


def uniform(planted: Planted, count: int) -> Iterator[tuple[tuple[Any, ...], Params]]:
    """Operands and parameters for the fault's op, up to `count` times."""
    op, rng = lookup(planted.op), np.random.default_rng(0)
    source = RandomChoose(rng)
    for _ in range(count):
        try:
            shapes = small(op.shapes(source, None))
            params = op.parameters(source, shapes)
            yield tuple(_operand(op, i, shapes, params, source, rng, planted.dtype) for i in range(len(shapes))), params
        except (DoesNotFit, NotDrawn):
            continue


def _operand(op: Op, i: int, shapes: Shapes, params: Params, source: RandomChoose, rng: np.random.Generator, dtype: str) -> torch.Tensor:
    operand = op.operand(i)
    if operand.role == "mask":
        return torch.from_numpy(np.array(draw_mask(source, shapes[i], "random")))
    if operand.role == "index":
        return torch.from_numpy(np.array(draw_index(source, shapes[i], operand.bound(shapes, params) if operand.bound else 1, "random")))
    raw = rng.uniform(-WIDTH, WIDTH, shapes[i]) + (1j * rng.uniform(-WIDTH, WIDTH, shapes[i]) if dtype.startswith("complex") else 0)
    placed = place(np.asarray(raw), operand.domain, dtype)
    if placed is None:
        raise NotDrawn("outside of the domain")
    return torch.from_numpy(np.array(placed)).to(getattr(torch, dtype)).requires_grad_()


def _verdict(planted: Planted, inputs: Iterable[Inputs]) -> str:
    met = False
    for call, args, params in inputs:
        fault = Fault(planted)
        complains = _complains(partial(fault, call), args, params, planted.kind == "second")
        if fault.met and complains and not _complains(call, args, params, planted.kind == "second"):
            return "found"
        met |= bool(fault.met)
    return "passes" if met else "not met"


def _complains(call: Call, args: tuple[Any, ...], params: dict[str, Any], second: bool) -> bool:
    """Whether gradcheck, of both modes, or for a fault of second order gradgradcheck, finds something wrong with `call`."""
    leaves, structure = trees.tree_flatten((args, params))
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor) and leaf.requires_grad]

    def function(*points: torch.Tensor) -> Any:
        filled = list(leaves)
        for i, point in zip(places, points, strict=True):
            filled[i] = point
        given, named = trees.tree_unflatten(filled, structure)
        made = trees.tree_leaves(call(*given, **named))
        return tuple(y for y in made if isinstance(y, torch.Tensor) and (y.is_floating_point() or y.is_complex()))

    points = tuple(leaves[i].detach().clone().requires_grad_() for i in places)
    try:
        with warnings.catch_warnings(), verdict_only():
            warnings.simplefilter("ignore")
            if second:
                return not torch.autograd.gradgradcheck(function, points, raise_exception=False, fast_mode=True)
            return not torch.autograd.gradcheck(function, points, raise_exception=False, fast_mode=True, check_forward_ad=True)
    except Exception:  # whatever is raised has been noticed
        return True
