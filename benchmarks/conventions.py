"""What each backend does at kinks, where any subgradient is a convention: one row per backend, for docs/reference/backends.md.

python benchmarks/conventions.py torch autograd@/venvs/autograd/bin/python ...          prints the table, the backends as columns
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from harness.backends import Backend, BackendError, Unsupported, load_backend

ZERO, ONES = np.array(0.0), np.array([1.0, 1.0, 0.0])
KINKS: dict[str, tuple[str, tuple[np.ndarray, ...], dict[str, Any]]] = {
    "abs'(0)": ("abs", (ZERO,), {}),
    "relu'(0)": ("relu", (ZERO,), {}),
    "sqrt'(0)": ("sqrt", (ZERO,), {}),
    "maximum(x, y), x = y": ("maximum", (ZERO, ZERO), {}),
    "max([1, 1, 0])": ("max", (ONES,), {"axis": None, "keepdims": False}),
    "clip at its edge": ("clip", (np.array(1.0),), {"min": -1.0, "max": 1.0}),
    "norm([0, 0])": ("vector_norm", (np.zeros(2),), {"axis": None, "ord": 2, "keepdims": False}),
    "std([1, 1])": ("std", (np.ones(2),), {"axis": None, "correction": 0, "keepdims": False}),
}


def convention(backend: Backend, op: str, values: tuple[np.ndarray, ...], params: dict[str, Any]) -> str:
    """The gradients at the kink, as a few characters."""
    call, dtype = backend.op(op), backend.dtypes("cpu")[0]
    if call is None:
        return "-"
    primals = tuple(backend.array(x, dtype=dtype, device="cpu") for x in values)
    one = backend.array(np.array(1.0), dtype=dtype, device="cpu")
    try:
        gradients = backend.vjp(lambda *x: (call(*x, **params),), primals, (one,))[1]
    except Unsupported:
        return "-"
    except Exception as error:  # a library that raises at a kink has a convention, too
        backend.reset()
        return type(error).__name__
    shown = [0.0 if g is None else backend.numpy(g).tolist() for g in gradients]
    return ", ".join(f"{x:g}" for found in shown for x in np.ravel(found))


def main(names: list[str]) -> None:
    """Print a Markdown table."""
    backends = {}
    for name in names:
        try:
            backends[name.split("@")[0]] = load_backend(name)
        except BackendError as error:
            print(error, file=sys.stderr)
    print("| | " + " | ".join(f"{name} {backend.version}" for name, backend in backends.items()) + " |")
    print("|---" * (len(backends) + 1) + "|")
    for title, kink in KINKS.items():
        print(f"| {title} | " + " | ".join(convention(backend, *kink) for backend in backends.values()) + " |")


if __name__ == "__main__":
    main(sys.argv[1:] or ["torch"])
