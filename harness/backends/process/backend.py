"""An adapter in another process: another Python environment, or another language.

    process:node adapter.js          what this starts speaks the protocol (harness.backends.process.messages)
    jax@/venvs/jax/bin/python        our backend `jax` in that environment

A function is sent as a program: it is called once with symbols, which write down what is done to them. Arrays stay here as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from harness.backends.errors import BackendError
from harness.backends.process.messages import PROTOCOL, Answer, Question, from_wire, to_wire
from harness.backends.process.trace import SEVERAL, Held, Symbol, traced
from harness.backends.process.worker import START_SECONDS, ProcessError, Worker, command_worker, python_worker
from harness.backends.protocol import Arrays, Backend, Description, Died, Function, Unsupported
from harness.program import Case, Program

PREFIX = "process:"
_CAPABILITIES = frozenset({"jvp", "complex"})  # those that the protocol carries
_DTYPES = ("float64", "float32", "float16", "complex128", "complex64")  # those that NumPy has


class ProcessBackend(Backend):
    """What answers at the other end."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self._numbers = worker, count(1)
        told = self._ask("hello", seconds=START_SECONDS)
        if told.protocol != PROTOCOL:
            raise ProcessError(f"the adapter speaks protocol {told.protocol}, this harness {PROTOCOL}. Upgrade the older one.")
        if not told.name or not told.ops:
            raise ProcessError("the adapter must say hello with its `name`, `version` and `ops`; one is missing. See docs/reference/process.md.")
        self.name, self.version = told.name, told.version or "unknown"
        self.capabilities = _CAPABILITIES & set(told.capabilities)
        self.shape_pool = told.shape_pool
        if "jvp" in self.capabilities:
            self.jvp = self._jvp  # type: ignore[method-assign]
        self._devices, self._ops = tuple(told.devices) or ("cpu",), frozenset(told.ops)
        self._dtypes = tuple(dtype for dtype in told.dtypes or ("float64",) if dtype in _DTYPES)

    def devices(self) -> tuple[str, ...]:
        """As it said in its hello."""
        return self._devices

    def dtypes(self, device: str) -> tuple[str, ...]:
        """As it said in its hello, those that NumPy has."""
        return self._dtypes

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Held:
        """The numbers, rounded to `dtype`."""
        return Held(np.array(values, dtype=dtype if values.dtype.kind in "fc" else values.dtype, order="C"), self._kind(values, dtype), device)

    def numpy(self, array: Held) -> np.ndarray:
        """A copy."""
        return np.array(array.values)

    def describe(self, array: Any) -> Description:
        """Shape, dtype and device, of a symbol too."""
        if not isinstance(array, Held | Symbol):
            raise TypeError(f"expected an array of the process; got {type(array).__name__}")
        return Description(tuple(array.shape), array.dtype, array.device)

    def op(self, name: str) -> Callable[..., Any] | None:
        """Traced when a symbol is among its arrays, else computed there at once."""
        if name not in self._ops:
            return None

        def call(*arrays: Held | Symbol, **params: Any) -> Any:
            symbols = [array for array in arrays if isinstance(array, Symbol)]
            if symbols:
                return symbols[0].trace.call(name, arrays, params)
            program, held = traced(lambda *x: _several(x[0].trace.call(name, x, params)), arrays)  # type: ignore[arg-type]
            outputs = self._evaluated(program, held)
            return outputs if len(outputs) > 1 or name in SEVERAL else outputs[0]

        return call

    def prepare(self, function: Function, case: Case, dtype: str) -> Function:
        """The whole function is one question."""

        def ready(*points: Held | Symbol) -> Arrays:
            if any(isinstance(point, Symbol) for point in points):
                return function(*points)
            return self._evaluated(*traced(function, points))  # type: ignore[arg-type]

        return ready

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """Asked as "vjp"."""
        program, held = traced(function, primals)
        answer = self._asked("vjp", program, held, len(primals), cotangents=[to_wire(w.values, w.dtype) for w in cotangents])
        return self._arrays(answer.outputs, held), tuple(None if g is None else self._array(g, held) for g in answer.gradients)

    def _jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """Asked as "jvp", of those that announce it."""
        program, held = traced(function, primals)
        answer = self._asked("jvp", program, held, len(primals), tangents=[to_wire(v.values, v.dtype) for v in tangents])
        return self._arrays(answer.outputs, held), self._arrays(answer.tangents, held)

    def _evaluated(self, program: Program, held: Sequence[Held]) -> Arrays:
        return self._arrays(self._asked("evaluate", program, held, 0).outputs, held)

    def _asked(self, do: str, program: Program, held: Sequence[Held], differentiable: int, **more: Any) -> Answer:
        values = [to_wire(array.values, array.dtype) for array in held]
        device = held[0].device if held else self._devices[0]
        return self._ask(do, program=program, values=values, device=device, differentiable=list(range(differentiable)), **more)

    def _ask(self, do: Any, seconds: float | None = None, **fields: Any) -> Answer:
        question = Question(id=next(self._numbers), do=do, **fields)
        return self._worker.ask(question, seconds) if seconds else self._worker.ask(question)

    def _arrays(self, answered: Sequence[Any], held: Sequence[Held]) -> Arrays:
        return tuple(self._array(array, held) for array in answered)

    def _array(self, answered: Any, held: Sequence[Held]) -> Held:
        try:
            values = from_wire(answered)
        except ValueError as error:
            raise ProcessError(f"the adapter answered an array that is none ({error}). See docs/reference/process.md.") from None
        return Held(values, answered.dtype, held[0].device if held else self._devices[0])

    def _kind(self, values: np.ndarray, dtype: str) -> str:
        return dtype if values.dtype.kind in "fc" else values.dtype.name


def _several(made: Any) -> tuple[Any, ...]:
    return made if isinstance(made, tuple) else (made,)


def started(name: str) -> ProcessBackend:
    """The backend behind `process:COMMAND` or `NAME@PYTHON`.

    Raises:
        BackendError: it cannot be started, or does not say hello; one sentence with a remedy.
    """
    if name.startswith(PREFIX):
        worker = command_worker(name.removeprefix(PREFIX))
    else:
        inner, _, python = name.partition("@")
        worker = python_worker(python, inner)
    try:
        return ProcessBackend(worker)
    except OSError as error:
        raise BackendError(f"backend {name!r}: {worker.command[0]} cannot be started ({error.strerror}); check the command.") from None
    except (Died, ProcessError, Unsupported) as error:
        raise BackendError(f"backend {name!r} does not answer: {error}") from None
