"""Standalone scripts: they run without the harness, pass on a right library and fail on a wrong one."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from harness.backends import BackendError, load_backend
from harness.program import Case, Input, Instruction, Program, single
from harness.running.claims import CLAIMS, claim
from harness.running.judge import run_case
from harness.running.printed import printed_program
from harness.running.script import shows, standalone_script
from harness.verdict import Result, Verdict
from tests.running.test_judge import EXP
from tests.running.toy import Toy

CASE = Case(
    law="",
    subject=single("multiply", ((2, 3), (3,)), ("primal", "primal")),
    backend="torch",
    device="cpu",
    dtype="float64",
    primals=(np.arange(6.0).reshape(2, 3) - 2.5, np.array([0.5, -1.0, 2.0])),
    differentiable=(0, 1),
    tangents=(np.ones((2, 3)), np.array([1.0, 2.0, -1.0])),
    cotangents=(np.array([[1.0, -1.0, 2.0], [0.5, 3.0, -2.0]]),),
    layouts=("permuted", "strided", "offset", "contiguous", "contiguous"),
)
SPOILED = {
    "jvp-eq-fd": ("return [numpy(tangent) for", "return [1.001 * numpy(tangent) for"),
    "grad-form": ("return torch.autograd.grad(", "return torch.zeros(9), torch.autograd.grad("),
    "repeatable": ("return torch.autograd.grad(", "return torch.rand(2, 3), torch.rand(3), torch.autograd.grad("),
    "vjp-zero": ("return torch.autograd.grad(", "return torch.ones(2, 3), torch.ones(3), torch.autograd.grad("),
    "vjp-linear": ("actual = flat(", "actual = 1.001 * flat("),
    "jvp-jvp-eq-fd": ("flat([numpy(tangent) for", "1 + flat([numpy(tangent) for"),
    "hessian-symmetric": ("inner(hvp(f, x, w, v), u), ", "1 + inner(hvp(f, x, w, v), u), "),
    "primals-alone": ("flat([alone(k)", "flat([1.001 * alone(k)"),
    "outputs-alone": ("sum(only(k)", "sum(1.001 * only(k)"),
    "calls-apart": ("flat(vjp(both", "1.001 * flat(vjp(both"),
    "inputs-not-mutated": ("raw_vjp(f, x, w)\nchanged", "raw_vjp(f, x, w)\nx[0].mul_(2)\nchanged"),
    "forward-routes-agree": ("flat(numpy(each) for", "1.001 * flat(numpy(each) for"),
    "layout-independent": ("flat(vjp(f, x, w)), flat(", "1.001 * flat(vjp(f, x, w)), flat("),
}
SCALED = ("else numpy(g) for", "else 1.001 * numpy(g) for")


def script_of(law: str) -> str:
    case = msgspec.structs.replace(CASE, law=law)
    result = run_case(load_backend("torch"), case)
    assert result.verdict is Verdict.HOLDS
    told = msgspec.structs.replace(result, tolerance=1e-9 if result.tolerance in (None, 0.0) else result.tolerance)
    return standalone_script(load_backend("torch"), case, told, "a title")


@pytest.mark.parametrize("law", list(CLAIMS))
def test_a_script_passes_on_a_right_library(law: str):
    exec(compile(script_of(law), law, "exec"), {})


@pytest.mark.parametrize("law", list(CLAIMS))
def test_a_script_fails_on_a_wrong_library(law: str):
    right = script_of(law)
    wrong = right.replace(*SPOILED.get(law, SCALED))
    assert wrong != right
    with pytest.raises(AssertionError):
        exec(compile(wrong, law, "exec"), {})


def test_a_script_defines_nothing_that_it_does_not_call():
    assert "def raw_jvp" not in script_of("vjp-eq-fd")
    assert "def form" not in script_of("vjp-eq-fd")
    assert "def raw_vjp" not in script_of("jvp-eq-fd")
    assert "def form" in script_of("grad-form")


def test_a_script_imports_nothing_of_ours():
    assert "harness" not in script_of("vjp-eq-fd")


def test_a_script_of_an_exception_lets_it_happen():
    result = Result(law="vjp-eq-fd", verdict=Verdict.BROKEN, pattern="raises RuntimeError")
    exec(compile(standalone_script(load_backend("torch"), CASE, result, "a title"), "raises", "exec"), {})


def test_there_is_no_script_where_the_backend_has_no_source_to_offer():
    assert standalone_script(Toy(), EXP, run_case(Toy(), EXP), "a title") == ""


def test_a_program_prints_as_a_function_of_the_library():
    assert printed_program(load_backend("torch"), CASE.subject) == "def f(x0, x1):\n    v0 = torch.multiply(x0, x1)\n    return v0,\n"


def test_a_program_unpacks_the_only_result_of_an_op_that_returns_several():
    steps = (Instruction("unstack", ("x0",), ("v0",), {"axis": 0}), Instruction("negative", ("v0",), ("v1",)))
    text = printed_program(load_backend("torch"), Program((Input("x0", (1, 2)),), steps, ("v1",)))
    assert "    (v0,) = torch.unbind(x0, dim=0)\n" in text
    names = {"torch": torch}
    exec(text, names)
    assert names["f"](torch.ones(1, 2))[0].tolist() == [-1.0, -1.0]


def test_a_script_that_does_not_show_its_finding_is_told_apart():
    right = script_of("vjp-eq-fd")
    assert not shows(right, load_backend("torch"))
    assert shows(right.replace(*SCALED), load_backend("torch"))


@pytest.mark.parametrize("law", ["hvp-eq-fd", "jvp-jvp-eq-fd"])
@pytest.mark.parametrize("name", ["autograd", "mlx", "jax", "tensorflow", "paddle"])
def test_a_script_of_a_second_derivative_passes_and_fails_in_every_library_that_is_here(name: str, law: str):
    try:
        backend = load_backend(name)
    except BackendError as absent:
        pytest.skip(str(absent))
    dtype = backend.dtypes(backend.devices()[0])[0]
    case = msgspec.structs.replace(EXP, law=law, backend=name, device=backend.devices()[0], dtype=dtype, layouts=())
    result = run_case(backend, case)
    if result.verdict is Verdict.UNSUPPORTED:
        pytest.skip(result.reason)
    assert result.verdict is Verdict.HOLDS
    right = standalone_script(backend, case, result, "a title")
    exec(compile(right, name, "exec"), {})
    with pytest.raises(AssertionError):
        exec(compile(right.replace("= flat(", "= 1.001 * flat("), name, "exec"), {})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e-12])
def test_a_claim_writes_numbers_that_are_not_finite_as_source(number):
    text = claim(Result(law="hessian-symmetric", verdict=Verdict.BROKEN, actual=number, expected=0.0, tolerance=number))
    line = next(line for line in text.splitlines() if "tolerance =" in line)
    given = {"inner": lambda left, right: 0.0, "hvp": lambda *args: None, **dict.fromkeys("fxwvu")}
    exec(line, given)
    assert repr(given["tolerance"]) == repr(number)
