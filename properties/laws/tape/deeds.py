"""How a law about the world after an action is written: a function that looks, and says what it expects.

expect(condition, "sentence about what was seen instead")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def __init__(self, tape: Tape | None = None) -> None:
        self.count = 0
        self.wrong: list[str] = []
        self._tape = tape

    def __call__(self, condition: bool, otherwise: str) -> None:
        self.count += 1
        if not condition:
            self.wrong.append(otherwise)

    def refusal(self, deed: Callable[[], Any], otherwise: str, kind: str = "") -> None:
        """`deed` must raise; of which class is the backend's own affair, of which `kind` it is not where the tape can tell."""
        try:
            deed()
        except Unsupported:
            raise
        except Exception as error:  # any refusal will do
            named = self._tape.refusal(error) if kind and self._tape is not None and "refusals" in self._tape.features else kind
            self(named == kind, f"refused for another reason than {kind!r}: {type(error).__name__}: {error}")
        else:
            self(False, otherwise)


class Stage:
    """A tape with one leaf and numbers to seed it with: the case's first primal and a cotangent of its shape, exact in every dtype."""

    def __init__(self, backend: Backend, case: Case) -> None:
        self.backend, self.dtype = backend, case.dtype
        self.tape: Tape = backend.tape(case.device)
        self.devices, self.on_host = backend.devices(), case.device == "cpu"
        self.values = np.asarray(case.points[0]).astype(case.dtype if case.dtype != "bfloat16" else "float32")
        self.seed = np.resize(np.array([1.0, -2.0, 0.5, 3.0]), self.values.shape).astype(self.values.dtype)
        self.small = np.resize(np.array([2.0, -3.0, 0.5, 4.0]), self.values.shape).astype(self.values.dtype)  # for sums: nothing is rounded

    def leaf(self, *, requires_grad: bool = True) -> Any:
        """A leaf with the stage's values."""
        return self.tape.leaf(self.values, requires_grad=requires_grad)

    def known(self) -> Any:
        """A leaf with `small`, whose products are exact, and real in complex dtypes too."""
        return self.tape.leaf(self.small)

    def needs_ops(self, *names: str) -> None:
        """Raises Unsupported unless the backend has these ops of the catalogue."""
        if missing := [name for name in names if self.backend.op(name) is None]:
            raise Unsupported(f"backend {self.backend.name} has no op {missing[0]!r}.")

    def needs_dtype(self, kind: str) -> None:
        """Raises Unsupported unless the case's dtype is "real" or "complex", as said."""
        if self.dtype.startswith("complex") != (kind == "complex"):
            raise Unsupported(f"this law is about {kind} numbers; the case is {self.dtype}.")

    def vector(self, *numbers: float, requires_grad: bool = True) -> Any:
        """A leaf of the stage's dtype that holds these numbers."""
        return self.tape.leaf(self.numbers(*numbers), requires_grad=requires_grad)

    def numbers(self, *numbers: float) -> np.ndarray:
        """These numbers in the stage's dtype."""
        return np.array(numbers, self.values.dtype)

    def times(self, x: Any, y: Any) -> Any:
        """X * y."""
        return self.tape.apply("multiply", x, y)

    def plus(self, x: Any, y: Any) -> Any:
        """X + y."""
        return self.tape.apply("add", x, y)

    def equals(self, handle: Any, due: Any) -> bool:
        """Whether the value is exactly that."""
        return handle is not None and np.array_equal(self.tape.value(handle), due)

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
    wanted = frozenset(features or ())
    check = partial(_check, name, look, wanted)
    return Law(name, family, statement, equation, source, check, faults, needs=frozenset({"tape"}), subject="tape", features=wanted)


class Family:
    """The laws of one page: each is a function that looks, under the sentence that it looks at."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self._source = name, source
        self._laws: list[Law] = []

    def law(self, name: str, statement: str, equation: str, *, faults: Sequence[str], features: str = "", source: str = "") -> Callable[[Look], Look]:
        """Make the function a law; `features` are words, `source` is the page's own where none is given."""

        def made(look: Look) -> Look:
            needed = set(features.split())
            self._laws.append(deed_law(name, self.name, statement, equation, source or self._source, look, faults=tuple(faults), features=needed))
            return look

        return made

    @property
    def laws(self) -> tuple[Law, ...]:
        """Every law so far, in the order of the page."""
        return tuple(self._laws)


def _check(name: str, look: Look, features: frozenset[str], backend: Backend, case: Case) -> Result:
    if case.dtype == "bfloat16":
        raise Unsupported("a tape is given NumPy arrays, which have no bfloat16.")
    stage = Stage(backend, case)
    expect = Expect(stage.tape)
    if lacking := sorted(features - stage.tape.features):
        raise Unsupported(f"the tape of {backend.name} lacks the features {', '.join(lacking)}.")
    try:
        look(stage, expect)
    except (Unsupported, NotImplementedError):
        raise
    except Exception as error:  # what a tape owes it must not refuse
        expect(False, f"{type(error).__name__}: {error}")
    finally:
        backend.reset()
    return structural(name, not expect.wrong, "; ".join(expect.wrong), comparisons=expect.count)
