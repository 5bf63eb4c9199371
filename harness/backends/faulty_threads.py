"""Faults that several threads bring out: state that is shared between walks, walks that run elsewhere."""

from __future__ import annotations

import threading
from typing import Any

from harness.backends.faulty_tape import WrappedTape, tape_fault


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
