"""Every law holds on torch, breaks on each of its faults, and is not satisfied by a case that tests nothing."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise

import pytest

from harness.backends import load_backend
from harness.backends.faulty.faults import FAULTS
from harness.backends.faulty.tape import ENGINE_FAULTS
from harness.program import Case
from harness.verdict import Result, Verdict
from properties.laws import Law, laws
from tests.laws.examples import CASES, constant, matrix_product

# What torch 2.13 breaks (docs/findings.md), and in which words: these laws are seen to hold on the reference.
DEVIATIONS = {
    "checkpoint-names-its-variant": "^a checkpoint whose variant is not named was not refused$",
    "hook-cycle-computed": "^a computed value that its own hook refers to is never collected$",
    "custom-once-is-loud": "^the second derivative through a function that is differentiable once lacks a part",
    "seed-count-checked": "2 cotangents were accepted for 1 outputs",
    "seed-dtype": "a cotangent of float32 was accepted for float64",
    "mixed-roots": "a constant among the outputs was refused: element 1 of tensors does not require grad",
    "backward-inputs-no-side-effect": "retains its gradient for good",
    "view-before-requires-grad": "says that it requires grad, though it was not recorded",
    "no-grad-view-flag": "taken where nothing is recorded says that it requires grad",
    "grad-owns-storage": "the gradient of a shares memory with the value of the cotangent, through views",
    "random-op-errors": r"a backward through a sample \(bernoulli\) was not refused, but gives 0",
    "nondiff-clamp": r"^the gradient of a clamp at its limit and above it is \[1. 1.\]$",
    "retained-after-prehooks": "a retained gradient is not the one after the hooks before its node",
    "grad-leaves-retained-slots": "was also put into the slot of a computed value that retains its own",
    "nadam-step": r"^good to single precision only, off by \d.*nadam\(",
    "state-resumes": "^nadam goes on otherwise from a saved state$",
    "asgd-step": r"^good to single precision only, off by \d.*asgd\(",
}
GENERATING = {"generated-op-eq-eager"}  # machine code for one example takes as long as all else for five
CONTROLS = [(law, fault) for law in laws().values() for fault in law.faults]


def home(law: Law) -> str:
    """Where the law can be seen to hold anywhere: torch, but for two devices the reference, which has a pretend one, and for what torch breaks."""
    if "tf32" in law.needs:
        return "tests.laws.pretend:InTf32"
    return "reference" if law.family == "devices" or law.name in DEVIATIONS else "torch"


def stage_of(law: Law, fault: str) -> str:
    """Where the fault can be had: inside an engine only in the reference."""
    return f"faulty:{fault}:{'reference' if fault in ENGINE_FAULTS else home(law)}"


def run(law: Law, backend_name: str) -> list[Result]:
    """The law on every example, one backend object for all (a fault may need many calls)."""
    if law.name in GENERATING and not any(map(shutil.which, ("g++", "clang++"))):
        pytest.skip("no C++ compiler is at hand")
    backend = load_backend(backend_name)
    return [law.check(backend, case) for case in _examples(law)]


def _examples(law: Law) -> tuple[Case, ...]:
    if law.family == "products":
        return (matrix_product(),)
    return CASES[:1] if law.name in GENERATING else CASES


@pytest.mark.parametrize("law", laws().values(), ids=lambda law: law.name)
def test_law_holds_on_torch(law: Law) -> None:
    results = run(law, home(law))
    assert [(result.verdict, result.reason) for result in results] == [(Verdict.HOLDS, "")] * len(_examples(law))
    assert not all(result.vacuous for result in results)


OFFERED = {"modules", "mixed precision", "compiling"}  # families of parts that the reference offers, though their home is torch


@pytest.mark.parametrize("law", [law for law in laws().values() if law.family in OFFERED], ids=lambda law: law.name)
def test_law_of_a_part_that_the_reference_offers_holds_there(law: Law) -> None:
    backend = load_backend("reference")
    known = [case for case in CASES if all(backend.op(op) for op in case.subject.ops)]
    assert [(result.verdict, result.reason) for result in (law.check(backend, case) for case in known)] == [(Verdict.HOLDS, "")] * len(known)
    assert len(known) >= 3


@pytest.mark.parametrize("name", DEVIATIONS)
def test_law_that_torch_breaks_says_how(name: str) -> None:
    broken = [result for result in run(laws()[name], "torch") if result.verdict is Verdict.BROKEN]
    assert re.search(DEVIATIONS[name], broken[0].reason)


@pytest.mark.parametrize(("law", "fault"), CONTROLS, ids=lambda value: getattr(value, "name", value))
def test_law_breaks_on_its_fault(law: Law, fault: str) -> None:
    assert Verdict.BROKEN in [result.verdict for result in run(law, stage_of(law, fault))]


@pytest.mark.parametrize("law", laws().values(), ids=lambda law: law.name)
def test_law_has_a_negative_control(law: Law) -> None:
    assert law.faults
    assert set(law.faults) <= set(FAULTS)


def test_every_fault_is_the_control_of_a_law() -> None:
    assert {fault for _, fault in CONTROLS} == set(FAULTS)


def test_reverse_law_counts_a_constant_function_as_vacuous() -> None:
    result = laws()["vjp-eq-fd"].check(load_backend("torch"), constant())
    assert (result.verdict, result.vacuous) == (Verdict.HOLDS, True)


def test_laws_of_a_family_stand_together() -> None:
    families = [law.family for law in laws().values()]
    assert len(set(families)) == 1 + sum(a != b for a, b in pairwise(families))
