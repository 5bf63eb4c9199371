"""A backend at the other end of a pipe: `python -m harness.backends.process.serve NAME` answers the questions of another process's harness.

one question a line on stdin  ->  one answer a line on stdout (harness.backends.process.messages); what the library prints goes to stderr
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec
import numpy as np

from harness.backends.bind import Bound, bind
from harness.backends.errors import BackendError
from harness.backends.process.messages import Answer, Array, Question, from_wire, to_wire
from harness.backends.protocol import Backend, Unsupported
from harness.backends.registry import load_backend
from harness.ops.catalogue import catalogue
from harness.program import Case


def answer(backend: Backend, question: Question) -> Answer:
    """What `backend` says; an exception of its is an answer too."""
    if question.do == "hello":
        return hello(backend, question.id)
    try:
        return _ANSWERS[question.do](backend, question)
    except Unsupported as gap:
        return Answer(id=question.id, error=str(gap), unsupported=True)
    except Exception as error:  # whatever the library raises: the other side judges it
        backend.reset()
        return Answer(id=question.id, error=f"{type(error).__name__}: {error}", unsupported=isinstance(error, NotImplementedError))


def hello(backend: Backend, number: int) -> Answer:
    """Who answers, and what it can do."""
    ops = [name for name in catalogue() if backend.op(name) is not None]
    devices = backend.devices()
    return Answer(
        id=number,
        name=backend.name,
        version=backend.version,
        devices=list(devices),
        dtypes=list(backend.dtypes(devices[0])),
        ops=ops,
        capabilities=sorted(backend.capabilities),
        shape_pool=backend.shape_pool,
    )


def _evaluate(backend: Backend, question: Question) -> Answer:
    bound = _bound(backend, question)
    return Answer(id=question.id, outputs=_sent(backend, bound.function(*bound.primals)))


def _vjp(backend: Backend, question: Question) -> Answer:
    bound = _bound(backend, question)
    outputs, gradients = backend.vjp(bound.function, bound.primals, bound.cotangents())
    sent = [None if gradient is None else _sent(backend, [gradient])[0] for gradient in gradients]
    return Answer(id=question.id, outputs=_sent(backend, outputs), gradients=sent)


def _jvp(backend: Backend, question: Question) -> Answer:
    bound = _bound(backend, question)
    outputs, tangents = backend.jvp(bound.function, bound.primals, bound.tangents())
    return Answer(id=question.id, outputs=_sent(backend, outputs), tangents=_sent(backend, tangents))


_ANSWERS = {"evaluate": _evaluate, "vjp": _vjp, "jvp": _jvp}


def _bound(backend: Backend, question: Question) -> Bound:
    assert question.program is not None, "only hello comes without a program"
    dtypes = [array.dtype for array in question.values if "float" in array.dtype or "complex" in array.dtype]
    case = Case(
        law="",
        subject=question.program,
        backend=backend.name,
        device=question.device,
        dtype=dtypes[0] if dtypes else "float64",
        primals=_received(question.values),
        differentiable=tuple(question.differentiable),
        tangents=_received(question.tangents),
        cotangents=_received(question.cotangents),
        layouts=(),
    )
    return bind(backend, case)


def _received(arrays: Sequence[Array]) -> tuple[np.ndarray, ...]:
    return tuple(from_wire(array) for array in arrays)


def _sent(backend: Backend, arrays: Sequence[Any]) -> list[Array]:
    return [to_wire(backend.numpy(array), backend.describe(array).dtype) for array in arrays]


def serve(backend: Backend, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more questions."""
    for line in questions:
        answers.write(msgspec.json.encode(answer(backend, msgspec.json.decode(line, type=Question))) + b"\n")
        answers.flush()


def main() -> int:
    """Serve the backend that the command line names."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whoever prints, in Python or in C, prints to stderr
    try:
        backend = load_backend(sys.argv[1])
    except (BackendError, LookupError) as error:
        print(error, file=sys.stderr)
        return 4
    serve(backend, sys.stdin.buffer, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
