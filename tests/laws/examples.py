"""Cases written by hand, with numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np

from harness.program import Case, Input, Instruction, Program, single


def case_of(
    program: Program, primals: tuple[np.ndarray, ...], cotangents: tuple[np.ndarray, ...], *, dtype: str = "float64", law: str = "", seed: int = 3
) -> Case:
    """A contiguous case on the CPU; the tangents are Gaussian."""
    positions = program.primal_positions
    rng = np.random.default_rng(seed)
    tangents = tuple(rng.standard_normal(primals[i].shape).astype("float16").astype("float64") for i in positions)
    return Case(
        law=law,
        subject=program,
        backend="torch",
        device="cpu",
        dtype=dtype,
        primals=primals,
        differentiable=positions,
        tangents=tangents,
        cotangents=cotangents,
        layouts=("contiguous",) * (len(primals) + len(cotangents) + len(tangents)),
        seed=seed,
    )


def product(dtype: str = "float64") -> Case:
    """f(x, y) = x y with x = (2, 3; 4, 5), y = (10, 20): the gradients for w = 1 are (10, 20; 10, 20) and (6, 8)."""
    program = single("multiply", ((2, 2), (2,)), ("primal", "primal"))
    return case_of(program, (np.array([[2.0, 3.0], [4.0, 5.0]]), np.array([10.0, 20.0])), (np.ones((2, 2)),), dtype=dtype)


def signed_product() -> Case:
    """As `product`, with cotangents of both signs and large ones."""
    case = product()
    program = case.subject
    assert isinstance(program, Program)
    return case_of(program, case.primals, (np.array([[-1.0, 300.0], [0.5, -2.0]]),))


def cube() -> Case:
    """f(x) = x x x with x = (1, -2, 3): f' = 3 x^2 = (3, 12, 27) and f'' = 6 x."""
    steps = (Instruction("multiply", ("x0", "x0"), ("v0",)), Instruction("multiply", ("v0", "x0"), ("v1",)))
    return case_of(Program((Input("x0", (3,)),), steps, ("v1",)), (np.array([1.0, -2.0, 3.0]),), (np.array([1.0, -2.0, 4.0]),))


def constant() -> Case:
    """A program that does not depend on its primal at all."""
    inputs = (Input("x0", (2,)), Input("x1", (2,), "constant"))
    program = Program(inputs, (Instruction("multiply", ("x1", "x1"), ("v0",)),), ("v0",))
    return case_of(program, (np.array([1.0, 2.0]), np.array([3.0, 4.0])), (np.array([1.0, -1.0]),))


def head() -> Case:
    """f(x) = x[:2] x[:2] with x = (3, -1, 7): the gradient for w = (1, -2) is (6, 4, 0); nothing depends on the last entry."""
    steps = (Instruction("slice", ("x0",), ("v0",), {"slices": ((0, 2, 1),)}), Instruction("multiply", ("v0", "v0"), ("v1",)))
    return case_of(Program((Input("x0", (3,)),), steps, ("v1",)), (np.array([3.0, -1.0, 7.0]),), (np.array([1.0, -2.0]),))


def matrix_product() -> Case:
    """f(x, y) = x y of numbers that take all the bits of float32."""
    rng = np.random.default_rng(11)
    x, y, w = (rng.standard_normal(shape).astype("float32").astype("float64") for shape in ((3, 4), (4, 2), (3, 2)))
    return case_of(single("matmul", ((3, 4), (4, 2)), ("primal", "primal")), (x, y), (w,), dtype="float32")


CASES = (product(), signed_product(), cube(), head(), product("float32"))
