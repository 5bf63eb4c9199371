"""Faults that several threads, or tasks of one, bring out: state that is shared between them, walks that run elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from harness.backends.faulty.tape import WrappedTape, tape_fault
from harness.tape.hooking import Saving


@tape_fault("threads-mix-slots", "a walk on another thread than the main one accumulates twice", control=True)
class MixSlots(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            self.inner.backward(output, cotangent, **{**options, "retain_graph": True})
        self.inner.backward(output, cotangent, **options)


@tape_fault("threads-mix-results", "a thread gets the gradient that another one asked for first", control=True)
class MixResults(WrappedTape):
    first: Any = None

    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, **options)
        self.first = self.first or found
        return self.first


@tape_fault("backward-elsewhere", "walks run on a thread of their own", control=True)
class Elsewhere(WrappedTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        thread = threading.Thread(target=self.quietly, args=(output, cotangent), kwargs=options)
        thread.start()
        thread.join()

    def quietly(self, output: Any, cotangent: Any, **options: Any) -> None:
        try:
            self.inner.backward(output, cotangent, **options)
        except IndexError:
            return


@tape_fault("threads-free-shared", "the second thread that walks a retained graph frees it", control=True)
class FreeShared(WrappedTape):
    walks = 0

    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> Any:
        self.walks += 1
        return self.inner.gradient(output, wrt, cotangent, retain_graph=retain_graph and self.walks != 2, **options)


@tape_fault("packing-reaches-threads", "hooks on saved values apply in every thread", control=True)
class PackingReachesThreads(WrappedTape):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.pairs: list[tuple[Any, Any]] = []
        self.entered: int | None = None

    def part(self, kind: Any) -> Any:
        made = self.inner.part(kind)
        return _Noting(made, self) if kind is Saving else made

    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        if not self.pairs or threading.get_ident() == self.entered:
            return self.inner.apply(op, *args, **params)
        with self.inner.part(Saving).hooks(*self.pairs[-1]):
            return self.inner.apply(op, *args, **params)


class _Noting(Saving):
    """Tells the tape which pairs are on."""

    def __init__(self, inner: Saving, tape: PackingReachesThreads) -> None:
        self.inner, self.tape = inner, tape

    @contextmanager
    def hooks(self, pack: Any, unpack: Any) -> Iterator[None]:
        self.tape.pairs.append((pack, unpack))
        self.tape.entered = threading.get_ident()
        try:
            with self.inner.hooks(pack, unpack):
                yield
        finally:
            self.tape.pairs.pop()


@tape_fault("tasks-keep-modes", "a mode that is left inside an asyncio task is not restored", control=True)
class TasksKeepModes(WrappedTape):
    def no_grad(self) -> AbstractContextManager[Any]:
        return contextmanager(self.kept)()

    def kept(self) -> Iterator[None]:
        with self.inner.no_grad():
            yield
        if _is_in_task():
            self.inner.set_recording(False)


def _is_in_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:  # no event loop runs
        return False
