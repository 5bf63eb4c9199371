"""One deed on a tape, as data: it can be written down, sent, replayed, left out.

result = verb(*args, **params)          names of handles in, the name of a new handle out
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import numpy as np

from harness.tape.interface import Tape
from harness.tape.walks.more import MORE


class Action(msgspec.Struct, frozen=True):
    """`params` is plain JSON data. An action without `result` makes no handle."""

    verb: str
    args: tuple[str, ...] = ()
    result: str = ""
    params: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        """The verb, or the op's name: what coverage counts."""
        return str(self.params["op"]) if self.verb == "op" else self.verb


class Side:
    """One tape with what a walk has made on it: handles by name, contexts entered, hooks, what they saw, and the last cotangents."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.handles: dict[str, Any] = {}
        self.contexts: list[AbstractContextManager[Any]] = []
        self.hooks: dict[str, Callable[[], None]] = {}
        self.seen: dict[str, list[np.ndarray]] = {}
        self.cotangents: list[tuple[Any, np.ndarray]] = []


class Interruption(Exception):
    """The exception with which a walk leaves a context."""


def perform(side: Side, action: Action) -> None:
    """Do `action` on one side.

    Raises:
        Whatever the tape raises; then no handle was made.
    """
    made = _PERFORM[action.verb](side, *(side.handles[name] for name in action.args), **action.params)
    if action.result:
        side.handles[action.result] = made


def _leaf(side: Side, *, values: Any, requires_grad: bool) -> Any:
    return side.tape.leaf(np.array(values, dtype=np.float64), requires_grad=requires_grad)


def _apply(side: Side, *operands: Any, op: str, number: float | None = None) -> Any:
    return side.tape.apply(op, *operands, *([] if number is None else [number]))


def _hook(side: Side, handle: Any, *, name: str, factor: float | str | None) -> None:
    """With a factor the gradient is multiplied by it, without one it is only written down; "sum" returns another shape."""

    def called(gradient: Any) -> Any:
        side.seen.setdefault(name, []).append(side.tape.value(gradient))
        if factor == "sum":
            return side.tape.apply("sum", gradient)
        return None if factor is None else side.tape.apply("multiply", gradient, factor)

    side.hooks[name] = side.tape.hook(handle, called)


def _unhook(side: Side, *, name: str) -> None:
    side.hooks[name]()


def _enter(side: Side, *, recording: bool) -> None:
    context = side.tape.grad_mode(recording)
    context.__enter__()
    side.contexts.append(context)


def _leave(side: Side, *, by_exception: bool) -> None:
    context = side.contexts.pop()
    error = Interruption()
    context.__exit__(*((Interruption, error, None) if by_exception else (None, None, None)))


def _cotangent(side: Side, values: Any) -> Any:
    if values is None:
        return None
    array = np.array(values, dtype=np.float64)
    side.cotangents = [*side.cotangents[-3:], (side.tape.leaf(array, requires_grad=False), array)]
    return side.cotangents[-1][0]


def _backward(side: Side, root: Any, *inputs: Any, cotangent: Any, retain: bool, create: bool) -> None:
    chosen = {"inputs": list(inputs)} if inputs else {}
    side.tape.backward(root, _cotangent(side, cotangent), retain_graph=retain, create_graph=create, **chosen)


def _gradient(side: Side, root: Any, wrt: Any, *, cotangent: Any, retain: bool, create: bool, allow_unused: bool) -> Any:
    """A copy of the gradient, since what `gradient` returns may share memory; a constant 0 stands for None."""
    seed = _cotangent(side, cotangent)
    (found,) = side.tape.gradient(root, [wrt], seed, retain_graph=retain, create_graph=create, allow_unused=allow_unused)
    return side.tape.leaf(np.zeros(()), requires_grad=False) if found is None else side.tape.apply("clone", found)


def _take(side: Side, leaf: Any) -> Any:
    return side.tape.apply("clone", side.tape.slot(leaf))


def _assign(side: Side, leaf: Any, source: Any) -> None:
    with side.tape.no_grad():
        side.tape.assign_grad(leaf, side.tape.apply("clone", source))


def _step(side: Side, leaf: Any, *, rate: float) -> None:
    with side.tape.no_grad():
        side.tape.add_in_place(leaf, side.tape.apply("multiply", side.tape.slot(leaf), -rate))


_PERFORM: dict[str, Callable[..., Any]] = {
    "leaf": _leaf,
    "op": _apply,
    "view": lambda side, x, *, shape: side.tape.view(x, tuple(shape)),
    "narrow": lambda side, x, *, start, stop: side.tape.narrow(x, start, stop),
    "detach": lambda side, x: side.tape.detach(x),
    "scale in place": lambda side, x, *, factor: side.tape.scale_in_place(x, factor),
    "add in place": lambda side, x, y: side.tape.add_in_place(x, y),
    "flag": lambda side, x, *, flag: side.tape.set_requires_grad(x, flag),
    "retain": lambda side, x: side.tape.retain_grad(x),
    "hook": _hook,
    "unhook": _unhook,
    "enter": _enter,
    "leave": _leave,
    "set recording": lambda side, *, recording: side.tape.set_recording(recording),
    "backward": _backward,
    "gradient": _gradient,
    "take": _take,
    "zero": lambda side, x: side.tape.zero_grad(x),
    "clear": lambda side, x: side.tape.clear_grad(x),
    "assign": _assign,
    "step": _step,
    "forget": lambda side, *, name: None,  # the world lets go of the name in `params`
    **{verb: more.perform for verb, more in MORE.items()},
}
