"""What the author of a custom function left out, as torch says it: not a wrong derivative, but none.

Source: https://docs.pytorch.org/docs/stable/notes/extending.html and https://docs.pytorch.org/docs/stable/notes/extending.func.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from harness.backends.protocol import Unsupported

_LEFT_OUT = {
    "the function has no forward mode: its author wrote no `jvp`.": "implement the jvp function|it because it has not been implemented",
    "the function has no `setup_context`, which the functional transforms of torch need.": "must override the setup_context",
    "the function has no `vmap`, which batching needs.": "does not have vmap support",
    "the function is marked with @once_differentiable: it has no second derivative.": "marked with @once_differentiable",
    "the function saves values under hooks (torch.utils.checkpoint does), which the functional transforms of torch do not support.": (
        "don't yet support saved tensor hooks"
    ),
    "the function calls torch.utils.checkpoint with use_reentrant=True, which answers .backward() alone, and neither torch.autograd.grad nor "
    "backward(inputs=...): pass use_reentrant=False to have its derivatives checked.": ("use_reentrant=True, torch.utils.checkpoint is incompatible"),
}


@contextmanager
def limits_told() -> Iterator[None]:
    """Turn torch's refusals into `Unsupported`; every other exception passes."""
    try:
        yield
    except RuntimeError as error:  # NotImplementedError is one
        _raise_limit(error)
        raise


def limited(call: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """`call(*args, **kwargs)` under `limits_told`, whose making and leaving cost more than many an op."""
    try:
        return call(*args, **kwargs)
    except RuntimeError as error:
        _raise_limit(error)
        raise


def _raise_limit(error: RuntimeError) -> None:
    """Raise `Unsupported` where `error` is such a refusal."""
    for told, words in _LEFT_OUT.items():
        if re.search(words, str(error)):
            raise Unsupported(told) from error
