"""Check a function of your own: from a call with its arguments to a verdict per law."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.backends import Backend
from harness.checking.arguments import Wrt
from harness.checking.check import check
from harness.checking.report import Report
from harness.checking.request import Request
from harness.checking.wording import Answer


def check_gradients(
    function: Callable[..., Any],
    *primals: Any,
    kwargs: Mapping[str, Any] | None = None,
    backend: str | Backend | None = None,
    laws: str | Sequence[str] = "default",
    wrt: Wrt = None,
    probes: int = 1,
    seed: int = 0,
    resolution: float | None = None,
    max_time: float | None = None,
) -> Report:
    """Ask the laws whether the derivatives of `function` at `primals` are right.

    Law: <f'(x)^T w, v> = d/dt <w, f(x + t v)> at t = 0, and the relatives that `autograd-harness list laws` shows

    Args:
        function: Any callable on the backend's arrays: a function, `MyFunction.apply`, a module (its parameters are primals too). It returns arrays,
            nested in tuples, lists and dicts as it likes; integer outputs are ignored.
        primals: The point: arrays, nested likewise; anything else is passed through. NumPy arrays become the backend's.
        kwargs: Keyword arguments of the call; their arrays are constants unless `wrt` names them.
        backend: A name, a Backend, or None to infer it from the primals.
        laws: Names or families of laws, "default" or "all".
        wrt: Positions or names of what to differentiate; None for every floating-point primal and every trained parameter.
        probes: Random directions per law.
        seed: Of the random directions, >= 0.
        resolution: What a comparison must resolve, relative to the derivative's size; None for what the dtype allows.
        max_time: Seconds after which no further law is asked; the rest is INCONCLUSIVE.

    Returns:
        Report: `verdict`, `results` (one per law), `require_holds()`.

    Raises:
        TypeError, ValueError: the call cannot be checked; one sentence with its remedy.
        BackendError: the backend asked for cannot be had.

    Source: docs/reference/python-api.md.
    """
    return check(Request(function, primals, {} if kwargs is None else kwargs, backend, laws, wrt, probes, seed, resolution, max_time))


def assert_gradients(function: Callable[..., Any], *primals: Any, **options: Any) -> None:
    """`check_gradients(...).require_holds()`.

    Raises:
        LawBroken: a law does not hold; the text alone lets a reader understand and reproduce it.
        TypeError, ValueError, BackendError: as `check_gradients`.
    """
    __tracebackhide__ = True
    check_gradients(function, *primals, **options).require_holds()


__all__ = ["Answer", "Report", "Request", "assert_gradients", "check", "check_gradients"]
