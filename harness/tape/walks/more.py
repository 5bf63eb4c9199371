"""Deeds of the larger parts of a tape, as actions of a walk: parts written, two outputs at once, hooks after a slot.

Each verb has all that the walks need of it in one entry: the part, how it is done, proposed, allowed, and written as Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.ops.choose import Choose
from harness.tape.hooking import Hooking
from harness.tape.reference.graph import Tensor
from harness.tape.walking import Walking
from harness.tape.writing import Writing

Params = dict[str, Any]


@dataclass(frozen=True)
class Verb:
    """`perform(side, *handles, **params)`; `propose(choose, tensors) -> (names, params)`, or None; `allowed(world, params, *tensors)`."""

    part: type
    perform: Callable[..., Any]
    propose: Callable[[Choose, dict[str, Tensor], str], tuple[tuple[str, ...], Params] | None]
    allowed: Callable[..., bool]
    write: Callable[[Sequence[str], Params], str]


def _pick(choose: Choose, tensors: dict[str, Tensor], fits: Callable[[Tensor], bool]) -> str | None:
    names = [name for name, tensor in reversed(tensors.items()) if fits(tensor)]
    return choose.element(names) if names else None


def _numbers(choose: Choose, shape: tuple[int, ...]) -> Any:
    return np.array([choose.element((1.0, -2.0, 0.5, 3.0)) for _ in range(int(np.prod(shape)))]).reshape(shape).tolist()


def _write_part(choose: Choose, tensors: dict[str, Tensor], name: str) -> tuple[tuple[str, ...], Params] | None:
    whole = _pick(choose, tensors, lambda t: t.array.shape == (4,))
    part = _pick(choose, tensors, lambda t: t.array.shape in ((2,), ()))
    return None if whole is None or part is None else ((whole, part), {"start": choose.integer(0, 2)})


def _two_roots(choose: Choose, tensors: dict[str, Tensor], name: str) -> tuple[tuple[str, ...], Params] | None:
    tracked = [_pick(choose, tensors, lambda t: t.flag or t.node is not None) for _ in range(2)]
    if None in tracked:
        return None
    names = tuple(str(root) for root in tracked)
    seeds = [_numbers(choose, tensors[root].array.shape) for root in names]
    return names, {"cotangents": seeds, "retain": choose.boolean()}


def _watch_slot(choose: Choose, tensors: dict[str, Tensor], name: str) -> tuple[tuple[str, ...], Params] | None:
    found = _pick(choose, tensors, lambda t: t.flag)
    return None if found is None else ((found,), {"name": name, "clear": choose.boolean()})


def _perform_two(side: Any, *roots: Any, cotangents: Any, retain: bool) -> None:
    seeds = [np.array(values, dtype=np.float64) for values in cotangents]
    side.tape.part(Walking).backward(roots, seeds, retain_graph=retain)


def _perform_watch(side: Any, leaf: Any, *, name: str, clear: bool) -> None:
    """What a hook after the slot sees is the slot; it may empty it."""

    def called(filled: Any) -> None:
        side.seen.setdefault(name, []).append(side.tape.grad(filled))
        if clear:
            side.tape.clear_grad(filled)

    side.hooks[name] = side.tape.part(Hooking).after_slot(leaf, called)


def _spelled(values: Any) -> str:
    return f"torch.tensor({values!r}, dtype=torch.float64)"


def _two_spelled(args: Sequence[str], params: Params) -> str:
    seeds = ", ".join(_spelled(values) for values in params["cotangents"])
    return f"torch.autograd.backward([{', '.join(args)}], [{seeds}], retain_graph={params['retain']})"


def _watch_spelled(args: Sequence[str], params: Params) -> str:
    body = "setattr(p, 'grad', None)" if params["clear"] else "None"
    return f"{params['name']} = {args[0]}.register_post_accumulate_grad_hook(lambda p: {body})"


MORE: dict[str, Verb] = {
    "write": Verb(
        Writing,
        lambda side, x, y, *, start: side.tape.part(Writing).write(x, start, start + 2, y),
        _write_part,
        lambda world, params, x, y: y.storage is not x.storage,
        lambda args, params: f"{args[0]}[{params['start']}:{params['start'] + 2}] = {args[1]}",
    ),
    "backward both": Verb(Walking, _perform_two, _two_roots, lambda world, params, *roots: True, _two_spelled),
    "watch slot": Verb(Hooking, _perform_watch, _watch_slot, lambda world, params, x: x.flag, _watch_spelled),
}
