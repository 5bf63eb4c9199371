"""Faults of functional transforms: wrong factors, levels mixed up, closures that wear out, policies ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.transforming import Function, Transforms


@part_fault("func-doubles", Transforms, "grad doubles the gradient")
class Doubles(Spoiled):
    def grad(self, function: Function, **options: Any) -> Function:
        return lambda *args: self.tape.apply("multiply", self.inner.grad(function, **options)(*args), 2.0)


@part_fault("func-drops-aux", Transforms, "what a function returns beside its value is lost")
class DropsAux(Spoiled):
    def grad(self, function: Function, *, argument: int | tuple[int, ...] = 0, aux: bool = False) -> Function:
        made: Function = self.inner.grad(function, argument=argument, aux=aux)
        return (lambda *args: (made(*args)[0], None)) if aux else made


@part_fault("func-turns-arguments", Transforms, "the gradients by several arguments come in the order of the arguments")
class TurnsArguments(Spoiled):
    def grad(self, function: Function, *, argument: int | tuple[int, ...] = 0, aux: bool = False) -> Function:
        made: Function = self.inner.grad(function, argument=tuple(sorted(argument)) if isinstance(argument, tuple) else argument, aux=aux)
        return made


@part_fault("func-fells-trees", Transforms, "of a nested argument the gradient of the first leaf is all that is given")
class FellsTrees(Spoiled):
    def grad(self, function: Function, **options: Any) -> Function:
        made = self.inner.grad(function, **options)

        def felled(*args: Any) -> Any:
            gradient = made(*args)
            return next(iter(gradient.values())) if isinstance(gradient, dict) else gradient

        return felled


@part_fault("func-sums-outputs", Transforms, "grad sums a function's outputs to a scalar")
class SumsOutputs(Spoiled):
    def grad(self, function: Function, *, argument: int | tuple[int, ...] = 0, aux: bool = False) -> Function:
        made: Function = self.inner.grad(function if aux else lambda *args: self.tape.apply("sum", function(*args)), argument=argument, aux=aux)
        return made


@part_fault("func-fills-slots", Transforms, "grad also fills the slots of its arguments")
class FillsSlots(Spoiled):
    def grad(self, function: Function, **options: Any) -> Function:
        made = self.inner.grad(function, **options)

        def filled(*args: Any) -> Any:
            gradient = made(*args)
            if self.tape.requires_grad(args[0]):
                self.tape.assign_grad(args[0], self.tape.detach(gradient))
            return gradient

        return filled


@part_fault("func-obeys-no-grad", Transforms, "under no_grad a derivative is zero")
class ObeysNoGrad(Spoiled):
    def grad(self, function: Function, **options: Any) -> Function:
        made = self.inner.grad(function, **options)
        return lambda *args: made(*args) if self.tape.is_recording() else self.tape.apply("multiply", args[0], 0.0)


@part_fault("func-pulls-half", Transforms, "the function that vjp returns gives half of the gradient")
class PullsHalf(Spoiled):
    def vjp(self, function: Function, *primals: Any) -> Any:
        value, pull = self.inner.vjp(function, *primals)
        return value, lambda *args: tuple(self.tape.apply("multiply", g, 0.5) for g in pull(*args))


@part_fault("func-pulls-once", Transforms, "the functions that vjp and linearize return can be called once")
class PullsOnce(Spoiled):
    def vjp(self, function: Function, *primals: Any) -> Any:
        return self.worn(*self.inner.vjp(function, *primals))

    def linearize(self, function: Function, *primals: Any) -> Any:
        return self.worn(*self.inner.linearize(function, *primals))

    def worn(self, value: Any, call: Callable[..., Any]) -> Any:
        left = [call]
        return value, lambda *args: left.pop()(*args)


@part_fault("func-confuses", Transforms, "a derivative inside a derivative is a constant")
class Confuses(Spoiled):
    depth = 0

    def grad(self, function: Function, **options: Any) -> Function:
        made = self.inner.grad(function, **options)

        def counted(*args: Any) -> Any:
            self.depth += 1
            try:
                return made(*args) if self.depth == 1 else self.tape.detach(made(*args))
            finally:
                self.depth -= 1

        return counted


@part_fault("func-transposes", Transforms, "a Jacobian by forward mode is upside down")
class Transposes(Spoiled):
    def jacobian(self, function: Function, *, mode: str) -> Function:
        made: Function = self.inner.jacobian(function, mode=mode)
        return made if mode == "reverse" else lambda x: made(x).flip(0)


@part_fault("func-drops-tangent", Transforms, "a jvp forgets the tangent of its last argument")
class DropsTangent(Spoiled):
    def jvp(self, function: Function, primals: Any, tangents: Any) -> Any:
        return self.inner.jvp(function, primals, (*tangents[:-1], self.tape.apply("multiply", tangents[-1], 0.0)))


@part_fault("func-bends-tangents", Transforms, "jvp takes the magnitude of a tangent for the tangent")
class BendsTangents(Spoiled):
    def jvp(self, function: Function, primals: Any, tangents: Any) -> Any:
        return self.inner.jvp(function, primals, [self.tape.apply("abs", v) for v in tangents])


@part_fault("func-maps-first", Transforms, "a mapped function repeats its first row")
class MapsFirst(Spoiled):
    def vmap(self, function: Function, **options: Any) -> Function:
        made = self.inner.vmap(function, **options)
        return lambda *args: self.tape.leaf(self.tape.value(made(*args))[[0] * len(args[0])], requires_grad=False)


@part_fault("func-maps-noise", Transforms, "a random function is mapped as it comes")
class MapsNoise(Spoiled):
    def vmap(self, function: Function, *, randomness: str = "error") -> Function:
        made: Function = self.inner.vmap(function, randomness="different" if randomness == "error" else randomness)
        return made


@part_fault("func-never-strict", Transforms, "a strict Jacobian of a constant is zero")
class NeverStrict(Spoiled):
    def strict_jacobian(self, function: Function, x: Any, *, strict: bool) -> Any:
        return self.inner.strict_jacobian(function, x, strict=False)
