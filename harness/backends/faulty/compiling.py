"""Faults of compilers: gradients, flags, modes and changes in place that the compiled function forgets, or remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.backends.faulty.parts import Spoiled, counted_twice, part_fault
from harness.program import Program
from harness.tape.compiling import Compiling

Compiled = Callable[..., tuple[Any, ...]]


class _Changed(Spoiled):
    """A right compiler, and what happens to the functions that it makes."""

    def compiled(self, program: Program, *, variant: str) -> Compiled:
        return self.changed(self.inner.compiled(program, variant=variant))

    def changed(self, function: Compiled) -> Compiled:
        raise NotImplementedError


@part_fault("compile-doubles", Compiling, "the gradient through a compiled program counts twice")
class Doubles(_Changed):
    def changed(self, function: Compiled) -> Compiled:
        return lambda *given: tuple(counted_twice(self.tape, y) for y in function(*given))


@part_fault("compile-unrecorded", Compiling, "what a compiled program returns is a constant")
class Unrecorded(_Changed):
    def changed(self, function: Compiled) -> Compiled:
        return lambda *given: tuple(self.tape.detach(y) for y in function(*given))


@part_fault("compile-forgets-mode", Compiling, "a compiled program records whatever the mode is")
class ForgetsMode(_Changed):
    def changed(self, function: Compiled) -> Compiled:
        return lambda *given: self.tape.grad_mode(True)(function)(*given)


@part_fault("compile-drops-mutations", Compiling, "a compiled program changes copies of its constants")
class DropsMutations(_Changed):
    def changed(self, function: Compiled) -> Compiled:
        return lambda *given: function(*(x if self.tape.requires_grad(x) else self.tape.apply("clone", x) for x in given))


@part_fault("compile-bends", Compiling, "second derivatives through a compiled program are too large by 2")
class Bends(_Changed):
    def changed(self, function: Compiled) -> Compiled:
        def bent(*given: Any) -> tuple[Any, ...]:
            tape, (y, *rest) = self.tape, function(*given)
            nothing = tape.apply("subtract", given[0], tape.detach(given[0]))  # 0, and so are its square and the square's gradient
            return (tape.apply("add", y, tape.apply("multiply", nothing, nothing)), *rest)

        return bent


@part_fault("compile-remembers", Compiling, "a compiled program returns for ever what it computed first")
class Remembers(_Changed):
    def changed(self, function: Compiled) -> Compiled:
        found: list[tuple[Any, ...]] = []

        def remembered(*given: Any) -> tuple[Any, ...]:
            found.append(function(*given))
            return found[0]

        return remembered
