"""Complex numbers on a tape: the gradient of a real loss points where it grows fastest.

x.grad = dL/dRe x + i dL/dIm x;     f holomorphic:  x.grad = conj(f'(x)) w;     a real leaf has a real gradient

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html#autograd-for-complex-numbers
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends import Unsupported
from properties.laws.tape.deeds import Expect, Family, Stage

_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#autograd-for-complex-numbers"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
POINT = np.array([1 + 2j, -0.5j, 3.0])
complex_tapes = Family("complex tapes", _NOTES)


def _point(stage: Stage, *ops: str) -> Any:
    """A complex leaf, where the backend has complex numbers and the ops."""
    if "complex" not in stage.backend.capabilities:
        raise Unsupported(f"backend {stage.backend.name} does not offer 'complex'.")
    stage.needs_ops(*ops)
    return stage.tape.leaf(POINT)


def _square(stage: Stage, z: Any) -> Any:
    """|z|^2, real, summed."""
    return stage.tape.apply("sum", stage.tape.apply("real", stage.times(z, stage.tape.apply("conj", z))))


@complex_tapes.law(
    "complex-grad-convention",
    "The gradient of a real loss is its derivative by the real part plus i times that by the imaginary part.",
    "d |z|^2: 2 z",
    faults=["complex-conjugated", "complex-halved"],
)
def convention(stage: Stage, expect: Expect) -> None:
    z = _point(stage, "real", "conj")
    stage.tape.backward(_square(stage, z))
    expect(stage.holds(z, 2 * POINT), f"the gradient of |z|^2 is {stage.tape.grad(z)}, not 2 z")


@complex_tapes.law(
    "complex-holomorphic",
    "The gradient of a holomorphic function is its derivative, conjugated.",
    "d z^2: conj(2 z) w",
    faults=["complex-conjugated"],
)
def holomorphic(stage: Stage, expect: Expect) -> None:
    z, w = _point(stage), np.array([1, 1j, 2 - 1j])
    stage.tape.backward(stage.times(z, z), w)
    expect(stage.holds(z, np.conj(2 * POINT) * w), f"the gradient of z^2 with cotangent {w} is {stage.tape.grad(z)}")


@complex_tapes.law(
    "complex-implicit-seed",
    "A complex output of one element needs a cotangent; a complex one for a real output is refused.",
    "backward(z) raises for a complex z",
    source=f"{_TEST} (test_complex_scalar_backward)",
    faults=["complex-seed-one", "complex-seed-real-part"],
)
def seeds(stage: Stage, expect: Expect) -> None:
    z = _point(stage, "real", "conj")
    expect.refusal(lambda: stage.tape.backward(stage.tape.apply("sum", z)), "a complex output needed no cotangent")
    loss = _square(stage, z)
    expect.refusal(lambda: stage.tape.backward(loss, np.array(1j)), "a complex cotangent was accepted for a real output")
    stage.tape.backward(stage.tape.apply("sum", z), np.array(2 - 1j))
    expect(stage.holds(z, np.full(3, 2 - 1j)), f"a complex cotangent of 2 - i through a sum gives {stage.tape.grad(z)}")


@complex_tapes.law(
    "complex-real-leaf-real-grad",
    "A real leaf in a complex graph has a real gradient.",
    "d Re(c x) / dx = Re c",
    source=f"{_TEST} (test_copy_r_to_c, test_to_r_to_c)",
    faults=["complex-slots"],
)
def real_leaf(stage: Stage, expect: Expect) -> None:
    c = _point(stage, "real")
    x = stage.tape.leaf(np.array([1.0, 2.0, 3.0]))
    stage.tape.backward(stage.tape.apply("sum", stage.tape.apply("real", stage.times(x, c))))
    slot = stage.tape.grad(x)
    expect(
        slot is not None and slot.dtype == np.float64 and np.array_equal(slot, POINT.real), f"a real leaf times complex numbers has gradient {slot}"
    )
    expect(stage.holds(c, np.array([1.0 + 0j, 2, 3])), f"the complex leaf beside it has gradient {stage.tape.grad(c)}")


@complex_tapes.law(
    "complex-real-detour",
    "A real function computed by way of complex numbers has the gradient of the real one.",
    "d Re((x + 0i)^2) / dx = 2 x",
    faults=["complex-detour-doubled"],
)
def detour(stage: Stage, expect: Expect) -> None:
    _point(stage, "complex", "real", "imag")
    tape, numbers = stage.tape, np.array([1.0, -2.0, 0.5])
    x, y = tape.leaf(numbers), tape.leaf(2 * numbers)
    z = tape.apply("complex", x, y)
    tape.backward(tape.apply("sum", stage.plus(tape.apply("real", stage.times(z, z)), tape.apply("imag", z))))
    expect(stage.holds(x, 2 * numbers), f"the gradient of Re z^2 + Im z by x is {tape.grad(x)}, not 2 x")
    expect(stage.holds(y, 1 - 4 * numbers), f"by y it is {tape.grad(y)}, not 1 - 2 y")


@complex_tapes.law("complex-descent", "Against the gradient a real loss falls, for small steps.", "L(z - t g) < L(z)", faults=["complex-conjugated"])
def descends(stage: Stage, expect: Expect) -> None:
    z = _point(stage, "real", "conj")
    stage.tape.backward(_square(stage, z))
    gradient = stage.tape.grad(z)
    lower = np.abs(POINT - 0.125 * np.asarray(gradient))
    expect(bool(np.all(lower < np.abs(POINT))), f"a step against the gradient changes |z| from {np.abs(POINT)} to {lower}")


@complex_tapes.law(
    "complex-conj-view",
    "conj, real and imag are linear over the reals: their adjoints conjugate, and embed.",
    "conj^T = conj, real^T w = w, imag^T w = i w",
    source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.conj.html",
    faults=["complex-conjugated"],
)
def parts(stage: Stage, expect: Expect) -> None:
    w, v = np.array([1, 1j, 2 - 1j]), np.array([1.0, -2.0, 4.0])
    for op, seed, due in (("conj", w, np.conj(w)), ("real", v, v + 0j), ("imag", v, 1j * v)):
        z = _point(stage, op)
        stage.tape.backward(stage.tape.apply(op, z), seed)
        expect(stage.holds(z, due), f"the gradient of {op} with cotangent {seed} is {stage.tape.grad(z)}, not {due}")


LAWS = complex_tapes.laws
