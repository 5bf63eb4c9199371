"""Faults of grad modes: something is recorded that must not be, or nothing is that must, inside, after, or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from harness.backends.faulty.tape import WrappedTape, tape_fault


@tape_fault("records-in-no-grad", "ops are recorded under no_grad")
class RecordsInNoGrad(WrappedTape):
    def no_grad(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def grad_mode(self, recording: bool) -> AbstractContextManager[Any]:
        return self.inner.grad_mode(True) if recording else nullcontext()


class _Contexts(WrappedTape):
    """Both contexts are made by one generator."""

    def context(self, recording: bool) -> Iterator[None]:
        raise NotImplementedError

    def no_grad(self) -> AbstractContextManager[Any]:
        return contextmanager(self.context)(False)

    def grad_mode(self, recording: bool) -> AbstractContextManager[Any]:
        return contextmanager(self.context)(recording)


@tape_fault("leaks-no-grad", "recording stays off after an exception leaves no_grad")
class LeaksNoGrad(_Contexts):
    def context(self, recording: bool) -> Iterator[None]:
        before = self.inner.is_recording()
        self.inner.set_recording(recording)
        yield  # an exception passes here, and the mode is never restored
        self.inner.set_recording(before)


@tape_fault("exit-turns-on", "leaving a mode turns recording on, whatever it was before")
class ExitTurnsOn(_Contexts):
    def context(self, recording: bool) -> Iterator[None]:
        self.inner.set_recording(recording)
        try:
            yield
        finally:
            self.inner.set_recording(True)


@tape_fault("never-leaves", "leaving a mode does not restore anything")
class NeverLeaves(_Contexts):
    def context(self, recording: bool) -> Iterator[None]:
        self.inner.set_recording(recording)
        yield


@tape_fault("no-nesting", "a mode inside another one is ignored")
class NoNesting(_Contexts):
    depth = 0

    def context(self, recording: bool) -> Iterator[None]:
        before = self.inner.is_recording()
        self.depth += 1
        if self.depth == 1:
            self.inner.set_recording(recording)
        try:
            yield
        finally:
            self.depth -= 1
            self.inner.set_recording(before)


@tape_fault("enable-ignored", "enable_grad inside no_grad records nothing")
class EnableIgnored(WrappedTape):
    def grad_mode(self, recording: bool) -> AbstractContextManager[Any]:
        return self.inner.grad_mode(recording and self.inner.is_recording())


@tape_fault("switch-ignored", "the function form of the mode does nothing")
class SwitchIgnored(WrappedTape):
    def set_recording(self, recording: bool) -> None:
        return None


@tape_fault("no-grad-freezes", "entering no_grad freezes every leaf for good")
class NoGradFreezes(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.leaves: list[Any] = []

    def leaf(self, values: Any, *, requires_grad: bool = True) -> Any:
        self.leaves.append(self.inner.leaf(values, requires_grad=requires_grad))
        return self.leaves[-1]

    def no_grad(self) -> AbstractContextManager[Any]:
        for leaf in self.leaves:
            self.inner.set_requires_grad(leaf, False)
        return self.inner.no_grad()


@tape_fault("mode-lies", "the mode is said to be on when it is off")
class ModeLies(WrappedTape):
    def is_recording(self) -> bool:
        return True


@tape_fault("backward-leaves-off", "recording is off after a backward")
class BackwardLeavesOff(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.inner.backward(output, cotangent, **options)
        self.inner.set_recording(False)


@tape_fault("failed-backward-leaves-off", "recording is off after a backward that was refused")
class FailedBackwardLeavesOff(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        try:
            self.inner.backward(output, cotangent, **options)
        except Exception:
            self.inner.set_recording(False)
            raise


@tape_fault("decorator-leaks", "a decorated generator keeps its mode between its steps")
class DecoratorLeaks(WrappedTape):
    def no_grad(self) -> AbstractContextManager[Any]:
        return _LeakyDecorator(self.inner.no_grad())


class _LeakyDecorator:
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __enter__(self) -> Any:
        return self.inner.__enter__()

    def __exit__(self, *error: Any) -> Any:
        return self.inner.__exit__(*error)

    def __call__(self, function: Any) -> Any:
        def leaking(*args: Any) -> Iterator[Any]:
            with self.inner:
                yield from function(*args)

        return leaking


@tape_fault("mode-reaches-threads", "a new thread starts in the mode of the one that last changed it")
class ModeReachesThreads(WrappedTape):
    latest = True

    def no_grad(self) -> AbstractContextManager[Any]:
        return contextmanager(self.noted)()

    def noted(self) -> Iterator[None]:
        before, self.latest = self.latest, False
        try:
            with self.inner.no_grad():
                yield
        finally:
            self.latest = before

    def is_recording(self) -> bool:
        return self.inner.is_recording() and self.latest
