"""autograd-harness: is this autograd right? Gradients against an oracle that knows its own error, and the semantics of the tape.

The public face; every name is loaded when it is first used, so that `import harness` is quick and loads no framework.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.backends import Backend, BackendError
    from harness.checking import Report, assert_gradients, check_gradients
    from harness.oracles import differentiate
    from harness.verdict import LawBroken, Result, Verdict

__version__ = "0.1.0"
_HOMES = {
    "Backend": "harness.backends",
    "BackendError": "harness.backends",
    "LawBroken": "harness.verdict",
    "Report": "harness.checking",
    "Result": "harness.verdict",
    "Verdict": "harness.verdict",
    "assert_gradients": "harness.checking",
    "check_gradients": "harness.checking",
    "differentiate": "harness.oracles",
}


def __getattr__(name: str) -> Any:
    """The public object called `name`, from the module that it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


__all__ = [
    "Backend",
    "BackendError",
    "LawBroken",
    "Report",
    "Result",
    "Verdict",
    "__version__",
    "assert_gradients",
    "check_gradients",
    "differentiate",
]
