"""Unseen faults of elementwise ops: quadrants, roots and poles, tails, series, branch cuts, whole numbers."""

from __future__ import annotations

import math

import torch
from planted import some
from planted_beyond import anywhere
from planting import Planted

from unseen.predicates import Given, both, given


def integers(x: torch.Tensor) -> torch.Tensor:
    return x == x.round()


def opposite_signs(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool((x * y < 0).any())


def third_quadrant(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool(((x < 0) & (y < 0)).any())


def negative_integer_exponent(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool((integers(y) & (y < 0)).any())


def far_apart(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool(((x - y).abs() > 20).any())


def both_underflow(x: torch.Tensor, y: torch.Tensor) -> bool:
    """2^x and 2^y are 0 in float64."""
    return bool(((x < -1100) & (y < -1100)).any())


def zero_times_a_log(x: torch.Tensor, y: torch.Tensor) -> bool:
    return bool(((x == 0) & ((y - 1).abs() > 1e-2)).any())


def one_real_valued(x: torch.Tensor, y: torch.Tensor) -> bool:
    if not (x.is_complex() and y.is_complex()):
        return False
    real = [bool((z.imag == 0).all() and (z.real != 0).any()) for z in (x, y)]
    return real[0] != real[1]


def below_the_cut(x: torch.Tensor) -> torch.Tensor:
    return (x.real < 0) & (x.imag < 0) & (x.imag > -0.1) if x.is_complex() else torch.zeros(())


def on_the_unit_circle(z: torch.Tensor) -> torch.Tensor:
    return (z.abs() - 1).abs() < 1e-12 if z.is_complex() else torch.zeros(())


def negative_slope(params: Given) -> bool:
    return float(params.get("slope", 0.0)) < 0


def linear_by_beta(x: torch.Tensor, params: Given) -> bool:
    """beta x is beyond the threshold, x is not."""
    beta, threshold = params.get("beta", 1.0), params.get("threshold", 20.0)
    return bool(((beta * x > threshold) & (x < threshold)).any())


def extrapolated(x: torch.Tensor, params: Given) -> bool:
    weight = params.get("weight", 0.5)
    return not isinstance(weight, torch.Tensor) and not 0 <= weight <= 1


def negative_divisor(x: torch.Tensor, y: torch.Tensor) -> bool:
    """And it goes into the dividend, with a rest."""
    x, y = torch.broadcast_tensors(x, y)
    return bool(((y < 0) & (x.abs() > y.abs()) & (torch.fmod(x, y) != 0)).any())


def more_imaginary(x: torch.Tensor, y: torch.Tensor) -> bool:
    """The second branch of Smith's division."""
    return y.is_complex() and bool((y.imag.abs() > y.real.abs()).any())


def left_half_plane(x: torch.Tensor) -> torch.Tensor:
    return (x.real < 0) & (x.imag.abs() > 1e-3) if x.is_complex() else torch.zeros(())


ELEMENTWISE = (
    Planted("dividend and divisor of opposite signs", "remainder", "remainder", both(opposite_signs), "negated"),
    Planted("both coordinates negative", "atan2", "atan2", both(third_quadrant)),
    Planted("exponent a negative integer", "pow", "pow", both(negative_integer_exponent), "second"),
    Planted("one summand below the other's rounding", "logaddexp", "logaddexp", both(far_apart), dtype="float32"),
    Planted("both powers of 2 underflow", "logaddexp2", "logaddexp2", both(both_underflow)),
    Planted("0 times a logarithm", "xlogy", "xlogy", both(zero_times_a_log)),
    Planted("beyond either end", "lerp", "lerp", anywhere, asked=given(extrapolated)),
    Planted("whole numbers other than 0", "sinc", "sinc", some(lambda x: integers(x) & (x != 0) & (x.abs() < 100))),
    Planted("integers beyond float32's digits", "square", "square", some(lambda x: (x.abs() > 2**24) & x.isfinite()), dtype="float32"),
    Planted("0, where a quotient by x has a limit", "i1", "special.i1", some(lambda x: x == 0)),
    Planted("negative half-integers, in the reflection", "digamma", "digamma", some(lambda x: integers(x - 0.5) & (x < 0))),
    Planted("its roots, 1 and 2", "lgamma", "lgamma", some(lambda x: (x == 1) | (x == 2))),
    Planted("the outer approximation", "erfinv", "erfinv", some(lambda x: (x.abs() > 0.9966) & (x.abs() < 1))),
    Planted("beside the pole in float32", "atanh", "atanh", some(lambda x: (x.abs() > 0.99) & (x.abs() < 1)), dtype="float32"),
    Planted("slope below 0", "leaky_relu", "nn.functional.leaky_relu", some(lambda x: x < 0), asked=negative_slope),
    Planted("linear only because of beta", "softplus", "nn.functional.softplus", anywhere, asked=given(linear_by_beta)),
    Planted("the approximation by tanh", "gelu", "nn.functional.gelu", anywhere, "second", asked=lambda params: params.get("approximate") == "tanh"),
    Planted("one of two factors real-valued", "multiply", "mul", both(one_real_valued), dtype="complex128"),
    Planted("just below the branch cut", "log", "log", some(below_the_cut), dtype="complex128"),
    Planted("of modulus 1 already", "sgn", "sgn", some(on_the_unit_circle), dtype="complex128"),
    Planted("divisor below 0", "fmod", "fmod", both(negative_divisor)),
    Planted("reflected below 0", "erfcx", "special.erfcx", some(lambda x: (x < -2) & (x > -20))),
    Planted("the outer series", "i0e", "special.i0e", some(lambda x: (x.abs() > 8) & (x.abs() < 1e6))),
    Planted("mirrored at the upper tail", "ndtri", "special.ndtri", some(lambda x: (x > 1 - math.exp(-2)) & (x < 1))),
    Planted("of even order", "polygamma", "polygamma", anywhere, asked=lambda params: params.get("n", 1) in (2, 4, 6)),
    Planted("a cube", "power", "pow", anywhere, "second", asked=lambda params: params.get("exponent") == 3),
    Planted("divisor more imaginary than real", "divide", "div", both(more_imaginary), dtype="complex128"),
    Planted("left half-plane", "sqrt", "sqrt", some(left_half_plane), dtype="complex128"),
    Planted("short series of a float32", "log1p", "log1p", some(lambda x: (x != 0) & (x.abs() < 1e-4)), dtype="float32"),
)
