"""Backends whose tape is not what it says: it boasts, mistakes its errors, hangs, or loses its state. All else is the reference's."""

from __future__ import annotations

from typing import Any

from harness.backends.faulty.tape import WrappedTape
from harness.backends.reference import ReferenceBackend
from harness.tape import Refused, Unsupported
from harness.tape.features import Features


class Liar(ReferenceBackend):
    """The reference, whose tapes are wrapped into `Tape`."""

    Tape: type[WrappedTape] = WrappedTape

    def tape(self, device: str) -> Any:
        return self.Tape(super().tape(device))


class Boasts(Liar):
    """Announces in-place changes, and has none."""

    class Tape(WrappedTape):
        scale_in_place = Features.scale_in_place
        add_in_place = Features.add_in_place


class Mistakes(Liar):
    """Refuses a second walk through one graph by an exception of its own, which says nothing of it."""

    class Tape(WrappedTape):
        def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
            try:
                self.inner.backward(output, cotangent, **options)
            except Refused as error:
                raise IndexError("list index out of range") if error.kind == "freed" else error from None


class Hangs(Liar):
    """Never comes back from a backward."""

    class Tape(WrappedTape):
        def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
            while True:
                pass


class Forgets(Liar):
    """After a backward it has lost what it needs to answer."""

    class Tape(WrappedTape):
        values: dict[str, Any] | None = None

        def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
            self.inner.backward(output, cotangent, **options)
            self.values = {}

        def value(self, handle: Any) -> Any:
            return self.inner.value(handle) if self.values is None else self.values["lost"]


class Mixes(Liar):
    """A backward puts its cotangent into the memory of a leaf that it has nothing to do with."""

    class Tape(WrappedTape):
        first: Any = None

        def leaf(self, values: Any, *, requires_grad: bool = True) -> Any:
            made = self.inner.leaf(values, requires_grad=requires_grad)
            self.first = made if self.first is None else self.first
            return made

        def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
            self.inner.backward(output, cotangent, **options)
            self.first.array[...] = 0


class Declines(Liar):
    """Retains no graph, has no copy, and says so beforehand; all that it does is right."""

    class Tape(WrappedTape):
        def __init__(self, inner: Any) -> None:
            super().__init__(inner)
            self.features = inner.features - {"slots", "views", "in_place"}

        def apply(self, op: str, *args: Any, **params: Any) -> Any:
            if op == "clone":
                raise Unsupported("this tape has no clone.")
            return self.inner.apply(op, *args, **params)

        def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> None:
            if retain_graph:
                raise Unsupported("this tape retains no graph.")
            self.inner.backward(output, cotangent, **options)


class DeclinesTooLate(Liar):
    """Says that it retains no graph when it has walked it."""

    class Tape(WrappedTape):
        def backward(self, output: Any, cotangent: Any = None, *, retain_graph: bool = False, **options: Any) -> None:
            self.inner.backward(output, cotangent, **options)
            if retain_graph:
                raise Unsupported("this tape retains no graph.")
