"""Which of torch's differentiable functions the catalogue names: the OpInfo names whose function, or an alias of it, a spelling of ours calls."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from drawing import dtype_of

from harness.backends import load_backend
from harness.backends.torch.native import native_ops
from harness.backends.torch.spelling import spell
from harness.ops.catalogue import catalogue
from harness.program import Case
from harness.running.profiles import PROFILES
from harness.strategies.cases import draw_case
from harness.strategies.choose import NotDrawn, RandomChoose

AUXILIARY = {"to", "clone", "new_full"}  # what a spelling needs beside the function that it is about
DRAWS = 3  # per op: some spellings depend on the parameters
_WORD = re.compile(r"torch\.([\w.]+)\(|F\.(\w+)\(|[\])\w]\.(\w+)\(|x\d\.(mT)")


def opinfo_coverage() -> dict[str, Any]:
    """How many of the names the catalogue covers, how many of those with a derivative here the native source adds, and which are missing."""
    called, without = called_words(), without_derivative()
    names: dict[str, set[str]] = {}
    for op in native_ops(None):
        names.setdefault(op.name, set()).update({op.name, op.name.removeprefix("special."), *(a.name.removeprefix("torch.") for a in op.aliases)})
    missing = sorted(name for name, alike in names.items() if not alike & called)
    beyond = sorted(set(missing) - listed_names() - set(without))
    return {
        "names": len(names),
        "covered": len(names) - len(missing),
        "share": 1 - len(missing) / len(names),
        "share_with_native": 1 - len(beyond) / (len(names) - len(without)),
        "without_derivative_here": without,
        "missing": missing,
        "missing_with_native": beyond,
    }


def listed_names() -> set[str]:
    """The entries that `verify --op 'native:.*'` lists in some dtype of the nightly profile."""
    backend, dtypes = load_backend("torch"), PROFILES["nightly"].dtypes
    listed = {name for dtype in dtypes for name in backend.native_names(dtype, "cpu")}
    return {op.name for op in native_ops(None) if op.formatted_name in listed}


def without_derivative() -> dict[str, str]:
    """The names whose entries say that they support autograd, and have nothing to differentiate on the CPU; why."""
    dtypes: dict[str, set[torch.dtype]] = {}
    for op in native_ops(None):
        dtypes.setdefault(op.name, set()).update(op.supported_dtypes("cpu"))
    return {name: _why(kinds) for name, kinds in sorted(dtypes.items()) if not any(kind.is_floating_point or kind.is_complex for kind in kinds)}


def _why(kinds: set[torch.dtype]) -> str:
    return f"takes {', '.join(sorted(map(str, kinds)))} only" if kinds else "has no kernel on the CPU"


def called_words() -> set[str]:
    """The functions of torch that the printed calls of random cases name."""
    source, found = RandomChoose(np.random.default_rng(0)), set[str]()
    for op in catalogue().values():
        for _ in range(DRAWS):
            try:
                found |= words(draw_case(source, "a law", op, "torch", "cpu", dtype_of(op)))
            except NotDrawn:
                continue
    return found - AUXILIARY


def words(case: Case) -> set[str]:
    """ "linalg.det", "nn.functional.relu" and "masked_fill" in the text of the only instruction."""
    [only] = case.subject.instructions
    text = spell(only.op, only.args, only.params)
    return {plain or (f"nn.functional.{neural}" if neural else method or transposed) for plain, neural, method, transposed in _WORD.findall(text)}
