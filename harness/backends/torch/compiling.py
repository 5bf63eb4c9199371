"""torch.compile as a part of torch's tape: a program is written as Python, so that the compiler sees torch's own calls and nothing else.

def program(x0, x1): v0 = torch.multiply(x0, x1); return (v0,)

Source: https://docs.pytorch.org/docs/stable/generated/torch.compile.html
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import torch
from torch.nn import functional

from harness.backends.protocol import Unsupported
from harness.backends.torch.nn_templates import SEED_KEPT
from harness.backends.torch.spelling import spell
from harness.program import Instruction, Program
from harness.tape.compiling import UNRECORDED, Compiling

_KEPT = 64  # compiled programs in memory


class TorchCompiling(Compiling):
    """Without a C++ compiler "eager", which captures the graph, and "aot_eager", which writes its backward down as well; with one also "inductor"."""

    variants = ("eager", "aot_eager")
    first_order = frozenset({"aot_eager"})

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""

    @property
    def generating(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("inductor",) if any(name and shutil.which(name) for name in (os.environ.get("CXX"), "g++", "clang++")) else ()

    def compiled(self, program: Program, *, variant: str) -> Callable[..., tuple[Any, ...]]:
        text = _written(program)
        if SEED_KEPT in text:
            raise Unsupported(f"torch.compile does not trace {SEED_KEPT}, under which an op is given its seed: it runs it as it stands.")
        return _compiled(text, variant, tuple(given.shape for given in program.inputs))


@lru_cache(maxsize=_KEPT)
def _compiled(text: str, variant: str, shapes: tuple[tuple[int, ...], ...]) -> Callable[..., tuple[Any, ...]]:
    """One function for each `shapes`: after eight of them in one function torch gives up, and runs the plain ops without a word."""
    names: dict[str, Any] = {"torch": torch, "F": functional, "nan": float("nan"), "inf": float("inf")}
    exec(text, names)
    if variant == "inductor":
        _load_inductor()
    made: Callable[..., tuple[Any, ...]] = torch.compile(names["program"], backend=variant)
    return made


@cache
def _load_inductor() -> None:
    """Now, since on import it warns of deprecated functions of torch's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("torch._inductor.compile_fx")


def _written(program: Program) -> str:
    lines = [line for instruction in program.instructions for line in _line(instruction)]
    given, returned = ", ".join(each.name for each in program.inputs), "".join(f"{name}, " for name in program.outputs)
    return "\n    ".join([f"def program({given}):", *lines, f"return ({returned})"])


def _line(instruction: Instruction) -> list[str]:
    results, (first, *_) = ", ".join(instruction.results), instruction.args
    if instruction.op == "detach":
        return [f"{results} = {first}.detach()"]
    if instruction.op == "scale_in_place":
        return [f"{results} = {first}.mul_({instruction.params['factor']!r})"]
    line = f"{results} = {spell(instruction.op.removeprefix(UNRECORDED), instruction.args, instruction.params)}"
    lines = ["with torch.no_grad():", f"    {line}"] if instruction.op.startswith(UNRECORDED) else [line]
    only = f"{results} = {results}[0] if isinstance({results}, tuple | list) else {results}"  # an op of several results that has one this time
    return lines if len(instruction.results) > 1 else [*lines, only]
