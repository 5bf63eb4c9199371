"""One case, one result: whose fault an exception is."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.running.judge import TOO_LONG, run_case
from harness.running.replay import require_holds
from harness.running.watch import Clock
from harness.verdict import LawBroken, Verdict
from properties.laws.shaking import MULTIPLIED
from tests.running.toy import Array, Toy, Wrong

EXP = Case(
    law="vjp-eq-fd",
    subject=single("exp", ((2,),), ("primal",)),
    backend="tests.running.toy:Wrong",
    device="cpu",
    dtype="float64",
    primals=(np.array([0.5, -1.0]),),
    differentiable=(0,),
    tangents=(np.array([1.0, 2.0]),),
    cotangents=(np.array([1.0, -1.0]),),
    layouts=("contiguous",) * 3,
)


def raising(error: BaseException, *, forward: bool) -> Toy:
    def fails(value: object) -> Array:
        raise error

    backend = Toy()
    backend.ops = Toy.ops | {"exp": fails if forward else lambda x: Array(np.exp(x.value), [(x, fails)])}
    return backend


def interrupted(*, forward: bool) -> Toy:
    """A Ctrl-C arrives while the backend computes."""

    def fails(value: object) -> Array:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the signal was lost")

    backend = Toy()
    backend.ops = Toy.ops | {"exp": fails if forward else lambda x: Array(np.exp(x.value), [(x, fails)])}
    return backend


@contextmanager
def on_ctrl_c(handler: Any) -> Iterator[None]:
    """As the shell may have left it: in a job in the background, ignored."""
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_run_case_holds_on_a_right_backend():
    assert run_case(Toy(), EXP).verdict is Verdict.HOLDS


def test_run_case_is_broken_on_a_wrong_backend():
    assert run_case(Wrong(), EXP).verdict is Verdict.BROKEN


def test_run_case_is_broken_when_the_derivative_raises_and_the_forward_works():
    result = run_case(raising(ValueError("bad stride"), forward=False), EXP)
    assert (result.verdict, result.pattern) == (Verdict.BROKEN, "raises ValueError")
    assert result.reason == "raises ValueError: bad stride; the plain forward works"


def test_run_case_says_so_when_the_derivative_raises_only_as_rounding_is_measured():
    def doubled(x: Array, adjoint: Any) -> Any:
        if not np.array_equal(x.value, EXP.primals[0]):
            error = ValueError("bad stride")
            vars(error)["__notes__"] = ["a note of the library's"]
            raise error
        return 2 * adjoint * np.exp(x.value)

    backend = Toy()
    backend.ops = Toy.ops | {"exp": lambda x: Array(np.exp(x.value), [(x, lambda adjoint: doubled(x, adjoint))])}
    result = run_case(backend, EXP)
    assert (result.verdict, result.pattern) == (Verdict.BROKEN, "raises ValueError")
    assert result.reason == f"raises ValueError: bad stride; the plain forward works. {MULTIPLIED}"


def test_run_case_is_broken_when_forward_mode_over_itself_raises():
    class Nesting(Toy):
        capabilities = frozenset({"second_order", "jvp"})

        def nested_jvp(self, function, primals, tangents, others):
            raise ValueError("no second tangent")

    result = run_case(Nesting(), msgspec.structs.replace(EXP, law="jvp-jvp-eq-fd"))
    assert (result.verdict, result.reason) == (Verdict.BROKEN, "raises ValueError: no second tangent; the plain forward works")


@pytest.mark.parametrize("error", [NotImplementedError("no rule"), RuntimeError("derivative of exp is not implemented"), MemoryError("too large")])
def test_run_case_is_unsupported_when_the_backend_says_so(error: Exception):
    result = run_case(raising(error, forward=False), EXP)
    assert (result.verdict, result.comparisons) == (Verdict.UNSUPPORTED, 0)
    assert result.reason == f"the backend says so itself: {type(error).__name__}: {error}"


def test_run_case_is_unsupported_when_the_forward_fails_already():
    result = run_case(raising(ValueError("no kernel"), forward=True), EXP)
    assert (result.verdict, result.comparisons) == (Verdict.UNSUPPORTED, 0)
    assert result.reason == "the plain forward already raises ValueError: no kernel"


def test_run_case_is_unsupported_when_the_forward_fails_on_the_layout_of_the_primals_alone():
    class Contiguous(Toy):
        def array(self, values, *, dtype, device, layout="contiguous"):
            made = super().array(values, dtype=dtype, device=device)
            made.strided = layout != "contiguous"
            return made

        def vjp(self, function, primals, cotangents):
            return function(*primals), super().vjp(function, primals, cotangents)[1]

    def exp(x):
        if getattr(x, "strided", False):
            raise ValueError("not contiguous")
        return Toy.ops["exp"](x)

    backend = Contiguous()
    backend.ops = Toy.ops | {"exp": exp}
    assert run_case(backend, EXP).verdict is Verdict.HOLDS
    result = run_case(backend, msgspec.structs.replace(EXP, layouts=("stepped", "contiguous", "contiguous")))
    assert (result.verdict, result.comparisons) == (Verdict.UNSUPPORTED, 0)
    assert result.reason == "the plain forward already raises ValueError: not contiguous"


def test_run_case_raises_what_is_our_own_fault_even_from_within_the_backend():
    broken = msgspec.structs.replace(EXP, subject=single("exp", ((2,), (2,)), ("primal", "primal")))
    with pytest.raises(ValueError, match="zip"):
        run_case(Toy(), broken)


def test_run_case_of_an_unknown_law_offers_close_names():
    with pytest.raises(LookupError, match=r"no law is called 'vjp-eq-df'\. Did you mean vjp-eq-fd"):
        run_case(Toy(), msgspec.structs.replace(EXP, law="vjp-eq-df"))


def test_run_case_tells_the_clock_what_the_backend_took():
    clock = Clock()
    run_case(Toy(), EXP, clock)
    assert clock.seconds["backend"] > 0 < clock.seconds["oracle"]
    assert clock.seconds["generation"] == 0


def test_require_holds_says_what_is_wrong():
    with pytest.raises(LawBroken, match=r"gradient of exp\(x0\) is wrong in backend tests.running.toy:Wrong"):
        require_holds(EXP)
    require_holds(msgspec.structs.replace(EXP, backend="tests.running.toy:Toy"))


@pytest.mark.parametrize("error", [SystemExit("the licence has expired"), KeyboardInterrupt("no signal came")])
def test_run_case_is_broken_where_the_derivative_wants_to_end_the_process(error: BaseException):
    result = run_case(raising(error, forward=False), EXP)
    assert (result.verdict, result.pattern) == (Verdict.BROKEN, f"raises {type(error).__name__}")
    assert result.reason == f"raises {type(error).__name__}: {error}; the plain forward works"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_run_case_is_unsupported_where_the_forward_wants_to_end_the_process(error: BaseException):
    result = run_case(raising(error, forward=True), EXP)
    assert result.verdict is Verdict.UNSUPPORTED
    assert result.reason.startswith(f"the plain forward already raises {type(error).__name__}")


@pytest.mark.parametrize("forward", [False, True])
def test_run_case_passes_a_ctrl_c_on_wherever_it_arrives(forward: bool):
    with on_ctrl_c(signal.default_int_handler):
        with pytest.raises(KeyboardInterrupt):
            run_case(interrupted(forward=forward), EXP)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_keyboard_interrupt_is_no_ctrl_c_where_the_shell_ignores_that():
    with on_ctrl_c(signal.SIG_IGN):
        assert run_case(raising(KeyboardInterrupt(), forward=False), EXP).verdict is Verdict.BROKEN


def test_run_case_takes_an_interrupt_in_another_thread_for_the_users():
    ended: list[type] = []

    def judge() -> None:
        try:
            run_case(raising(KeyboardInterrupt(), forward=False), EXP)
        except KeyboardInterrupt:
            ended.append(KeyboardInterrupt)

    with on_ctrl_c(signal.default_int_handler):
        thread = threading.Thread(target=judge)
        thread.start()
        thread.join()
    assert ended == [KeyboardInterrupt]


def test_run_case_puts_the_working_directory_back_and_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    backend = Toy()
    backend.ops = Toy.ops | {"exp": lambda x: (os.chdir("/"), Toy.ops["exp"](x))[1]}
    result = run_case(backend, EXP)
    assert Path.cwd() == tmp_path
    assert (result.verdict, result.comparisons) == (Verdict.UNSUPPORTED, 0)
    assert result.reason == "the call into the backend changed the working directory to '/'; that was undone. Save and restore it."


def test_run_case_gives_a_comparison_up_whose_time_is_over():
    backend, clock = Toy(), Clock()
    clock.until = 0.0
    result = run_case(backend, EXP, clock)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, TOO_LONG)


def test_run_case_gives_up_in_the_middle_of_a_derivative_too():
    clock = Clock()

    def late(value: Array) -> Array:
        clock.until = 0.0
        return Toy.ops["exp"](value)

    backend = Toy()
    backend.ops = Toy.ops | {"exp": late}
    assert run_case(backend, EXP, clock).reason == TOO_LONG


def test_run_case_is_broken_when_a_part_of_the_tape_raises(monkeypatch):
    def fails(*handles: object) -> tuple[object, ...]:
        raise RuntimeError("no lowering")

    torch_backend = load_backend("torch")
    monkeypatch.setattr("harness.backends.torch.compiling._compiled", lambda *_: fails)
    result = run_case(torch_backend, msgspec.structs.replace(EXP, law="traced-op-eq-eager", backend="torch"))
    assert (result.verdict, result.reason) == (Verdict.BROKEN, "raises RuntimeError: no lowering; the plain forward works")
