"""Right functions that torch cannot differentiate in every way, and what a check says of them: no finding, and the reason once."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from torch.utils.checkpoint import checkpoint  # noqa: E402 (after the skip)

from harness import LawBroken, Verdict, check_gradients  # noqa: E402
from harness.checking import Report  # noqa: E402

X = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64)


def left_out(report: Report) -> dict[str, str]:
    return {answer.law.name: answer.result.reason for answer in report.left_out}


def test_a_checkpointed_function_holds_and_what_transforms_do_not_support_is_left_out() -> None:
    report = check_gradients(lambda x: checkpoint(torch.sin, x, use_reentrant=False), X)
    assert report.verdict is Verdict.HOLDS, str(report)
    routes = check_gradients(lambda x: checkpoint(torch.sin, x, use_reentrant=False), X, laws="reverse-routes-agree")
    assert routes.verdict is Verdict.HOLDS


def test_a_wrong_function_under_a_checkpoint_is_broken_all_the_same() -> None:
    def wrong(x: Any) -> Any:
        return checkpoint(lambda x: torch.sin(x) * torch.cos(x).detach(), x, use_reentrant=False)

    assert check_gradients(wrong, X, laws="vjp-eq-fd").verdict is Verdict.BROKEN


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad=True")
def test_a_reentrant_checkpoint_is_unsupported_and_one_sentence_says_why() -> None:
    report = check_gradients(lambda x: checkpoint(torch.sin, x, use_reentrant=True), X)
    assert report.verdict is Verdict.UNSUPPORTED, str(report)
    with pytest.raises(LawBroken) as told:
        report.require_holds()
    assert str(told.value).count("use_reentrant=True") == 1
    assert "pass use_reentrant=False to have its derivatives checked." in str(told.value)


def test_a_function_that_takes_no_strided_primals_leaves_that_law_out_with_the_reason() -> None:
    report = check_gradients(lambda x: x.view(-1) ** 2, X)
    assert report.verdict is Verdict.HOLDS, str(report)
    assert left_out(report)["layout-independent"].startswith("the function itself takes no strided primals: view size is not compatible")


class ReadsMemory(torch.autograd.Function):
    """Flattens its primal as view does, and reads the cotangent's memory as if it were row-major."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.shape = x.shape
        return x.view(-1).clone().view(x.shape)

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        return torch.as_strided(w, ctx.shape, torch.empty(ctx.shape).stride(), 0)


def test_a_backward_that_misreads_a_strided_cotangent_is_broken_though_the_forward_takes_no_strided_primal() -> None:
    assert check_gradients(ReadsMemory.apply, X, laws="layout-independent").verdict is Verdict.BROKEN


class ReadsMemoryForward(torch.autograd.Function):
    """Doubles what lies in its primal's memory, as if that were row-major; its gradient is right."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return 2 * torch.as_strided(x, x.shape, torch.empty(x.shape).stride(), x.storage_offset())

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        return 2 * w


def test_a_forward_that_misreads_a_strided_primal_is_broken_though_its_gradient_is_right() -> None:
    assert check_gradients(ReadsMemoryForward.apply, X, laws="layout-independent").verdict is Verdict.BROKEN


def in_strided_memory(other: Any) -> Any:
    """2 x and its gradient in contiguous memory, and `other` in any other."""
    return lambda x: 2 * x if x.is_contiguous() else other(x)


@pytest.mark.parametrize(
    "function",
    [
        in_strided_memory(lambda x: (2 * x).float()),
        in_strided_memory(lambda x: 2 * x + (2 * x.float() - 2 * x).detach()),
        in_strided_memory(lambda x: 2 * x * (1 + 1e-9)),
        in_strided_memory(lambda x: 2 * x * (1 + torch.sin(1e12 * x).detach())),
        lambda x: 2 * x if x.storage_offset() == 0 else 2.001 * x,
    ],
    ids=["another dtype", "rounded to single", "off by 1e-9", "other numbers at every x", "behind an offset"],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_function_that_is_another_one_in_strided_memory_is_broken(function: Any, seed: int) -> None:
    assert check_gradients(function, X / 3, laws="layout-independent", seed=seed).verdict is Verdict.BROKEN


@pytest.mark.parametrize("function", [torch.sqrt, lambda x: torch.special.xlogy(x, x), lambda x: x**0.25], ids=["sqrt", "x log x", "fourth root"])
def test_where_the_slope_is_infinite_no_law_is_broken_and_the_reason_is_told(function: Any) -> None:
    report = check_gradients(function, torch.tensor([0.0, 4.0, 0.0], dtype=torch.float64))
    assert Verdict.BROKEN not in [result.verdict for result in report.results], str(report)
    reasons = {answer.law.name: answer.result.reason for answer in report.answers}
    assert reasons["vjp-zero"].startswith("the function's slope is infinite at these primals (entry 0 of input 0)")
    assert report.verdict is Verdict.INCONCLUSIVE


class NanAtZero(torch.autograd.Function):
    """x sqrt(x), whose slope at 0 is 0; NaN comes back."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**1.5

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return w * 1.5 * x / x.sqrt()


def test_a_gradient_that_is_not_a_number_where_the_slope_is_finite_is_broken() -> None:
    assert check_gradients(NanAtZero.apply, torch.tensor([0.0, 4.0], dtype=torch.float64), laws="vjp-zero").verdict is Verdict.BROKEN


class Stale(torch.autograd.Function):
    """Keeps x on the class, where the next call overwrites it."""

    seen: Any = None

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        Stale.seen = x
        return x * x

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        return 2 * Stale.seen * w


def test_a_function_that_keeps_its_last_point_on_itself_breaks_a_default_law() -> None:
    report = check_gradients(Stale.apply, X)
    assert [answer.law.name for answer in report.answers if answer.result.verdict is Verdict.BROKEN] == ["calls-apart"]


@pytest.mark.parametrize(
    ("function", "primals", "said"),
    [
        (lambda x, w: x * w, (X,), r"missing 1 required positional argument: 'w'"),
        (lambda x: x, (X, X), r"takes 1 positional argument but 2 were given"),
        (torch.sin, (X, X), r"what sin takes; .*takes 1 positional argument but 2 were given"),
        (torch.nn.Linear(3, 2, dtype=torch.float64), (X, X), r"forward\(\) takes 2 positional arguments but 3 were given"),
        (Stale.apply, (X, X), r"what Stale\.apply takes; .*takes 2 positional arguments but 3 were given"),
    ],
    ids=["too few", "too many", "builtin", "module", "autograd Function"],
)
def test_arguments_that_the_function_does_not_take_are_misuse(function: Any, primals: tuple[Any, ...], said: str) -> None:
    with pytest.raises(TypeError, match=said) as raised:
        check_gradients(function, *primals)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith("Give its arguments, in order.")


def test_a_type_error_of_the_functions_own_is_no_misuse() -> None:
    report = check_gradients(lambda x: x + "one", X, laws="vjp-eq-fd")
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "the function raises TypeError at these primals" in report.results[0].reason


@pytest.mark.parametrize("primal", [X.to_sparse(), X.to("meta")], ids=["sparse", "meta"])
def test_a_primal_without_dense_numbers_is_misuse(primal: Any) -> None:
    with pytest.raises(TypeError, match=r"must be dense arrays of numbers; x is not: .*\. Pass a dense one\.$") as raised:
        check_gradients(lambda x: x * 2, primal)
    assert "\n" not in str(raised.value)


EDGE = torch.tensor([0.30000001, 0.5, -2.0], dtype=torch.float32)


@pytest.mark.parametrize("law", ["vjp-eq-fd", "jvp-eq-fd", "hvp-eq-fd"])
def test_a_shape_that_hangs_on_an_ulp_of_the_primals_is_undecided_with_the_reason(law: str) -> None:
    [result] = check_gradients(lambda x: x[x > 0.3] ** 3, EDGE, laws=law).results
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason == "the function returns arrays of shape [(2,)] beside these primals, of [(1,)] at them: an ulp decides."


def test_a_wrong_gradient_of_a_function_whose_shape_hangs_on_its_data_is_broken_away_from_the_threshold() -> None:
    def half_wrong(x: Any) -> Any:
        kept = x[x > 0.3]
        return kept * kept.detach()

    assert check_gradients(half_wrong, EDGE - 0.1, laws="vjp-eq-fd").verdict is Verdict.BROKEN
