"""How a law about the world after an action is written: a function that looks, and says what it expects.

expect(condition, "sentence about what was seen instead")
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harness.backends import Backend, Unsupported
from harness.program import Case
from harness.tape import Tape
from harness.verdict import Result, structural
from properties.laws.law import Law


class Expect:
    """Counts what was looked at, and keeps what was not as it should be."""

    def __init__(self) -> None:
        self.count = 0
        self.wrong: list[str] = []

    def __call__(self, condition: bool, otherwise: str) -> None:
        self.count += 1
        if not condition:
            self.wrong.append(otherwise)

    def refusal(self, deed: Callable[[], Any], otherwise: str) -> None:
        """`deed` must raise; of which class is the backend's own affair."""
        try:
            deed()
        except Exception:  # any refusal will do
            self(True, "")
        else:
            self(False, otherwise)


class Stage:
    """A tape with one leaf and numbers to seed it with: the case's first primal and a cotangent of its shape, exact in every dtype."""

    def __init__(self, backend: Backend, case: Case) -> None:
        self.tape: Tape = backend.tape(case.device)
        self.devices = backend.devices()
        self.values = np.asarray(case.points[0]).astype(case.dtype if case.dtype != "bfloat16" else "float32")
        self.seed = np.resize(np.array([1.0, -2.0, 0.5, 3.0]), self.values.shape).astype(self.values.dtype)

    def leaf(self, *, requires_grad: bool = True) -> Any:
        """A leaf with the stage's values."""
        return self.tape.leaf(self.values, requires_grad=requires_grad)

    def times(self, x: Any, y: Any) -> Any:
        """X * y."""
        return self.tape.apply("multiply", x, y)

    def backward(self, y: Any, **options: Any) -> None:
        """From `y`, with the stage's cotangent."""
        self.tape.backward(y, self.seed, **options)

    def holds(self, leaf: Any, due: np.ndarray | None) -> bool:
        """Whether the slot holds exactly that: the stages compute with small factors, so that nothing is rounded."""
        seen = self.tape.grad(leaf)
        if seen is None or due is None:
            return seen is None and due is None
        return seen.shape == due.shape and np.array_equal(seen, due)


Look = Callable[[Stage, Expect], None]


def deed_law(
    name: str, family: str, statement: str, equation: str, source: str, look: Look, *, faults: tuple[str, ...], features: set[str] | None = None
) -> Law:
    """The law that nothing is left to say after `look`; a tape without the features is unsupported."""
    check = partial(_check, name, look, frozenset(features or ()))
    return Law(name, family, statement, equation, source, check, faults, needs=frozenset({"tape"}), subject="tape")


def _check(name: str, look: Look, features: frozenset[str], backend: Backend, case: Case) -> Result:
    stage, expect = Stage(backend, case), Expect()
    if lacking := sorted(features - stage.tape.features):
        raise Unsupported(f"the tape of {backend.name} lacks the features {', '.join(lacking)}.")
    try:
        look(stage, expect)
    except Unsupported:
        raise
    except Exception as error:  # what a tape owes it must not refuse
        expect(False, f"{type(error).__name__}: {error}")
    finally:
        backend.reset()
    return structural(name, not expect.wrong, "; ".join(expect.wrong), comparisons=expect.count)
