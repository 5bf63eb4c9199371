"""torch's several ways to the same derivative: `.backward()`, transforms, compositions of modes, batches.

    H v = d/dt f'(x + t v)^T w:   reverse over reverse = forward over reverse = reverse over forward

Source: https://docs.pytorch.org/docs/stable/func.api.html
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import torch
from torch.autograd import forward_ad

from harness.backends.protocol import Arrays, Function, Hvp, Unsupported
from harness.backends.torch.limits import limits_told


@cache
def load_forward_mode() -> None:
    """Let torch load its forward-mode decompositions now: on first use it warns of a function of its own, which is none of the user's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with forward_ad.dual_level():
            forward_ad.make_dual(torch.zeros(()), torch.zeros(()))


def forward_mode(primals: Arrays) -> None:
    """Make forward mode ready for `primals`.

    Raises:
        Unsupported: elements of a primal share memory. torch gives the tangent the primal's strides and stops with "more than one element of the
            written-to tensor refers to a single memory location".
    """
    load_forward_mode()
    if any(p.numel() and 0 in (step for step, side in zip(p.stride(), p.shape, strict=True) if side > 1) for p in primals):
        raise Unsupported("torch's forward mode takes no primal whose elements share memory (stride 0); clone it.")


def recorded(outputs: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """The outputs that have a graph, and their cotangents; torch refuses the others."""
    kept = [(y, w) for y, w in zip(outputs, cotangents, strict=True) if y.requires_grad]
    return tuple(y for y, _ in kept), tuple(w for _, w in kept)


def vjp_by_backward(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """`torch.autograd.backward`, read from `.grad`."""
    leaves = tuple(primal.detach().requires_grad_() for primal in primals)
    outputs = function(*leaves)
    roots, seeds = recorded(outputs, cotangents)
    if roots:
        torch.autograd.backward(roots, seeds)
    return outputs, tuple(leaf.grad for leaf in leaves)


def vjp_by_transform(function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    """`torch.func.vjp`."""
    transformed: Any = torch.func.vjp(function, *primals)  # its type also covers the form with an auxiliary output
    outputs, pull_back = transformed
    return outputs, pull_back(cotangents)


def batched_vjp(function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
    """`torch.autograd.grad(..., is_grads_batched=True)`; cotangents and gradients have a leading batch axis."""
    leaves = tuple(primal.detach().requires_grad_() for primal in primals)
    roots, seeds = recorded(function(*leaves), cotangents)
    if not roots:
        return (None,) * len(leaves)
    with limits_told():
        return torch.autograd.grad(roots, leaves, seeds, allow_unused=True, is_grads_batched=True)


def batched_jvp(function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """`torch.func.vmap` over the tangents of `torch.func.jvp`."""
    forward_mode(primals)
    one: Any = lambda *v: torch.func.jvp(function, primals, v)[1]  # noqa: E731 (a lambda, since vmap inspects nothing and a def would need a name)
    return tuple(torch.func.vmap(one, randomness="same")(*tangents))  # one function for all: what it draws under its own seed, it draws once


def jvp_by_duals(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    """`torch.autograd.forward_ad`; an output without a tangent does not depend on the primals: its tangent is zero."""
    forward_mode(primals)
    with forward_ad.dual_level():
        duals = (forward_ad.make_dual(p.detach(), t) for p, t in zip(primals, tangents, strict=True))
        unpacked = [forward_ad.unpack_dual(output) for output in function(*duals)]
    return tuple(d.primal for d in unpacked), tuple(torch.zeros_like(d.primal) if d.tangent is None else d.tangent for d in unpacked)


def jvp_by_transform(function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
    """`torch.func.jvp`."""
    forward_mode(primals)
    transformed: Any = torch.func.jvp(function, primals, tangents)
    outputs, results = transformed
    return tuple(outputs), tuple(results)


def _reverse_over_reverse(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    return _differentiated_again(function, primals, cotangents, (tangents,))


def third(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
    """Reverse mode three times, twice with `create_graph=True`: the gradient of <u, H v>."""
    return _differentiated_again(function, primals, cotangents, (tangents, others))


def _differentiated_again(function: Function, primals: Arrays, cotangents: Arrays, directions: Sequence[Arrays]) -> Arrays:
    """The gradient of <w, f>, then for each of `directions` in turn the gradient of what there is times it."""
    leaves = tuple(primal.detach().requires_grad_() for primal in primals)
    roots, seeds = recorded(function(*leaves), cotangents)
    if not roots:
        return (None,) * len(leaves)
    tracked = _tracked(seeds)
    with limits_told():
        found = torch.autograd.grad(roots, leaves, tracked, create_graph=True, allow_unused=True)
    for order, along in enumerate(directions, start=2):
        again = [(g, v) for g, v in zip(found, along, strict=True) if g is not None and g.requires_grad]
        if not again:
            return _no_further_derivative(found, order)
        read, tracked = tracked, _tracked([v for _, v in again])
        with limits_told():
            asked = torch.autograd.grad([g for g, _ in again], [*leaves, *read], tracked, create_graph=order <= len(directions), allow_unused=True)
        if all(w is None for w in asked[len(leaves) :]):
            return _no_further_derivative(found, order)
        found = asked[: len(leaves)]
    return found


def _tracked(arrays: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    """Leaves, by which it is seen whether a derivative, which is linear in them, was recorded."""
    return [array.detach().requires_grad_() for array in arrays]


def _no_further_derivative(gradients: Arrays, order: int) -> Arrays:
    """Zeros where every gradient vanishes; any other is linear in w, and if torch sees no dependence on w, it cannot differentiate the backward."""
    if any(g is not None and bool(torch.any(g != 0)) for g in gradients):
        raise Unsupported(f"the backward of the function cannot be differentiated again, so that it has no {_ORDERS[order]} derivative.")
    return (None,) * len(gradients)


def _forward_over_reverse(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    forward_mode(primals)
    gradient: Any = lambda *x: torch.func.vjp(function, *x)[1](cotangents)  # noqa: E731
    return tuple(torch.func.jvp(gradient, primals, tangents)[1])


def _reverse_over_forward(function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays) -> Arrays:
    forward_mode(primals)
    tangent: Any = lambda *x: torch.func.jvp(function, x, tangents)[1]  # noqa: E731
    return tuple(torch.func.vjp(tangent, *primals)[1](cotangents))


def nested_jvp(function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
    """Forward over forward: the output tangents of x -> f'(x) v along `others`."""
    forward_mode(primals)
    tangent: Any = lambda *x: torch.func.jvp(function, x, tangents)[1]  # noqa: E731
    return tuple(torch.func.jvp(tangent, primals, others)[1])


_ORDERS = {2: "second", 3: "third"}
HVPS: dict[str, Hvp] = {
    "reverse over reverse": _reverse_over_reverse,
    "forward over reverse": _forward_over_reverse,
    "reverse over forward": _reverse_over_forward,
}
