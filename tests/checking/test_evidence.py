"""No evidence is no pass: a check in which no derivative was compared does not hold, whatever else holds."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from harness import LawBroken, Verdict, assert_gradients, check_gradients  # noqa: E402 (after the skip)
from harness.checking.survey import Evidence  # noqa: E402
from harness.verdict import Result  # noqa: E402
from properties.laws import laws  # noqa: E402
from properties.laws.answers import says_so  # noqa: E402

X = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)


class Unwritten(torch.autograd.Function):
    """x^2, whose backward is still to be written."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        raise NotImplementedError("todo")


class Slip(Unwritten):
    """A backward with a mistake whose message looks like a refusal."""

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        return w * ctx.saved_tensors  # a tuple


class Dead(torch.autograd.Function):
    """relu with a wrong slope, which the points below do not show."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, 7 * w, 0 * w)


class Forward(torch.autograd.Function):
    """sin with a jvp of its own, which torch ignores in forward mode inside forward mode."""

    @staticmethod
    def forward(x: Any) -> Any:
        return torch.sin(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        return w * torch.cos(ctx.saved_tensors[0])

    @staticmethod
    def jvp(ctx: Any, v: Any) -> Any:
        return v * torch.cos(ctx.saved_tensors[0])


def test_a_backward_that_is_not_written_is_unsupported_and_does_not_pass() -> None:
    report = check_gradients(Unwritten.apply, X)
    assert report.verdict is Verdict.UNSUPPORTED
    assert "UNSUPPORTED in backend torch" in str(report).splitlines()[0]
    with pytest.raises(
        LawBroken, match=r"Unwritten\.apply\(x\): no derivative was compared: .*NotImplementedError: todo\. Give the function"
    ) as raised:
        assert_gradients(Unwritten.apply, X)
    assert "\n" not in str(raised.value)


def test_a_slip_in_a_backward_is_broken_whatever_its_words() -> None:
    report = check_gradients(Slip.apply, X, laws=["vjp-eq-fd", "backward-answers"])
    assert [result.verdict for result in report.results] == [Verdict.BROKEN, Verdict.BROKEN]
    assert "TypeError" in report.results[0].reason


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (TypeError("unsupported operand type(s) for *"), False),
        (AttributeError("not implemented"), False),
        (NameError("not supported"), False),
        (IndexError("not supported"), False),
        (KeyError("unsupported"), False),
        (RuntimeError("CUDA error: operation not supported"), False),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("the derivative for 'x' is not implemented"), True),
        (NotImplementedError("todo"), True),
    ],
)
def test_a_refusal_is_told_from_a_slip(error: Exception, refusal: bool) -> None:
    assert says_so(error) is refusal


@pytest.mark.parametrize(
    ("function", "primals"),
    [
        (Dead.apply, -X.abs()),
        (torch.sin, torch.zeros(0, 3, dtype=torch.float64)),
        (lambda x: torch.ones(3, dtype=torch.float64) + 0 * x.detach(), X),
    ],
    ids=["dead side", "no elements", "constant"],
)
def test_a_check_that_compared_nothing_is_inconclusive(function: Any, primals: Any) -> None:
    report = check_gradients(function, primals)
    assert report.verdict is Verdict.INCONCLUSIVE
    with pytest.raises(LawBroken, match=r": nothing was compared: the derivative vanishes here .*Draw other points, where the function varies\.$"):
        report.require_holds()


def test_a_linear_function_whose_second_derivative_vanishes_holds() -> None:
    assert check_gradients(lambda x: 3 * x, X).verdict is Verdict.HOLDS


@pytest.mark.parametrize("function", [Forward.apply, torch.nn.LayerNorm(3, dtype=torch.float64)], ids=["jvp", "layer_norm"])
def test_forward_mode_inside_forward_mode_is_asked_for_by_name_only(function: Any) -> None:
    x = torch.stack([X, X**2])
    assert check_gradients(function, x).verdict is Verdict.HOLDS
    assert check_gradients(function, x, laws=["vjp-eq-fd", "jvp-jvp-eq-fd"]).verdict is Verdict.BROKEN
    assert "jvp-jvp-eq-fd" in check_gradients(function, x, laws="all").cases


def test_a_function_that_reads_every_entry_has_nothing_idle_to_ask_about() -> None:
    [result] = check_gradients(torch.sin, X, laws="no-influence-no-gradient").results
    assert (result.verdict, result.reason) == (Verdict.UNSUPPORTED, "every entry of the primals has influence on the output.")
    [result] = check_gradients(lambda x: x[1:], X, laws="no-influence-no-gradient").results
    assert (result.verdict, result.comparisons) == (Verdict.HOLDS, 1)


def test_reprs_of_a_report_and_its_answers_are_short() -> None:
    report = check_gradients(Forward.apply, torch.ones(1000, dtype=torch.float64), laws=["vjp-eq-fd", "batched-jvp-eq-loop"])
    assert repr(report) == "Report(Forward.apply: UNSUPPORTED, 2 laws, 0 left out)"
    assert repr(report.answers[1]) == "Answer(batched-jvp-eq-loop: UNSUPPORTED, the function has no `vmap`, which batching needs.)"


def evidence(*, decides: bool, **counts: Any) -> str:
    return Evidence(laws()["vjp-eq-fd"], decides, **counts).verdict(4)


def test_a_law_without_which_nothing_passes_needs_its_points_and_another_only_must_not_be_undecided() -> None:
    assert evidence(decides=True, held=4) == "HOLDS"
    assert evidence(decides=True, held=3, vacuous=9) == "INSUFFICIENT EVIDENCE"
    assert evidence(decides=False, held=1, vacuous=2, unasked=1, unsupported="no") == "HOLDS"
    assert evidence(decides=False, vacuous=4) == "NOTHING TO COMPARE"
    assert evidence(decides=False, unasked=4, unsupported="no") == "UNSUPPORTED"
    undecided = Evidence(laws()["vjp-linear"])
    for _ in range(4):
        undecided.see(None, _open())  # type: ignore[arg-type]
    assert undecided.verdict(4) == "INSUFFICIENT EVIDENCE"


def _open() -> Any:
    class Open:
        result = Result(law="vjp-linear", verdict=Verdict.INCONCLUSIVE, reason="noise")

    return Open()
