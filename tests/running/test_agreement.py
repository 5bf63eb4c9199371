"""Another device beside the CPU: how far apart, and the same each time."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends.reference import ReferenceBackend
from harness.program import Case, single
from harness.running.agreement import agreement

CASE = Case(
    law="vjp-eq-fd",
    subject=single("exp", ((2,),), ("primal",)),
    backend="reference",
    device="gpu",
    dtype="float64",
    primals=(np.array([0.5, -1.0]),),
    differentiable=(0,),
    tangents=(np.array([1.0, 0.5]),),
    cotangents=(np.array([1.0, -0.5]),),
    layouts=(),
)


class TwoDevices(ReferenceBackend):
    """The reference with a second device, on which every gradient is `factor` times what it should be, and another one on each `odd` call."""

    def __init__(self, factor=1.0, odd=1.0):
        super().__init__()
        self.factor, self.odd, self.there, self.calls = factor, odd, False, 0

    def devices(self):
        return ("cpu", "gpu")

    def dtypes(self, device):
        return super().dtypes("cpu")

    def array(self, values, *, dtype, device, layout="contiguous"):
        self.there = device == "gpu"
        return super().array(values, dtype=dtype, device="cpu", layout=layout)

    def vjp(self, function, primals, cotangents):
        outputs, gradients = super().vjp(function, primals, cotangents)
        self.calls += 1
        factor = (self.factor * (self.odd if self.calls % 2 else 1.0)) if self.there else 1.0
        return outputs, [self.op("multiply")(each, factor) for each in gradients]


@pytest.mark.parametrize(
    ("backend", "ulps", "repeats"), [(TwoDevices(), 0.0, True), (TwoDevices(1 + 2.0**-50), 4.0, True), (TwoDevices(odd=1 + 2.0**-52), 1.0, False)]
)
def test_agreement_counts_ulps_and_repeats_a_call(backend, ulps, repeats):
    found = agreement(backend, CASE)
    assert found["ulps"] == pytest.approx(ulps, abs=0.51)
    assert found["repeats"] is repeats


@pytest.mark.parametrize("changes", [{"device": "cpu"}, {"law": "vjp-zero"}])
def test_agreement_is_of_other_devices_and_of_one_law(changes):
    assert agreement(TwoDevices(), msgspec.structs.replace(CASE, **changes)) == {}


def test_agreement_that_cannot_be_computed_is_left_out(monkeypatch):
    def failing(*_):
        raise RuntimeError

    backend = TwoDevices()
    monkeypatch.setattr(backend, "vjp", failing)
    assert agreement(backend, CASE) == {}
