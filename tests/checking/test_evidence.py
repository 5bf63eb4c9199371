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
        return w * None  # unsupported operand type(s)


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
        (RuntimeError("This function doesn't handle types other than float and double"), True),
        (RuntimeError("this function handles no such sizes"), False),
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


@pytest.mark.parametrize("function", [torch.relu, torch.abs])
@pytest.mark.parametrize("entries", [[0.0, 0.0, 0.0], [0.0, 1.0, -1.0]], ids=["all zero", "one zero"])
def test_at_a_kink_of_the_first_order_there_is_no_second_order_to_ask_about(function: Any, entries: list[float]) -> None:
    report = check_gradients(function, torch.tensor(entries, dtype=torch.float64))
    assert report.verdict is Verdict.HOLDS
    reasons = {answer.law.name: answer.result.reason for answer in report.left_out}
    assert reasons["hvp-eq-fd"] == "the function has a kink at these primals, where there is no second derivative."


def test_a_second_order_that_is_open_without_a_kink_stays_open() -> None:
    [result] = check_gradients(torch.sin, X, laws="hvp-eq-fd", resolution=1e-300).results
    assert result.verdict is Verdict.INCONCLUSIVE


class Entry(Dead):
    """relu, wrong in its last entry."""

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return (x > 0) * w * torch.tensor([1, 1, 1.5], dtype=x.dtype)


def test_a_finding_says_which_entry_is_wrong_under_its_arguments_own_name() -> None:
    [result] = check_gradients(Entry.apply, X, laws="vjp-eq-fd").results
    assert result.where.startswith("d out[2] / d x[2]: actual 1.5, expected 1")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_tries_other_directions_before_it_gives_up(dtype: Any) -> None:
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0)).to(dtype)
    assert [check_gradients(torch.sin, x, seed=seed).verdict for seed in range(3)] == [Verdict.HOLDS] * 3


def test_a_probe_is_seen_again_by_its_own_seed() -> None:
    name = "vjp-eq-fd"
    case = check_gradients(Entry.apply, X, laws=name, seed=3, probes=2).cases[name]
    again = check_gradients(Entry.apply, X, laws=name, seed=case.seed).cases[name]
    assert case.tangents[0].tolist() == again.tangents[0].tolist()


def test_a_lazy_module_that_was_never_called_is_told_in_one_sentence() -> None:
    module = torch.nn.LazyLinear(2, dtype=torch.float64)
    said = r"must be a module whose parameters have shapes; weight, bias of LazyLinear have none yet\. Call it once on the primals first\."
    with pytest.raises(ValueError, match=said):
        check_gradients(module, X)
    module(X)
    assert check_gradients(module, X, laws="vjp-eq-fd").verdict is Verdict.HOLDS


def test_the_traceback_of_a_broken_law_ends_in_the_users_own_line() -> None:
    with pytest.raises(LawBroken) as raised:
        assert_gradients(Entry.apply, X, laws="vjp-eq-fd")
    assert [entry.path.name for entry in raised.traceback.filter(raised) if hasattr(entry.path, "name")][-1] == "test_evidence.py"


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
