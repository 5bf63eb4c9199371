"""Torch's spelling of the catalogue (the grammar: harness.backends.spelling). Nothing here imports torch.

spell("sum", ["x"], {"axis": 0, "keepdims": False})  ->  "torch.sum(x, dim=0)"
compile_call("sum", 1, {"torch": torch})(x, axis=0)  ->  the value of that very text
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from harness.backends.spelling import Params, Spelling, Template
from harness.backends.torch.linalg_templates import LINALG_TEMPLATES
from harness.backends.torch.nn_templates import NN_TEMPLATES
from harness.backends.torch.placing_templates import PLACING_TEMPLATES
from harness.backends.torch.templates import ARRAY_TEMPLATES

SPELLINGS: dict[str, Template] = {**ARRAY_TEMPLATES, **LINALG_TEMPLATES, **PLACING_TEMPLATES, **NN_TEMPLATES}


def spell(op: str, args: Sequence[str], params: Params) -> str:
    """The call of `op` as a person would write it in torch.

    Raises:
        LookupError: torch has no spelling of `op`.
    """
    return _PRINTED.spell(op, args, params)


def compile_call(op: str, nargs: int, namespace: dict[str, Any]) -> Callable[..., Any]:
    """A function of `nargs` arrays and of the op's parameters as keywords; `namespace` holds `torch` and `F`.

    Raises:
        LookupError: torch has no spelling of `op`.
    """
    key = (op, nargs, id(namespace))
    if key not in _CALLS:
        call = Spelling("torch", SPELLINGS, namespace, omits=True).call(op)
        if call is None:
            raise LookupError(f"torch has no spelling of the op {op!r}; add it to harness/backends/torch/templates.py.")
        _CALLS[key] = (namespace, call)
    return _CALLS[key][1]


_PRINTED = Spelling("torch", SPELLINGS, {}, omits=True)
_CALLS: dict[tuple[str, int, int], tuple[dict[str, Any], Callable[..., Any]]] = {}  # the namespace is kept, so that its id stays its own
