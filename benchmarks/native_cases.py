"""What the benchmarks on torch functions share: a function of tensors as a case of the harness, gradcheck on the same function, and where figures go.

function, primals  ->  Case(tangents and cotangents standard normal from a seed)

Imported as `native_cases` by the scripts beside it: `python benchmarks/x.py` puts this folder on the path.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from msgspec.structs import replace as replace_fields

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that the scripts run from a clone

from harness.backends.torch.native import Sample, native_samples
from harness.backends.torch.native_cases import gaussian, wide
from harness.program import Case, Opaque
from harness.program.nesting import flatten
from harness.program.opaque import register

OUT = Path(__file__).parent / "out"
Function = Callable[..., tuple[torch.Tensor, ...]]


def case_of(sample: Sample, seed: int = 0) -> Case:
    """The sample as a case; its function, which keeps nothing of what it is given, is registered under its name."""
    return replace_fields(make_case(sample.name, sample.function, sample.primals, seed), drawn={"regime": "native"})


def make_case(name: str, function: Function, primals: tuple[torch.Tensor, ...], seed: int = 0) -> Case:
    """`function` at `primals` as a case, registered under `name`; one more evaluation tells the shapes of the cotangents."""
    call = {"args": primals, "kwargs": {}, "owned": {}}
    register(name, function, flatten(call, lambda leaf: isinstance(leaf, torch.Tensor))[0])
    rng = np.random.default_rng(seed)
    outputs = function(*primals)
    points = tuple(map(wide, primals))
    return Case(
        law="",
        subject=Opaque(name),
        backend="torch",
        device="cpu",
        dtype=str(primals[0].dtype).removeprefix("torch."),
        primals=points,
        differentiable=tuple(range(len(points))),
        tangents=tuple(gaussian(rng, p) for p in primals),
        cotangents=tuple(gaussian(rng, y) for y in outputs),
        layouts=(),
        seed=seed,
    )


def gradcheck(sample: Sample, *, fast: bool = True, forward: bool = False) -> str:
    """torch's own checker with its own tolerances, on the same function and tensors: "passes", "fails" or "raises"."""
    leaves = tuple(p.clone().requires_grad_() for p in sample.primals)
    try:
        with verdict_only():
            fine = torch.autograd.gradcheck(sample.function, leaves, fast_mode=fast, check_forward_ad=forward, raise_exception=False)
    except Exception:
        return "raises"
    return "passes" if fine else "fails"


def verdict_only() -> AbstractContextManager[Any]:
    """Where its fast mode fails, gradcheck runs the slow one to word its error: left out, since only the verdict counts here."""
    module = sys.modules[torch.autograd.gradcheck.__module__]  # the name torch.autograd.gradcheck is the function
    return patch.object(module, "_run_slow_mode_and_get_error", lambda *given, **named: "", create=True)


def usable_samples(op: Any, count: int) -> Iterator[Sample]:
    """The first `count` samples of an op that have something to differentiate: some elements going in, some coming out."""
    some = (s for s in native_samples(op) if all(p.numel() for p in s.primals) and any(y.numel() for y in s.function(*s.primals)))
    return islice(some, count)


def with_function(sample: Sample, function: Function) -> Sample:
    """The same call of another function."""
    return replace(sample, function=function)


def write(name: str, figures: object) -> None:
    """benchmarks/out/NAME.json"""
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(figures, indent=1, default=str) + "\n")
