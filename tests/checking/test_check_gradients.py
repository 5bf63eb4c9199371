"""check_gradients on functions that are right, and on functions that are wrong, each with the law that must see it."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from harness import LawBroken, Report, Verdict, assert_gradients, check_gradients  # noqa: E402 (after the skip)
from harness.backends import load_backend  # noqa: E402
from harness.program.case import from_json, to_json  # noqa: E402
from harness.running.judge import run_case  # noqa: E402
from properties.laws import laws  # noqa: E402

REVERSE = "vjp-eq-fd"
UNASKED = ["primals-alone", "outputs-alone", "no-influence-no-gradient", "masked-nan-harmless"]  # one primal, one output, each entry read


def random(*shape: int, dtype: Any = torch.float64) -> Any:
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(7))


class Square(torch.autograd.Function):
    """x^2; the mistakes below change its backward."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * w


class Absolute(Square):
    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * w.abs()


class SlightlyOff(Square):
    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2.001 * x * w


class Contiguous(Square):
    """Reads the cotangent's memory as if it were row-major."""

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * torch.as_strided(w, w.shape, torch.empty(w.shape).stride(), 0)


class Once(Square):
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * w


def scaled(x: Any, w: Any, *, power: int = 1, shift: Any = 0.0) -> dict[str, Any]:
    """Several outputs, one of them integers."""
    y = (x * w) ** power + shift
    return {"y": y, "largest": y.argmax(), "parts": (y.sum(), [w * 2])}


def test_a_right_function_holds_under_every_default_law() -> None:
    report = check_gradients(torch.softmax, random(3, 2), kwargs={"dim": 0})
    assert report.verdict is Verdict.HOLDS
    offered = load_backend("torch").capabilities
    asked = {law.name for law in laws().values() if law.subject == "op" and law.by_default and not law.ops and law.needs <= offered}
    assert {answer.law.name for answer in (*report.answers, *report.left_out)} == asked
    assert [answer.law.name for answer in report.left_out] == UNASKED
    report.require_holds()


@pytest.mark.parametrize(
    ("function", "law"),
    [(SlightlyOff.apply, REVERSE), (Absolute.apply, "vjp-linear"), (Absolute.apply, REVERSE), (Contiguous.apply, "layout-independent")],
    ids=["factor", "absolute, by linearity", "absolute, by the oracle", "strides ignored"],
)
def test_a_wrong_backward_breaks_its_law(function: Any, law: str) -> None:
    report = check_gradients(function, random(4, 3), laws=law)
    assert [result.verdict for result in report.results] == [Verdict.BROKEN]
    with pytest.raises(LawBroken):
        report.require_holds()


@pytest.mark.parametrize("function", [Square.apply, Once.apply, Square])
def test_a_right_custom_function_holds_and_what_its_author_left_out_is_told(function: Any) -> None:
    report = check_gradients(function, random(4, 3))
    assert report.verdict is Verdict.HOLDS
    assert len(report.results) >= 8
    reasons = {answer.law.name: answer.result.reason for answer in report.left_out}
    assert reasons["jvp-eq-fd"] == "the function has no forward mode: its author wrote no `jvp`."
    assert "grad-form" not in reasons, "a law that also speaks of reverse mode is asked about that"


def test_a_law_that_is_asked_for_by_name_is_not_left_out() -> None:
    report = check_gradients(Square.apply, random(3), laws=["jvp-eq-fd", REVERSE])
    assert [result.verdict for result in report.results] == [Verdict.UNSUPPORTED, Verdict.HOLDS]
    assert report.verdict is Verdict.UNSUPPORTED
    with pytest.raises(LawBroken, match="the function has no forward mode"):
        report.require_holds()


def test_once_differentiable_is_no_wrong_second_derivative() -> None:
    [result] = check_gradients(Once.apply, random(3), laws="hvp-eq-fd").results
    assert (result.verdict, "no second derivative" in result.reason) == (Verdict.UNSUPPORTED, True)


class Frozen(Square):
    """Right once; the second derivative is silently zero."""

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x.detach() * w


class ByNumpy(Square):
    """Right once; torch cannot differentiate it again, and says so when it is asked."""

    @staticmethod
    def backward(ctx: Any, w: Any) -> Any:
        (x,) = ctx.saved_tensors
        return torch.from_numpy(2 * x.detach().numpy() * w.detach().numpy())


@pytest.mark.parametrize(("function", "second"), [(Square, Verdict.HOLDS), (Frozen, Verdict.BROKEN), (ByNumpy, Verdict.UNSUPPORTED)])
def test_a_backward_that_is_right_once_may_be_wrong_twice(function: Any, second: Verdict) -> None:
    first, again = check_gradients(function, random(3), laws=[REVERSE, "hvp-eq-fd"]).results
    assert (first.verdict, again.verdict) == (Verdict.HOLDS, second)


def test_the_text_of_a_broken_law_is_the_whole_finding() -> None:
    with pytest.raises(LawBroken) as broken:
        assert_gradients(SlightlyOff.apply, random(2), laws=REVERSE, seed=3)
    text = str(broken.value)
    assert text.startswith("gradient of SlightlyOff.apply(x) is wrong in backend torch (cpu, float64)\n")
    for part in ("law    ", "actual ", "expected", "discrepancy", "primal x      float64[2] = [", "laws='vjp-eq-fd', seed=3"):
        assert part in text


def test_assert_gradients_says_nothing_of_a_right_function() -> None:
    assert_gradients(torch.sin, random(3), laws="values")


def test_a_module_is_checked_with_its_parameters_and_left_as_it_is() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2), torch.nn.Tanh()).double()
    module[0].bias.requires_grad_(False)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    report = check_gradients(module, random(5, 3), laws=REVERSE)
    assert report.verdict is Verdict.HOLDS
    assert report.arguments.names == (
        "input", "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
    )  # fmt: skip
    assert [report.arguments.names[i] for i in report.arguments.differentiable] == ["input", "0.weight", "1.weight", "1.bias"]
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())


def test_a_wrong_gradient_of_a_parameter_is_found() -> None:
    class Scale(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(random(3))

        def forward(self, x: Any) -> Any:
            return x * (self.weight + self.weight.detach() ** 2)

    assert check_gradients(Scale(), random(3), laws=REVERSE).verdict is Verdict.BROKEN
    assert check_gradients(Scale(), random(3), laws=REVERSE, wrt=0).verdict is Verdict.HOLDS
    assert check_gradients(Scale(), random(3), laws=REVERSE, wrt="weight").verdict is Verdict.BROKEN


def test_nested_arguments_and_outputs_integers_and_plain_objects_pass_through() -> None:
    def function(pair: Any, options: dict[str, Any], rows: Any, scale: float, how: Any) -> Any:
        x, [y] = pair
        return {"sum": how(x * scale)[rows], "index": rows, "rest": (y * options["w"], None, "text")}

    given = ((random(4), [random(2)]), {"w": random(2), "n": 3}, torch.tensor([0, 0, 3]), 2.5, torch.sin)
    report = check_gradients(function, *given, laws=["values", "form"])
    assert report.verdict is Verdict.HOLDS
    assert report.arguments.names == ("pair[0]", "pair[1][0]", "options['w']", "rows")
    assert report.arguments.differentiable == (0, 1, 2)
    assert [len(case.cotangents) for case in report.cases.values()] == [2] * len(report.cases)


def test_arrays_in_keywords_are_constants_unless_wrt_names_them() -> None:
    x, w, shift = random(3), random(3), random(3)
    assert check_gradients(scaled, x, w, kwargs={"power": 2, "shift": shift}, laws=REVERSE).arguments.differentiable == (0, 1)
    report = check_gradients(scaled, x, w, kwargs={"power": 2, "shift": shift}, laws=REVERSE, wrt=["shift", 1])
    assert [report.arguments.names[i] for i in report.arguments.differentiable] == ["w", "shift"]
    assert report.verdict is Verdict.HOLDS


def test_wrt_leaves_a_wrong_gradient_of_another_primal_out() -> None:
    def half(x: Any, w: Any) -> Any:
        return x * w.detach()

    assert check_gradients(half, random(2), random(2), laws=REVERSE).verdict is Verdict.BROKEN
    assert check_gradients(half, random(2), random(2), laws=REVERSE, wrt=0).verdict is Verdict.HOLDS


def test_complex_primals_and_real_outputs_hold() -> None:
    z, a = random(3, dtype=torch.complex128), random(3)
    assert check_gradients(lambda z, a: (z.abs(), a * z * z), z, a, laws=[REVERSE, "linearity"]).verdict is Verdict.HOLDS


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_dtype_is_that_of_the_primals(dtype: Any) -> None:
    report = check_gradients(torch.sin, random(4, dtype=dtype), laws=[REVERSE, "grad-form"])
    assert (report.arguments.dtype, report.verdict) == (str(dtype).removeprefix("torch."), Verdict.HOLDS)


def test_numpy_arrays_become_those_of_the_backend_that_is_named() -> None:
    import numpy as np

    assert check_gradients(torch.sin, np.array([0.5, 1.0]), backend="torch", laws=REVERSE).verdict is Verdict.HOLDS


def test_each_probe_and_law_has_its_own_directions_and_the_same_seed_the_same_ones() -> None:
    x = random(3)
    first, again, other = (check_gradients(torch.sin, x, laws=[REVERSE, "jvp-eq-fd"], seed=seed).cases for seed in (1, 1, 2))
    assert first[REVERSE].id == again[REVERSE].id != other[REVERSE].id
    assert first[REVERSE].tangents[0].tolist() != first["jvp-eq-fd"].tangents[0].tolist()
    assert first[REVERSE].tangents[0].tolist() != other[REVERSE].tangents[0].tolist()


def test_the_worst_of_several_probes_counts() -> None:
    def only_for_positive_cotangents() -> Any:
        class Rectified(Square):
            @staticmethod
            def backward(ctx: Any, w: Any) -> Any:
                (x,) = ctx.saved_tensors
                return 2 * x * w.clamp(min=0)

        return Rectified.apply

    verdicts = [check_gradients(only_for_positive_cotangents(), random(1), laws=REVERSE, seed=seed).verdict for seed in range(8)]
    assert {Verdict.HOLDS, Verdict.BROKEN} <= set(verdicts), "one probe of one entry sees it only by luck"
    assert check_gradients(only_for_positive_cotangents(), random(1), laws=REVERSE, probes=8).verdict is Verdict.BROKEN


def test_a_finer_resolution_than_can_be_had_is_inconclusive_and_a_coarser_one_holds() -> None:
    x = random(3)
    [fine] = check_gradients(torch.sin, x, laws=REVERSE, resolution=1e-300).results
    assert (fine.verdict, fine.reason.startswith("resolution")) == (Verdict.INCONCLUSIVE, True)
    assert check_gradients(torch.sin, x, laws=REVERSE, resolution=0.5).verdict is Verdict.HOLDS


def test_laws_that_time_leaves_no_room_for_are_inconclusive() -> None:
    report = check_gradients(torch.sin, random(3), laws=[REVERSE, "vjp-linear"], max_time=1e-9)
    assert {result.reason for result in report.results} == {"out of time: 1e-09 s were over before this law was asked."}
    assert report.verdict is Verdict.INCONCLUSIVE


def test_the_layout_of_a_primal_is_kept_and_an_unnamed_one_is_noted() -> None:
    wide = random(4, 6)
    assert check_gradients(torch.sin, wide.T, laws=REVERSE).arguments.layouts == ("permuted",)
    assert check_gradients(torch.sin, wide[:, 1::3], laws=REVERSE).arguments.layouts == ("stepped",)
    assert check_gradients(torch.sin, wide[1:3, 1:5], laws=REVERSE).arguments.layouts == ("cropped",)
    report = check_gradients(torch.sin, wide[:, ::4], laws=REVERSE)
    assert report.arguments.layouts == ("strided",)
    image = torch.randn(4, 5, 3, dtype=torch.float64)
    assert check_gradients(torch.sin, image.permute(2, 0, 1)[None], laws=REVERSE).arguments.layouts == ("unsqueezed",)
    assert check_gradients(torch.sin, image[None].permute(0, 3, 1, 2), laws=REVERSE).arguments.layouts == ("channels_last",)
    assert report.notes == ("x0 has strides (6, 4); it is checked in the layout 'strided'.",)
    assert check_gradients(torch.sin, wide[:, :3], laws=REVERSE).notes == ("x0 has strides (6, 1); it is checked in the layout 'cropped'.",)


def test_a_report_has_no_truth_value_and_prints_a_line_per_law() -> None:
    report = check_gradients(torch.sin, random(3), laws=[REVERSE, "vjp-linear"])
    assert isinstance(report, Report)
    with pytest.raises(TypeError, match=r"a Report has no truth value; look at report\.verdict, or call report\.require_holds\(\)"):
        bool(report)
    assert str(report).splitlines()[0] == "sin(x0): HOLDS in backend torch (cpu, float64)"
    assert len(str(report).splitlines()) == 3


def test_the_case_of_an_importable_function_replays_from_its_file() -> None:
    report = check_gradients(torch.nn.functional.softplus, random(3), kwargs={"beta": 2}, laws=REVERSE)
    case = from_json(to_json(report.cases[REVERSE]))
    assert case.subject.target.endswith(":softplus")
    assert run_case(load_backend("torch"), case).verdict is Verdict.HOLDS


def test_a_backend_object_may_be_given() -> None:
    backend = load_backend("faulty:negated-gradient:torch")
    assert check_gradients(torch.sin, random(3), laws=REVERSE, backend=backend).verdict is Verdict.BROKEN
