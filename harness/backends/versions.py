"""Which versions of the libraries our adapters speak to: a library that is too old is told in a sentence, before its adapter stumbles over it.

too_old("jax")  ->  "jax 0.4.1 is installed, and the adapter needs 0.4.30 or newer; pip install --upgrade 'jax>=0.4.30'"
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

# The oldest that the extras of pyproject.toml install.
OLDEST = {"torch": "2.4", "jax": "0.4.30", "autograd": "1.7", "mygrad": "2.3", "mlx": "0.29", "tensorflow": "2.16", "paddle": "3.0"}
# A library comes in distributions of other names, one per kind of device.
_DISTRIBUTIONS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "paddle": ("paddlepaddle", "paddlepaddle-gpu")}


def too_old(name: str) -> str:
    """What is wrong with the installed version of the library behind our backend `name`, and the remedy; empty where nothing is."""
    for distribution in _DISTRIBUTIONS.get(name, (name,)):
        installed, oldest = _installed(distribution), OLDEST.get(name, "0")
        if installed and _release(installed) < _release(oldest):
            remedy = f"pip install --upgrade '{distribution}>={oldest}'"
            return f"{distribution} {installed} is installed, and the adapter needs {oldest} or newer; {remedy}"
    return ""


def _installed(distribution: str) -> str:
    """Empty where it is not installed, or has a version that begins with no number."""
    try:
        told = version(distribution)
    except PackageNotFoundError:
        return ""
    return told if _release(told) else ""


def _release(told: str) -> tuple[int, ...]:
    """The numbers that "2.13.0+cpu" begins with; what comes behind them does not tell old from new."""
    found = re.match(r"\d+(?:\.\d+)*", told)
    return tuple(map(int, found[0].split("."))) if found else ()
