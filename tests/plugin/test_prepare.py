"""A request is looked up part by part, the cheap ones first."""

from __future__ import annotations

from typing import Any

import pytest

from harness.plugin.options import OPTIONS
from harness.plugin.prepare import prepare
from harness.running import usable as usable_module
from harness.running.misuse import Misuse, NothingSelected
from tests.running.outside import TOY


def asked(**given: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {option.name: () if option.several else "" for option in OPTIONS}
    return empty | {"backend": (TOY,)} | {name.replace("_", "-"): value for name, value in given.items()}


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": "abc"},
        {"max_time": "soon"},
        {"shard": "5/4"},
        {"profile": "slow"},
        {"dtype": ("float65",)},
        {"op": "zzz"},
        {"law": "zzz"},
        {"again": "nowhere"},
        {"baseline": "nofile"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_prepare_tells_what_needs_no_backend_before_it_loads_one(wrong: dict[str, Any], monkeypatch):
    def load(name: str) -> object:
        raise AssertionError("the backend was loaded first")

    monkeypatch.setattr(usable_module, "load_backend", load)
    with pytest.raises(Exception, match=r"must be|cannot read") as error:
        prepare(asked(**wrong))
    assert type(error.value).__name__ in ("Misuse", "RecordError")


def test_prepare_says_that_known_names_leave_no_cell():
    with pytest.raises(NothingSelected, match="no cell is left: no law that 'tape' matches speaks of an op that 'sin' matches"):
        prepare(asked(op="sin", law="tape"))


def test_prepare_keeps_what_was_asked_for():
    prepared = prepare(asked(op="exp", law="vjp-zero", seed="3", max_time="2m"))
    assert (prepared.seed, prepared.max_time, prepared.again) == (3, 120.0, "")
    assert {cell.op for cell in prepared.resolved.cells} == {"exp"}


def test_prepare_refuses_an_adapter_that_describes_arrays_wrongly():
    with pytest.raises(Misuse, match=r"the adapter tests.running.toy:Undescribed breaks a promise: .*See all with: autograd-harness doctor"):
        prepare(asked(backend=("tests.running.toy:Undescribed",), op="exp"))
