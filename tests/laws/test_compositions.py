"""The four compositions of the two modes: forward over forward is compared with the others, and convicted by finite differences alone."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from harness.backends import Unsupported, load_backend
from harness.backends.bind import bind
from harness.backends.torch.backend import TorchBackend
from harness.program import single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.along import direction, other_direction
from properties.laws.second_order import NEITHER, nested_tangents
from tests.laws.examples import case_of, cube

LAW = laws()["hessian-compositions-agree"]


class Bent(TorchBackend):
    """Torch, whose forward over forward is off by a factor."""

    factor = 1.001

    def nested_jvp(self, *asked: Any) -> tuple[Any, ...]:
        return tuple(self.factor * tangent for tangent in super().nested_jvp(*asked))


class Imprecise(Bent):
    """The same by less than finite differences see, and by more than rounding explains."""

    factor = 1 + 2.0**-41


class Unnested(TorchBackend):
    """Torch without forward mode inside forward mode."""

    def nested_jvp(self, *asked: Any) -> tuple[Any, ...]:
        raise Unsupported("it does not nest.")


def test_forward_over_forward_of_a_cube_is_six_x_v_u() -> None:
    case = cube()
    (v,), (u,) = direction(case), other_direction(case)
    (nested,) = nested_tangents(bind(load_backend("torch"), case), (u,), (v,))
    assert nested == pytest.approx(6 * np.array([1.0, -2.0, 3.0]) * v * u, rel=1e-14)


def test_wrong_forward_over_forward_is_broken_and_named() -> None:
    result = LAW.check(Bent(), cube())
    assert (result.verdict, result.details["compared"]) == (Verdict.BROKEN, "forward over forward with reverse over reverse")


def test_forward_over_forward_that_finite_differences_do_not_deny_is_open() -> None:
    result = LAW.check(Imprecise(), cube())
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, NEITHER)


def test_backend_that_does_not_nest_forward_mode_is_asked_for_the_others() -> None:
    assert LAW.check(Unnested(), cube()).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("backend", "verdict"), [("torch", Verdict.HOLDS), ("faulty:asymmetric-hvp:torch", Verdict.BROKEN)])
def test_symmetry_is_measured_against_what_cancels(backend: str, verdict: Verdict) -> None:
    """The Hessian of softmax vanishes along (1, 1): <u, H v> = <v, H u> = 0 is told apart from 0 and 1e-3 only by the entries of H u."""
    softmax = single("softmax", ((1, 2),), ("primal",), axis=-1)
    case = case_of(softmax, (np.array([[0.0, -1.0]]),), (np.array([[0.0, 1.0]]),))
    result = laws()["hessian-symmetric"].check(load_backend(backend), msgspec.structs.replace(case, tangents=(np.ones((1, 2)),)))
    assert result.verdict is verdict
