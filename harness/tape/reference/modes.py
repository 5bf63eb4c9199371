"""Whether ops are recorded: a switch per thread, turned by contexts that restore what they found.

    with modes.switch(False): ...       leaving, normally or by an exception, restores the mode found at entry

Source: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html ("thread local"; "also functions as a decorator"),
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from functools import wraps
from inspect import isgeneratorfunction
from types import TracebackType
from typing import Any


class Modes(threading.local):
    """The switch; a new thread starts with recording on."""

    recording: bool = True

    def switch(self, recording: bool) -> Switch:
        """A context, or decorator, in which recording is on or off."""
        return Switch(self, recording)


class Switch:
    """Entered as often as one likes: what each entry found is kept on a stack."""

    def __init__(self, modes: Modes, recording: bool) -> None:
        self._modes, self._recording = modes, recording
        self._found: list[bool] = []

    def __enter__(self) -> None:
        self._found.append(self._modes.recording)
        self._modes.recording = self._recording

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._modes.recording = self._found.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with the mode on during each call; a generator has it on during each of its steps only."""
        if isgeneratorfunction(function):
            return wraps(function)(lambda *args, **kwargs: self._stepwise(function(*args, **kwargs)))

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with Switch(self._modes, self._recording):
                return function(*args, **kwargs)

        return called

    def _stepwise(self, inner: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = lambda: next(inner)  # noqa: E731 (reassigned below)
        try:
            while True:
                with Switch(self._modes, self._recording):
                    try:
                        yielded = step()
                    except StopIteration as end:
                        return end.value
                try:
                    sent = yield yielded
                except GeneratorExit:
                    raise
                except BaseException as error:
                    step = lambda error=error: inner.throw(error)  # type: ignore[misc]  # noqa: E731
                else:
                    step = lambda sent=sent: inner.send(sent)  # type: ignore[misc]  # noqa: E731
        finally:
            with Switch(self._modes, self._recording):
                inner.close()
