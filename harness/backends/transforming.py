"""A library of transforms that apply to functions of traced arrays: what follows from a vjp, a jvp and a map over a leading axis.

H v = d/dt f'(x + t v)^T w  = vjp(x -> f'(x)^T w)(v), where the Hessian is symmetric,     reverse over reverse
                            = jvp(x -> f'(x)^T w)(v)                                      forward over reverse
                            = vjp(x -> f'(x) v)(w)                                        reverse over forward
f''(x) v u                  = jvp(x -> f'(x) v)(u)                                        forward over forward
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from harness.backends.protocol import Arrays, Function, Hvp, Jvp, Vjp
from harness.backends.spelled import Spelled


@dataclass(frozen=True)
class Transforms:
    """Reverse and forward mode."""

    vjp: Vjp
    jvp: Jvp


@dataclass(frozen=True)
class MappedTransforms(Transforms):
    """And a map of a function over the first axis of all that it takes."""

    vmap: Callable[..., Any]


class Transforming(Spelled):
    """Who subclasses it names its transforms."""

    transforms: Transforms

    def ready(self, route: Callable[..., Any], function: Function) -> Callable[..., Any]:
        """`route` of `function`, about to be called: what compiles does so here, once for all who ask with the same two."""
        return partial(route, function)

    def each(self, route: Callable[..., Any]) -> Callable[..., Any]:
        """`route`, whichever function it is asked about."""
        return lambda function, *args: self.ready(route, function)(*args)

    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `transforms.vjp`."""
        outputs, gradients = self.ready(self.transforms.vjp, function)(primals, cotangents)
        return outputs, gradients

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """By `transforms.jvp`."""
        outputs, results = self.ready(self.transforms.jvp, function)(primals, tangents)
        return outputs, results

    def hvps(self) -> Mapping[str, Hvp]:
        """The compositions of the two modes that give a Hessian times a vector."""
        return {name: self.each(route) for name, route in compositions(self.transforms.vjp, self.transforms.jvp).items()}

    def nested_jvp(self, function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """Forward over forward."""
        return tuple(self.ready(_nested(self.transforms.jvp), function)(primals, tangents, others))


class Batching(Transforming):
    """Who subclasses it announces "batching"."""

    transforms: MappedTransforms

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        """`vmap` over the cotangents."""
        return tuple(self.ready(_batched(self.transforms.vjp, self.transforms.vmap), function)(primals, cotangents))

    def batched_jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """`vmap` over the tangents."""
        return tuple(self.ready(_batched(self.transforms.jvp, self.transforms.vmap), function)(primals, tangents))


@cache  # one function per pair of transforms, by which what was compiled is found again
def compositions(vjp: Vjp, jvp: Jvp) -> dict[str, Hvp]:
    """H v by the compositions that begin or end in reverse mode; outer mode first."""

    def gradient(function: Function, cotangents: Arrays) -> Function:
        return lambda *x: vjp(function, x, cotangents)[1]

    return {
        "reverse over reverse": lambda f, x, w, v: vjp(gradient(f, w), x, v)[1],
        "forward over reverse": lambda f, x, w, v: jvp(gradient(f, w), x, v)[1],
        "reverse over forward": lambda f, x, w, v: vjp(lambda *y: jvp(f, y, v)[1], x, w)[1],
    }


@cache
def _nested(jvp: Jvp) -> Callable[..., Arrays]:
    return lambda f, x, v, u: jvp(lambda *y: jvp(f, y, v)[1], x, u)[1]


@cache
def third_of(vjp: Vjp) -> Callable[..., Arrays]:
    """The gradient of <u, H v>: the vjp of x -> H(x) v, with u for its cotangent."""
    return lambda f, x, w, v, u: vjp(lambda *y: vjp(lambda *z: vjp(f, z, w)[1], y, v)[1], x, u)[1]


@cache
def _batched(transform: Vjp | Jvp, vmap: Callable[..., Any]) -> Callable[..., Arrays]:
    return lambda f, x, many: vmap(lambda *one: tuple(transform(f, x, one)[1]))(*many)
