"""Faults of a user's own functions: gradients dropped, invented or not counted, and a context that does not keep its promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.backends.faulty.parts import Spoiled, part_fault
from harness.tape.custom_function import CustomFunctions

Calls = Callable[..., Any]


class Functions(Spoiled):
    """Spoils what forward or backward do, or what they are told."""

    def function(self, forward: Calls, backward: Calls | None, *, once: bool = False) -> Calls:
        made: Calls = self.inner.function(self.forward(forward), backward and self.backward(backward), once=once)
        return made

    def forward(self, forward: Calls) -> Calls:
        return lambda context, *args: forward(self.context(context), *args)

    def backward(self, backward: Calls) -> Calls:
        return lambda context, *gradients: backward(self.context(context), *gradients)

    def context(self, context: Any) -> Any:
        return context


def _listed(gradients: Any) -> tuple[Any, ...]:
    return gradients if isinstance(gradients, tuple) else (gradients,)


@part_fault("custom-drops-factor", CustomFunctions, "the gradients of a function are halved")
class DropsFactor(Functions):
    def backward(self, backward: Calls) -> Calls:
        return lambda context, *given: tuple(g if g is None else self.tape.apply("multiply", g, 0.5) for g in _listed(backward(context, *given)))


@part_fault("custom-first-order", CustomFunctions, "the backward of a function is never recorded")
class FirstOrder(Functions):
    def backward(self, backward: Calls) -> Calls:
        return lambda context, *given: self.tape.no_grad()(backward)(context, *given)


@part_fault("custom-unchecked", CustomFunctions, "gradients that are missing, too many or of another shape are accepted")
class Unchecked(Functions):
    def function(self, forward: Calls, backward: Calls | None, *, once: bool = False) -> Calls:
        arguments: list[Any] = []

        def noted(context: Any, *args: Any) -> Any:
            arguments[:] = args
            return forward(context, *args)

        def fitted(context: Any, *given: Any) -> Any:
            found = _listed(backward(context, *given)) if backward else ()
            return tuple(self.fit(x, g) for x, g in zip(arguments, [*found, None, None, None], strict=False))

        made: Calls = self.inner.function(noted, fitted, once=once)
        return made

    def fit(self, argument: Any, gradient: Any) -> Any:
        if gradient is None or self.tape.value(gradient).shape == self.tape.value(argument).shape:
            return gradient
        values = self.tape.value(gradient)
        return self.tape.leaf(np.resize(values, self.tape.value(argument).shape), requires_grad=False)


@part_fault("custom-none-is-zero", CustomFunctions, "None as a gradient counts as zeros")
class NoneIsZero(Functions):
    def backward(self, backward: Calls) -> Calls:
        def filled(context: Any, *given: Any) -> Any:
            zero = self.tape.apply("multiply", given[0], 0.0)
            return tuple(zero if g is None else g for g in _listed(backward(context, *given)))

        return filled


@part_fault("custom-drops-numbers", CustomFunctions, "arguments that are no arrays reach forward as 1")
class DropsNumbers(Functions):
    def forward(self, forward: Calls) -> Calls:
        return lambda context, *args: forward(context, *(1.0 if isinstance(a, float | str) else a for a in args))


@part_fault("custom-records-forward", CustomFunctions, "forward runs in the mode of its caller")
class RecordsForward(Functions):
    def forward(self, forward: Calls) -> Calls:
        def recorded(context: Any, *args: Any) -> Any:
            with self.tape.grad_mode(True):
                return forward(context, *args)

        return recorded


@part_fault("custom-missing-is-zero", CustomFunctions, "a function without a backward has a gradient of zeros")
class MissingIsZero(Functions):
    def function(self, forward: Calls, backward: Calls | None, *, once: bool = False) -> Calls:
        made: Calls = self.inner.function(forward, backward or (lambda context, g: self.tape.apply("multiply", g, 0.0)), once=once)
        return made


@part_fault("custom-skips-identity", CustomFunctions, "a function that returns its input is skipped")
class SkipsIdentity(Functions):
    def function(self, forward: Calls, backward: Calls | None, *, once: bool = False) -> Calls:
        made = self.inner.function(forward, backward, once=once)

        def applied(*args: Any) -> Any:
            result = made(*args)
            same = [a for a in args if not isinstance(a, float | str) and self.tape.memory(a) == self.tape.memory(result)]
            return same[0] if same and not self.tape.version(same[0]) else result

        return applied


@part_fault("custom-once-ignored", CustomFunctions, "a function that is differentiable once is differentiated again")
class OnceIgnored(Functions):
    def function(self, forward: Calls, backward: Calls | None, *, once: bool = False) -> Calls:
        made: Calls = self.inner.function(forward, backward, once=False)
        return made
