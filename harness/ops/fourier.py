"""Discrete Fourier transforms along one axis or two; of arrays with elements (Intel's library, which torch calls, refuses others).

fft(x)_k = c sum_j x_j exp(-2 pi i j k / n),      c = 1, 1 / sqrt(n) or 1 / n by `norm`
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.ops.axes import choose_axis, normal_axes, occupied, without_empty_axes
from harness.ops.choose import Choose
from harness.ops.op import Op, Operand, Params, Shapes, same_shape
from harness.ops.sources import array_api

F = "fourier"
X = (Operand("x"),)
NORMS = ("backward", "ortho", "forward")


def _along_an_axis(choose: Choose, shapes: Shapes) -> Params:
    """Length None, or one that cuts the axis or fills it up with zeros."""
    axis = choose_axis(choose, occupied(shapes[0]), len(shapes[0]))
    return {"n": choose.element((None, 3, 4, 1)), "axis": axis, "norm": choose.element(NORMS)}


def _along_a_half_spectrum(choose: Choose, shapes: Shapes) -> Params:
    """As `_along_an_axis`; a spectrum of one element needs a length."""
    params = _along_an_axis(choose, shapes)
    return params | {"n": 2} if params["n"] is None and shapes[0][params["axis"]] == 1 else params


def _length(default: Callable[[int], int], result: Callable[[int], int]) -> Callable[[Shapes, Params], Shapes]:
    def shapes(shapes: Shapes, params: Params) -> Shapes:
        (at,) = normal_axes(params["axis"], len(shapes[0]))
        length = default(shapes[0][at]) if params["n"] is None else params["n"]
        return ((*shapes[0][:at], result(length), *shapes[0][at + 1 :]),)

    return shapes


def _fft2(x: np.ndarray, *, norm: str) -> Any:
    return np.fft.fft2(x, norm=norm)  # type: ignore[arg-type]


def _fftshift(x: np.ndarray, *, axis: int) -> Any:
    return np.fft.fftshift(x, axis)


def _norm(choose: Choose, shapes: Shapes) -> Params:
    return {"norm": choose.element(NORMS)}


def _axis(choose: Choose, shapes: Shapes) -> Params:
    return {"axis": choose_axis(choose, occupied(shapes[0]), len(shapes[0]))}


def _row(name: str, reference: Any, parameters: Any, rule: Any, *, complex: bool = True) -> Op:
    return Op(name, F, reference, X, array_api(f"fft.{name}"), without_empty_axes(1), parameters, rule, complex=complex)


_full = _length(lambda side: side, lambda n: n)
_half = _length(lambda side: side, lambda n: n // 2 + 1)
_from_half = _length(lambda side: 2 * (side - 1), lambda n: n)
OPS = (
    _row("fft", np.fft.fft, _along_an_axis, _full),
    _row("ifft", np.fft.ifft, _along_an_axis, _full),
    _row("rfft", np.fft.rfft, _along_an_axis, _half, complex=False),
    _row("irfft", np.fft.irfft, _along_a_half_spectrum, _from_half),
    _row("hfft", np.fft.hfft, _along_a_half_spectrum, _from_half),
    _row("ihfft", np.fft.ihfft, _along_an_axis, _half, complex=False),
    Op(
        "fft2",
        F,
        _fft2,
        X,
        "https://docs.pytorch.org/docs/stable/generated/torch.fft.fft2.html",
        without_empty_axes(2),
        _norm,
        same_shape,
        complex=True,
    ),
    _row("fftshift", _fftshift, _axis, same_shape),
)
