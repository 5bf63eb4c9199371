"""What `.backward()` does to the world: gradients accumulate, graphs are freed unless retained.

    backward k times:  leaf.grad = sum of the k gradients
    backward twice through one graph:  an error, unless the first retained it

Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound
from harness.program import Case
from harness.verdict import Result, structural
from properties.laws.answers import says_so
from properties.laws.entries import of_gradients
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.tape.recording import Recording, record, tracked

PASSES = 3


def check_accumulates(backend: Backend, case: Case) -> Result:
    """Several backwards over fresh graphs on the same leaves against the same number of functional gradients."""

    def pair(bound: Bound) -> Sides:
        tape = backend.tape(case.device)
        first = record(tape, bound.case)
        seen = []
        for _ in range(PASSES):
            _backward(record(tape, bound.case, leaves=first.leaves))
            seen.append(_grads(first, case))
        gradient = flat(gradients_of(bound))
        return Sides(np.concatenate(seen), np.concatenate([k * gradient for k in range(1, PASSES + 1)]))

    entries = [entry for k in range(1, PASSES + 1) for entry in of_gradients(case, f"{k} <w, out>" if k > 1 else "<w, out>")]
    return check_equal("accumulate-adds", backend, case, pair, entries=entries)


def check_frees(backend: Backend, case: Case) -> Result:
    """A second walk over a graph that saved values must be refused."""
    roots = len(_saving_roots(record(backend.tape(case.device), case)))
    for position in range(roots):
        recording = record(backend.tape(case.device), case)  # one each: outputs share parts of a graph, which the first walk frees
        root, cotangent = _saving_roots(recording)[position]
        recording.tape.backward(root, cotangent)
        try:
            recording.tape.backward(root, cotangent)
        except Exception:  # the class of the error is the backend's own; that there is one is the law
            backend.reset()
            continue
        return structural("backward-frees", False, "a second backward through the same graph was not refused", comparisons=roots)
    return structural("backward-frees", True, "", comparisons=roots)


def check_retains(backend: Backend, case: Case) -> Result:
    """Several walks over one retained graph against the same number of fresh ones."""

    def pair(bound: Bound) -> Sides:
        recording = record(backend.tape(case.device), bound.case)
        seen, due = [], []
        for root, cotangent in _saving_roots(recording):
            once = _walk(recording, case, root, cotangent, times=1)
            seen.append(_walk(recording, case, root, cotangent, times=PASSES))
            due.append(PASSES * once)
        return Sides(flat(seen), flat(due))

    try:
        return check_equal("retain-graph-repeats", backend, case, pair, entries=of_gradients(case, "<w, out^2>"))
    except Exception as error:  # a retained graph that cannot be walked again is the very thing that this law forbids
        if says_so(error):
            raise
        backend.reset()
        return structural("retain-graph-repeats", False, f"a retained graph could not be walked again: {type(error).__name__}: {error}")


def _saving_roots(recording: Recording) -> list[tuple[Any, np.ndarray]]:
    """The squared outputs that depend on a leaf, with their cotangents."""
    return [(root, w) for root, w in zip(recording.squared(), recording.cotangents, strict=True) if recording.tape.requires_grad(root)]


def _walk(recording: Recording, case: Case, root: Any, cotangent: np.ndarray, *, times: int) -> np.ndarray:
    """The gradients after `times` backwards through one retained graph."""
    for leaf in recording.leaves:
        recording.tape.clear_grad(leaf)
    for _ in range(times):
        recording.tape.backward(root, cotangent, retain_graph=True)
    return _grads(recording, case)


def _backward(recording: Recording) -> None:
    for output, cotangent in tracked(recording):
        recording.tape.backward(output, cotangent, retain_graph=True)


def _grads(recording: Recording, case: Case) -> np.ndarray:
    return flat([np.zeros_like(x) if g is None else g for g, x in zip(recording.grads(), case.points, strict=True)])


_BACKWARD = "https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html"
_TAPE = frozenset({"tape"})

LAWS = (
    Law(
        name="accumulate-adds",
        family="tape",
        statement="Backward adds to the gradient of a leaf.",
        equation="leaf.grad after k backwards = k f'(x)^T w",
        source=_BACKWARD,
        check=check_accumulates,
        faults=("overwrites-grad", "doubles-grad"),
        needs=_TAPE,
        subject="tape",
    ),
    Law(
        name="backward-frees",
        family="tape",
        statement="A graph with saved values can be walked once, unless it is retained.",
        equation="backward(y); backward(y) raises",
        source=_BACKWARD,
        check=check_frees,
        faults=("keeps-graph",),
        needs=_TAPE,
        subject="tape",
    ),
    Law(
        name="retain-graph-repeats",
        family="tape",
        statement="A retained graph can be walked again, with the same contributions.",
        equation="leaf.grad after k retained backwards = k times the first",
        source=_BACKWARD,
        check=check_retains,
        faults=("frees-retained-graph",),
        needs=_TAPE,
        subject="tape",
    ),
)
