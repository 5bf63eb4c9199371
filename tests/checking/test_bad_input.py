"""What cannot be checked is told in one sentence with a remedy: misuse as an exception, a function's own doing as a report."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, cycle
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from harness import BackendError, LawBroken, Verdict, check_gradients  # noqa: E402 (after the skip)

X = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
LAWS = ["vjp-eq-fd", "vjp-linear", "inputs-not-mutated"]


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (lambda: check_gradients(X, X), TypeError, r"function=\.\.\.\) must be callable; got tensor.* Pass the function itself"),
        (lambda: check_gradients(lambda x: None, X), TypeError, r"must return a floating-point array of backend torch; it returned None\. Return"),
        (lambda: check_gradients(lambda x: x.sum().item(), X), TypeError, r"it returned float 1\.5"),
        (lambda: check_gradients(lambda x: x.argmax(), X), TypeError, r"it returned Tensor tensor\(2\)"),
        (lambda: check_gradients(lambda x: x.numpy(), X), TypeError, r"it returned ndarray"),
        (lambda: check_gradients(abs, 3), TypeError, r"must be arrays of a known backend; got int\. Pass such arrays, or backend=NAME\."),
        (lambda: check_gradients(abs, np.ones(2)), TypeError, r"got ndarray\. Pass such arrays, or backend=NAME\."),
        (lambda: check_gradients(torch.sin), TypeError, r"must be arrays of a known backend; got nothing\."),
        (lambda: check_gradients(abs, torch.arange(3)), TypeError, r"a floating-point array to differentiate; got Tensor of torch\.int64\."),
        (lambda: check_gradients(lambda x, y: x * y, X, X.float()), ValueError, r"one floating-point dtype; got x: float64, y: float32\. Cast"),
        (lambda: check_gradients(lambda x, y: x, X, X.to("meta")), ValueError, r"must be on one device; got x: cpu, y: meta\. Move them to one\."),
        (
            lambda: check_gradients(lambda x: x, X.to(torch.float8_e5m2)),
            ValueError,
            r"a dtype that torch differentiates \(float64, .*\); got float8_e5m2",
        ),
        (lambda: check_gradients(torch.sin, X, laws="vjp-eq-df"), ValueError, r"'default' or 'all'; got 'vjp-eq-df'\. Did you mean vjp-eq-fd"),
        (lambda: check_gradients(torch.sin, X, laws="zzz"), ValueError, r"got 'zzz'\. See them with: autograd-harness list laws\."),
        (lambda: check_gradients(torch.sin, X, laws="tape"), ValueError, r"got 'tape'\. It is a law of the tape, which needs a program"),
        (lambda: check_gradients(torch.sin, X, laws=[]), ValueError, r"must name at least one law; got none\."),
        (lambda: check_gradients(torch.sin, X, backend="troch"), BackendError, r"no backend is called 'troch'\. Did you mean 'torch'\?"),
        (
            lambda: check_gradients(lambda x: x, X, wrt="y"),
            ValueError,
            r"must name floating-point primals or parameters \(x\), or be positions; got 'y'",
        ),
        (lambda: check_gradients(lambda x: x, X, wrt=4), ValueError, r"or be positions; got 4"),
        (lambda: check_gradients(torch.sin, X, kwargs=[1]), TypeError, r"kwargs=\.\.\.\) must be a mapping of keyword arguments; got \[1\] \(list\)"),
        (lambda: check_gradients(torch.sin, X, probes=0), ValueError, r"probes=\.\.\.\) must be a positive integer; got 0 \(int\)\."),
        (lambda: check_gradients(torch.sin, X, probes=True), ValueError, r"got True \(bool\)\."),
        (lambda: check_gradients(torch.sin, X, seed=-1), ValueError, r"seed=\.\.\.\) must be an integer >= 0; got -1 \(int\)\."),
        (lambda: check_gradients(torch.sin, X, resolution=0), ValueError, r"resolution=\.\.\.\) must be a positive number; got 0 \(int\)\."),
        (lambda: check_gradients(torch.sin, X, max_time=float("nan")), ValueError, r"max_time=\.\.\.\) must be a positive number; got nan"),
    ],
)
def test_misuse_is_an_exception_of_one_sentence_with_a_remedy(call: Callable[[], Any], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as raised:
        call()
    assert "\n" not in str(raised.value)


SIZES, CALLS = cycle((1, 2)), count()


def rarely_random(x: Any) -> Any:
    """Every fifth call gives another value."""
    return x**2 if next(CALLS) % 5 else x**3


def raises_near(x: Any) -> Any:
    if not torch.equal(x.detach(), X):
        raise ValueError("only one point will do")
    return x**2


def raises_beyond(x: Any) -> Any:
    if bool((x > X).any()):
        raise ValueError("too far")
    return x**2


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: x * torch.rand(()), r"the function is random: two calls at the same primals differ by .* relative\. Fix its seed"),
        (lambda x: x[: next(SIZES)], r"the function is random: two calls at the same primals returned different shapes\. Fix its seed\."),
        (rarely_random, r"the function is random: two calls at the same primals differ by .* relative\."),
        (lambda x: torch.log(-x.abs()), r"output 0 holds NaN at these primals; move them into the function's domain\."),
        (lambda x: (x, x / 0), r"output 1 holds infinity at these primals"),
        (lambda x: x.reshape(7), r"the function raises RuntimeError at these primals: shape '\[7\]' is invalid for input of size 3\."),
        (raises_near, r"the function raises ValueError beside these primals: only one point will do\."),
        (raises_beyond, r"the edge of its domain \(ValueError: too far\)|the function raises ValueError beside these primals: too far\."),
    ],
    ids=["random", "random shape", "rarely random", "NaN", "infinity", "raises", "raises nearby", "raises on one side"],
)
def test_what_a_function_does_itself_is_inconclusive_with_its_reason(function: Any, said: str) -> None:
    report = check_gradients(function, X, laws="vjp-eq-fd")
    assert report.verdict is Verdict.INCONCLUSIVE
    with pytest.raises(LawBroken, match=said) as undecided:
        report.require_holds()
    assert "could not be decided: 1 of 1 laws are open" in str(undecided.value)


def test_primals_packed_as_gradcheck_takes_them_are_told_to_be_given_one_by_one() -> None:
    said = r"the function raises TypeError at these primals: .* Several primals are given one by one: check_gradients\(function, x, y\)\."
    for packed in ((X,), [X, X]):
        with pytest.raises(LawBroken, match=said):
            check_gradients(lambda x: torch.sin(x), packed).require_holds()
    with pytest.raises(LawBroken) as apart:
        check_gradients(lambda x, y: torch.linalg.cross(x, y), X, X[:2]).require_holds()
    assert "one by one" not in str(apart.value)


def test_arrays_of_single_precision_that_a_function_closes_over_are_told_to_be_given_as_constants() -> None:
    x, weight = X.float(), torch.tensor([[1.5, -0.5], [2.0, 0.25], [1.0, -1.0]])
    with pytest.raises(LawBroken, match=r"raises RuntimeError where the oracle follows it in float64: .* those of kwargs=\{\.\.\.\} are constants\."):
        check_gradients(lambda x: x @ weight, x, laws="vjp-eq-fd").require_holds()
    assert check_gradients(lambda x, weight: x @ weight, x, kwargs={"weight": weight}, laws="vjp-eq-fd").verdict is Verdict.HOLDS


def test_a_function_that_detaches_is_broken_and_the_cause_is_named() -> None:
    report = check_gradients(lambda x: (x**2).detach(), X, laws="vjp-eq-fd")
    assert report.verdict is Verdict.BROKEN
    with pytest.raises(LawBroken, match=r"the backend sees no dependence on the primals, yet the function varies: \.detach\(\)"):
        report.require_holds()


def test_a_function_that_changes_its_argument_breaks_the_law_that_says_so_and_nothing_else_is_decided() -> None:
    given = X.clone()
    report = check_gradients(lambda x: x.mul_(2), given, laws=LAWS)
    assert [result.verdict for result in report.results] == [Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE, Verdict.BROKEN]
    assert torch.equal(given, X), "the user's own tensor is never touched"
    with pytest.raises(LawBroken, match=r"the function changes its argument x in place, so that f\(x\) has no fixed x; clone it first"):
        report.require_holds()
