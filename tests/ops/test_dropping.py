"""Dropout whose dropped elements are put back: the identity, and a derivative with another mask or scale than its value is caught."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.backends import load_backend
from harness.backends.torch.spelling import compile_call
from harness.ops.catalogue import catalogue
from harness.program.program import single
from harness.strategies import random_cases
from harness.tape import Unsupported
from harness.tape.compiling import Compiling
from harness.verdict import Verdict
from properties.laws import laws

torch = pytest.importorskip("torch")
from harness.backends.torch.backend import TorchBackend  # noqa: E402

DROPPING = [op.name for op in catalogue().values() if op.family == "dropping"]
FIRST = ("vjp-eq-fd", "jvp-eq-fd", "jvp-vjp-duality")
Mask = Callable[[Any, float], Any]


class _Dropout(torch.autograd.Function):
    """m x / (1 - p) whose derivatives take `wrong(m, p)` for m / (1 - p)."""

    @staticmethod
    def forward(x, p, wrong):
        return x * _kept(x, p) / (1 - p) if p < 1 else 0 * x

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, p, wrong = inputs
        ctx.slope = wrong(x.detach(), p)

    @staticmethod
    def backward(ctx, w):
        return w * ctx.slope, None, None

    @staticmethod
    def jvp(ctx, v, *_):
        return v * ctx.slope


def _kept(x: Any, p: float, moved: int = 0) -> Any:
    return (torch.rand(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(torch.initial_seed() + moved)) >= p).to(x.dtype)


def right(x: Any, p: float) -> Any:
    return _kept(x, p) / (1 - p) if p < 1 else 0 * x


def redrawn(x: Any, p: float) -> Any:
    return _kept(x, p, moved=10) / (1 - p) if p < 1 else 0 * x


def unscaled(x: Any, p: float) -> Any:
    return _kept(x, p)


def unmasked(x: Any, p: float) -> Any:
    return torch.ones_like(x) / (1 - p) if p < 1 else 0 * x


class Dropping(TorchBackend):
    """Torch with a dropout of ours."""

    def __init__(self, wrong: Mask) -> None:
        self.namespace = {"torch": torch, "F": SimpleNamespace(dropout=lambda x, p: _Dropout.apply(x, p, wrong))}

    def op(self, name):
        return compile_call(name, 1, self.namespace)


def verdicts(law: str, backend: Any, op: str = "dropout", count: int = 6) -> list[Verdict]:
    cases = random_cases(law, op, backend="torch", device="cpu", dtype="float64", seed=3)
    drawn = [case for case, _ in (next(cases) for _ in range(count)) if case is not None]
    return [laws()[law].check(backend, case).verdict for case in drawn]


@pytest.mark.parametrize("name", DROPPING)
@pytest.mark.parametrize("law", FIRST)
def test_torch_keeps_the_mask_of_the_value(name, law):
    found = verdicts(law, load_backend("torch"), name)
    assert Verdict.HOLDS in found
    assert Verdict.BROKEN not in found


@pytest.mark.parametrize("law", FIRST[:2])
def test_a_dropout_of_our_own_with_the_right_mask_holds(law):
    found = verdicts(law, Dropping(right))
    assert Verdict.HOLDS in found
    assert Verdict.BROKEN not in found


@pytest.mark.parametrize("wrong", [redrawn, unscaled, unmasked])
@pytest.mark.parametrize("law", FIRST[:2])
def test_a_derivative_with_another_mask_or_scale_is_broken(law, wrong):
    assert Verdict.BROKEN in verdicts(law, Dropping(wrong))


@pytest.mark.parametrize("name", DROPPING)
def test_the_seed_is_the_calls_own_and_some_is_dropped(name):
    x, dropped = torch.ones(4, 3, 2, 2, dtype=torch.float64), []

    def spied(x, p, **training):
        dropped.append(getattr(torch.nn.functional, name)(x, p, **training))
        return dropped[-1]

    namespace = {"torch": torch, "F": SimpleNamespace(**{name: spied})}
    if name == "dropout1d":
        x = x[0, :, :, 0]
    before = torch.get_rng_state()
    for seed in (0, 0, 1):
        np.testing.assert_allclose(compile_call(name, 1, namespace)(x, p=0.5, seed=seed), x, rtol=1e-14)
    assert torch.equal(before, torch.get_rng_state())
    third = len(dropped) // 3
    assert torch.equal(dropped[0], dropped[third])
    assert not torch.equal(dropped[0], dropped[2 * third])
    assert len(dropped[0].unique()) == 2


def test_the_shift_of_alpha_dropout_swallows_no_number_that_is_drawn() -> None:
    shifted = [op for op in catalogue().values() if op.name in ("alpha_dropout", "feature_alpha_dropout")]
    assert len(shifted) == 2
    assert not any(op.operands[0].domain.contains(np.array([size])) for op in shifted for size in (1e-300, -1e-15, 0.0))
    assert all(op.operands[0].domain.contains(np.array([size])) for op in shifted for size in (-0.25, 1e15))


def test_seeding_is_not_noted_by_torch_for_a_gpu_that_it_lacks() -> None:
    """torch.manual_seed does that with the traceback of each call, without end."""
    drop, noted = load_backend("torch").op("feature_alpha_dropout"), len(torch.cuda._queued_calls)
    assert drop is not None
    drop(torch.ones(2, 3), p=0.5, seed=0)
    assert len(torch.cuda._queued_calls) == noted


@pytest.mark.parametrize("name", DROPPING)
def test_a_compiler_is_not_asked_for_what_it_cannot_trace(name: str) -> None:
    program = single(name, ((2, 3, 4, 4),), ("primal",), p=0.5, seed=1)
    with pytest.raises(Unsupported, match="does not trace"):
        load_backend("torch").tape("cpu").part(Compiling).compiled(program, variant="aot_eager")
