"""Every way to reproduce that the page offers, executed: it fails on the library that is wrong, and passes on the right one.

The library is made wrong where users would meet it, in torch itself, so that a script which knows nothing of the harness meets it too.
"""

from __future__ import annotations

import ast
import re
import shlex
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from harness.backends import load_backend
from harness.cli import main
from harness.program.case import from_json
from harness.record import Finding, RunStarted, read_events
from harness.running.apart import Apart
from harness.running.cell import run_cell
from harness.running.cells import PROGRAM, TAPE, Cell
from harness.running.journal import Journal, Run
from harness.running.profiles import PROFILES
from harness.running.replay import require_holds
from reports.reproduction import reproductions

Patch = Callable[[pytest.MonkeyPatch], None]
QUICK = replace(PROFILES["quick"], seconds=60.0, shrink_seconds=60.0)  # how fast the machine is shall not decide what is found


def gradients(change: Callable[[int, torch.Tensor], torch.Tensor]) -> Patch:
    """`change` gets the number of the call and every gradient that `torch.autograd.grad` returns."""

    def patch(faulty: pytest.MonkeyPatch) -> None:
        right, calls = torch.autograd.grad, [0]

        def wrong(*args, **options):
            calls[0] += 1
            return tuple(None if g is None else change(calls[0], g) for g in right(*args, **options))

        faulty.setattr(torch.autograd, "grad", wrong)

    return patch


def refusing(faulty: pytest.MonkeyPatch) -> None:
    def wrong(*_, **__):
        raise RuntimeError("element 0 of tensors does not have a grad_fn")

    faulty.setattr(torch.autograd, "grad", wrong)


def scaling_duals(faulty: pytest.MonkeyPatch) -> None:
    right = torch.autograd.forward_ad.make_dual
    faulty.setattr(torch.autograd.forward_ad, "make_dual", lambda x, v, **options: right(x, 1.001 * v, **options))


def doubling_backward(faulty: pytest.MonkeyPatch) -> None:
    right = torch.autograd.backward

    def wrong(tensors, grad_tensors=None, *args, **options):
        right(tensors, grad_tensors if grad_tensors is None else 2 * grad_tensors, *args, **options)

    faulty.setattr(torch.autograd, "backward", wrong)


def doubling_slots(faulty: pytest.MonkeyPatch) -> None:
    """Only `.backward()` is wrong."""
    right = torch.autograd.backward

    def wrong(tensors, grad_tensors=None, *args, **options):
        right(tensors, [2 * w for w in grad_tensors], *args, **options)

    faulty.setattr(torch.autograd, "backward", wrong)


def of_calls(change: Callable[[tuple, tuple, tuple], tuple]) -> Patch:
    """`change` gets the roots and the leaves of a call of `torch.autograd.grad`, and the gradients."""

    def patch(faulty: pytest.MonkeyPatch) -> None:
        right = torch.autograd.grad
        faulty.setattr(torch.autograd, "grad", lambda roots, leaves, *args, **options: change(roots, leaves, right(roots, leaves, *args, **options)))

    return patch


def last_of_two(roots: tuple, leaves: tuple, found: tuple) -> tuple:
    """What a function that keeps its last point on itself does to two calls of one primal each."""
    return (found[1], found[1]) if len(leaves) == 2 and leaves[0].shape == leaves[1].shape else found


def changing_cotangents(faulty: pytest.MonkeyPatch) -> None:
    right = torch.autograd.grad

    def wrong(roots, leaves, cotangents, **options):
        found = right(roots, leaves, cotangents, **options)
        for w in cotangents:
            w.detach().mul_(2)
        return found

    faulty.setattr(torch.autograd, "grad", wrong)


def bending_the_nested(faulty: pytest.MonkeyPatch) -> None:
    """Only a jvp inside a jvp is wrong."""
    right, depth = torch.func.jvp, [0]

    def wrong(function, primals, tangents, **options):
        depth[0] += 1
        try:
            outputs, found = right(function, primals, tangents, **options)
        finally:
            depth[0] -= 1
        return outputs, tuple(1.001 * each for each in found) if depth[0] else found

    faulty.setattr(torch.func, "jvp", wrong)


def never_off(faulty: pytest.MonkeyPatch) -> None:
    faulty.setattr(torch, "no_grad", torch.enable_grad)


def first_entry_zero(_, g):
    return torch.cat([torch.zeros_like(g.reshape(-1)[:1]), g.reshape(-1)[1:]]).reshape(g.shape)


def second_order(change: Callable[[int, torch.Tensor], torch.Tensor]) -> Patch:
    """Only a gradient of a gradient is wrong."""

    def patch(faulty: pytest.MonkeyPatch) -> None:
        right, recorded = torch.autograd.grad, [False]

        def wrong(*args, **options):
            found = tuple(None if g is None else change(0, g) if recorded[0] else g for g in right(*args, **options))
            recorded[0] = options.get("create_graph", False)
            return found

        faulty.setattr(torch.autograd, "grad", wrong)

    return patch


def third_order(faulty: pytest.MonkeyPatch) -> None:
    """Only a gradient of a gradient of a gradient is wrong."""
    right, depth = torch.autograd.grad, [0]

    def wrong(*args, **options):
        found = tuple(g if g is None or depth[0] < 2 else 1.001 * g for g in right(*args, **options))
        depth[0] = depth[0] + 1 if options.get("create_graph", False) else 0
        return found

    faulty.setattr(torch.autograd, "grad", wrong)


DET = "native:linalg_det"
GOLDEN: dict[str, tuple[str, str, str, Patch]] = {
    "scaled": ("vjp-eq-fd", "exp", "float64", gradients(lambda _, g: 1.001 * g)),
    "off in the ninth digit": ("vjp-eq-fd", "sum", "float64", gradients(lambda _, g: (1 + 1e-9) * g)),
    "negated": ("vjp-eq-fd", "matmul", "float64", gradients(lambda _, g: -g)),
    "an entry zero": ("vjp-eq-fd", "softmax", "float64", gradients(first_entry_zero)),
    "not a number": ("vjp-zero", "multiply", "float64", gradients(lambda _, g: g * torch.nan)),
    "forward mode scaled": ("jvp-eq-fd", "exp", "float64", scaling_duals),
    "not adjoint": ("jvp-vjp-duality", "multiply", "float64", scaling_duals),
    "another shape": ("grad-form", "exp", "float64", gradients(lambda _, g: g.reshape(1, *g.shape))),
    "another each time": ("repeatable", "exp", "float64", gradients(lambda call, g: g + call * 1e-9)),
    "raises": ("vjp-eq-fd", "exp", "float64", refusing),
    "not linear": ("vjp-linear", "multiply", "float64", gradients(lambda _, g: g.abs())),
    "second order": ("hvp-eq-fd", "exp", "float64", second_order(lambda _, g: 1.001 * g)),
    "third order": ("third-eq-fd", "exp", "float64", third_order),
    "no symmetric Hessian": ("hessian-symmetric", "softmax", "float64", second_order(first_entry_zero)),
    "nested forward mode": ("jvp-jvp-eq-fd", "exp", "float64", bending_the_nested),
    "asked alone": ("primals-alone", "multiply", "float64", of_calls(lambda roots, leaves, found: (2 * found[0],) if len(leaves) == 1 else found)),
    "one output": ("outputs-alone", "exp", "float64", of_calls(lambda roots, leaves, found: (2 * found[0],) if len(roots) == 1 else found)),
    "the last call": ("calls-apart", "exp", "float64", of_calls(last_of_two)),
    "changes what it is given": ("inputs-not-mutated", "exp", "float64", changing_cotangents),
    "another way": ("reverse-routes-agree", "exp", "float64", doubling_slots),
    "both orders": ("hvp-eq-fd", "exp", "float64", gradients(lambda _, g: 1.001 * g)),
    "second order in forward mode": ("jvp-jvp-eq-fd", "exp", "float64", scaling_duals),
    "complex": ("vjp-eq-fd", "multiply", "complex128", gradients(lambda _, g: g.conj())),
    "single precision": ("vjp-eq-fd", "tanh", "float32", gradients(lambda _, g: 1.01 * g)),
    "a program": ("vjp-eq-fd", PROGRAM, "float64", gradients(lambda _, g: 1.001 * g)),
    "described by the library": ("vjp-eq-fd", DET, "float64", gradients(lambda _, g: 1.001 * g)),
    "backward adds twice": ("accumulate-adds", TAPE, "float64", doubling_backward),
    "no_grad records": ("no-grad-records-nothing", TAPE, "float64", never_off),
}
WITH_SCRIPT = {
    "vjp-eq-fd",
    "vjp-linear",
    "hessian-symmetric",
    "primals-alone",
    "outputs-alone",
    "calls-apart",
    "inputs-not-mutated",
    "reverse-routes-agree",
    "jvp-eq-fd",
    "hvp-eq-fd",
    "third-eq-fd",
    "jvp-vjp-duality",
    "vjp-zero",
    "grad-form",
    "repeatable",
} | {
    "accumulate-adds",
    "no-grad-records-nothing",
}


@pytest.fixture(scope="module", params=list(GOLDEN))
def golden(request, tmp_path_factory) -> tuple[Finding, Patch, Path]:
    """A finding on the wrong library, its fault, and the folder of the run."""
    law, op, dtype, patch = GOLDEN[request.param]
    folder = tmp_path_factory.mktemp("golden")
    journal = Journal(Run(str(folder), 7, "quick", "a test", time.time(), database=str(folder / "examples")), "main")
    journal.begin({})
    with pytest.MonkeyPatch.context() as faulty, closing(journal):
        patch(faulty)
        outcome = run_cell(Cell(law, op, dtype, "cpu", "torch"), load_backend("torch"), QUICK, journal)
    assert outcome.finding is not None, outcome.ended
    return outcome.finding, patch, folder


def run_source(text: str, folder: Path) -> None:
    """The script itself, or the tests in it."""
    names: dict[str, object] = {"__name__": "reproduction"}
    exec(compile(text, "reproduction", "exec"), names)
    for name, test in list(names.items()):
        if name.startswith("test_") and callable(test):
            test()


def called_here(apart: Apart, function: Callable[..., object], *arguments: object) -> object:
    """In place of `Apart.call`: the library is patched in this process alone."""
    return function(*arguments)


def run_replay(text: str, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as here:
        here.setattr(Apart, "call", called_here)
        with pytest.raises(SystemExit) as end:
            main([*shlex.split(text)[1:], "--out", str(folder)])
    assert end.value.code in (0, 1)
    assert end.value.code == 0


def run_json(text: str, folder: Path) -> None:
    require_holds(from_json(text))


def run_issue(text: str, folder: Path) -> None:
    [source] = re.findall(r"^```+python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    run_source(source, folder)


RUN = {"Script": run_source, "Replay": run_replay, "pytest": run_source, "JSON": run_json, "Issue": run_issue}


def tabs_of(found: Finding):
    return reproductions(found, [RunStarted(version="0", command="c", seed=0, profile="quick", started="")])


def test_every_reproduction_fails_on_the_wrong_library(golden):
    found, patch, folder = golden
    for tab in tabs_of(found):
        with pytest.MonkeyPatch.context() as faulty:
            patch(faulty)
            with pytest.raises((AssertionError, RuntimeError), match=None):
                RUN[tab.label](tab.text, folder)


def test_every_reproduction_passes_on_the_right_library(golden):
    found, _, folder = golden
    for tab in tabs_of(found):
        RUN[tab.label](tab.text, folder)


def test_every_golden_finding_offers_every_tab_that_its_law_has(golden, request):
    found, _, _ = golden
    unwritten = "both orders" in request.node.name  # what the wrong gradient makes one expect
    scripted = ["Script"] if (found.law in WITH_SCRIPT and not unwritten) or "nested" in request.node.name else []
    assert [tab.label for tab in tabs_of(found)] == [*scripted, "Replay", "pytest", "JSON", "Issue"]


def test_scripts_need_the_library_and_numpy_only(golden):
    found, _, _ = golden
    imported = [node for node in ast.walk(ast.parse(found.script)) if isinstance(node, ast.Import | ast.ImportFrom)]
    roots = {(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name or "").split(".")[0] for node in imported}
    assert roots <= {"numpy", "torch"}


def test_issue_text_names_versions(golden):
    found, _, folder = golden
    [started] = [event for event in read_events(folder / "workers" / "main.ndjson") if isinstance(event, RunStarted)]
    text = next(tab.text for tab in reproductions(found, [started]) if tab.label == "Issue")
    assert "* autograd-harness " in text
    assert f"* python {started.environment['python']}" in text
