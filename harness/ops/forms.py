"""The usual forms of ops, so that a catalogue row says only what is particular.

unary: y[i] = f(x[i])        binary: z[i] = f(x[i], y[i]) after broadcasting        reduction: y = f(x along axis)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.ops.axes import any_axes, reduced
from harness.ops.broadcasting import broadcast_result, broadcast_shapes
from harness.ops.choose import Choose, Shape
from harness.ops.domain import REALS, Domain
from harness.ops.margins import Margin
from harness.ops.op import Op, Operand, Params, Shapes, elementwise_shapes, no_params, smooth

Reference = Callable[..., Any]
Parameters = Callable[[Choose, Shapes], Params]


def unary(
    name: str,
    family: str,
    reference: Reference,
    source: str,
    domain: Domain = REALS,
    *,
    margin: Margin = smooth,
    parameters: Parameters = no_params,
    complex: bool = False,
) -> Op:
    """An elementwise op of one operand."""
    return Op(name, family, reference, (Operand("x", domain),), source, parameters=parameters, margin=margin, complex=complex)


def binary(
    name: str,
    family: str,
    reference: Reference,
    source: str,
    x: Domain = REALS,
    y: Domain = REALS,
    *,
    margin: Margin = smooth,
    parameters: Parameters = no_params,
    complex: bool = False,
) -> Op:
    """An elementwise op of two operands that broadcast."""
    return Op(
        name,
        family,
        reference,
        (Operand("x", x), Operand("y", y)),
        source,
        shapes=broadcast_shapes,
        parameters=parameters,
        result_shapes=broadcast_result,
        margin=margin,
        complex=complex,
    )


def reduction(
    name: str,
    reference: Reference,
    source: str,
    *,
    shapes: Callable[[Choose, Shape | None], Shapes] = elementwise_shapes,
    parameters: Parameters = any_axes,
    margin: Margin = smooth,
    complex: bool = False,
) -> Op:
    """An op that folds axes of its one operand."""
    return Op(
        name,
        "reductions",
        reference,
        (Operand("x"),),
        source,
        shapes=shapes,
        parameters=parameters,
        result_shapes=reduced,
        margin=margin,
        complex=complex,
    )


def one_of(**options: tuple[Any, ...]) -> Parameters:
    """Parameters that do not depend on the shapes: per name its options, the simplest first."""
    return lambda choose, shapes: {name: choose.element(values) for name, values in options.items()}
