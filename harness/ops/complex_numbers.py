"""Complex numbers: parts, conjugates, polar form; ops that lead from real to complex operands and back.

complex(x, y) = x + i y;   polar(r, phi) = r exp(i phi);   angle(z) = arg z
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.forms import binary, unary
from harness.ops.margins import from_the_cut, smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values
from harness.ops.sources import array_api, torch_docs

F = "complex_numbers"


def _complex(x: np.ndarray, y: np.ndarray) -> Any:
    return x + 1j * y


def _polar(x: np.ndarray, y: np.ndarray) -> Any:
    return x * np.exp(1j * y)


def _from_zero(values: Values, params: Params) -> float:
    return smallest(np.abs(values[0]))


def _sgn(z: np.ndarray) -> Any:
    return z / np.abs(z)


def _view_as_real(z: np.ndarray) -> Any:
    return np.stack((z.real, z.imag), axis=-1)


def _paired(shapes: Shapes, params: Params) -> Shapes:
    return ((*shapes[0], 2),)


def _view_as_complex(x: np.ndarray) -> Any:
    return x[..., 0] + 1j * x[..., 1]


def _pairs(choose: Choose, first: Shape | None) -> Shapes:
    if first is not None and (first[-1:] != (2,) or 0 in first):
        raise DoesNotFit
    return ((*choose.shape(max_rank=2, min_side=1), 2) if first is None else first,)


def _unpaired(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][:-1],)


X = (Operand("x"),)
OPS = (
    unary("conj", F, np.conj, array_api("conj"), complex=True),
    unary("real", F, np.real, array_api("real"), complex=True),
    Op("imag", F, np.imag, X, array_api("imag"), complex=True, real=False),
    Op("angle", F, np.angle, X, torch_docs("angle"), margin=from_the_cut, complex=True, real=False),
    Op("sgn", F, _sgn, X, torch_docs("sgn"), margin=_from_zero, complex=True, real=False),
    binary("complex", F, _complex, torch_docs("complex")),
    binary("polar", F, _polar, torch_docs("polar")),
    Op("view_as_real", F, _view_as_real, X, torch_docs("view_as_real"), result_shapes=_paired, complex=True, real=False),
    Op("view_as_complex", F, _view_as_complex, X, torch_docs("view_as_complex"), _pairs, result_shapes=_unpaired),
)
