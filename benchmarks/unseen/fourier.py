"""Unseen faults of Fourier transforms: lengths asked for, and lengths and axes of a kind."""

from __future__ import annotations

import torch
from planted_beyond import anywhere
from planting import Planted

from unseen.predicates import Given, along, axes_of, given, length


def odd_length(params: Given) -> bool:
    n = params.get("n")
    return isinstance(n, int) and n > 1 and n % 2 == 1


def filled_up(params: Given) -> bool:
    x, n = params.get(0), params.get("n")
    return isinstance(x, torch.Tensor) and isinstance(n, int) and n > x.shape[params.get("axis", -1)] > 0


def large_prime(x: torch.Tensor, axis: int) -> bool:
    n = x.shape[axis]
    return n > 10 and all(n % k for k in range(2, n))


def two_of_a_spectrum(x: torch.Tensor, params: Given) -> bool:
    """The result is of length 2: a constant and the highest frequency, and none between them."""
    n, side = params.get("n"), length(x, params.get("axis"))
    return (n == 2 and side > 1) or (n is None and side == 2)


def scaled_and_cut(x: torch.Tensor, params: Given) -> bool:
    n = params.get("n")
    return params.get("norm") == "forward" and isinstance(n, int) and n < length(x, params.get("axis"))


def of_odd_length(x: torch.Tensor, params: Given) -> bool:
    return any(x.shape[a] % 2 == 1 and x.shape[a] > 1 for a in axes_of(x, params.get("axis")))


def halved_axis_not_the_last(x: torch.Tensor, params: Given) -> bool:
    axes = params.get("axes")
    return isinstance(axes, tuple | list) and len(axes) > 0 and x.ndim > 1 and axes[-1] % x.ndim != x.ndim - 1


FOURIER = (
    Planted("odd length from a half spectrum", "irfft", "fft.irfft", anywhere, asked=odd_length),
    Planted("nothing between first and last frequency", "irfft", "fft.irfft", anywhere, asked=given(two_of_a_spectrum)),
    Planted("filled up with zeros", "rfft", "fft.rfft", anywhere, asked=filled_up),
    Planted("prime length beyond 10", "fft", "fft.fft", anywhere, dtype="complex128", asked=along(large_prime)),
    Planted("norm forward, cut short", "ifft", "fft.ifft", anywhere, dtype="complex128", asked=given(scaled_and_cut)),
    Planted("odd length", "ifftshift", "", anywhere, asked=given(of_odd_length)),
    Planted("halved axis not the last", "irfftn", "fft.irfftn", anywhere, asked=given(halved_axis_not_the_last)),
)
