"""What must be the same on both sides after every step, and what must hold on the side under test alone.

value, flag, leafness, history, version, retained, slot (None-ness, value, whether it requires grad), what hooks saw, recording or not
no two gradients, no gradient and cotangent, no gradient and value share memory;   no cotangent ever changed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from harness.tape.interface import Tape
from harness.tape.walks.action import Side

SHARED = "shares memory"  # the words by which a known finding is recognised


def differences(actual: Side, expected: Side, allowed: float) -> Iterator[str]:
    """One sentence per difference, the tape under test first; `allowed` is what rounding may explain, absolutely."""
    if actual.tape.is_recording() != expected.tape.is_recording():
        yield f"recording is {actual.tape.is_recording()}, expected {expected.tape.is_recording()}"
    aspects = _aspects(actual.tape.features)
    for name, due in expected.handles.items():
        seen = actual.handles[name]
        for what, look in aspects:
            other = look(expected.tape, due)  # first: what confuses the reference is no difference
            try:
                one = look(actual.tape, seen)
            except Exception as error:  # a tape that cannot be asked any more has lost its way, whatever it says
                yield f"{what} of {name} cannot be told ({type(error).__name__}: {error}), expected {_shown(other)}"
                continue
            if not _same(one, other, allowed):
                yield f"{what} of {name} is {_shown(one)}, expected {_shown(other)}"
    for name, due_list in expected.seen.items():
        seen_list = actual.seen.get(name, [])
        if len(seen_list) != len(due_list) or not all(_same(s, d, allowed) for s, d in zip(seen_list, due_list, strict=True)):
            yield f"hook {name} saw {_shown(seen_list)}, expected {_shown(due_list)}"
    yield from (f"hook {name} was called after it should have been" for name in actual.seen.keys() - expected.seen.keys())
    for handle, values in actual.cotangents:
        if actual.tape.value(handle).tobytes() != values.tobytes():
            yield f"a cotangent was changed from {_shown(values)} to {_shown(actual.tape.value(handle))}"
    yield from (sentence for _, sentence in shared_slots(actual))


def shared_slots(side: Side) -> Iterator[tuple[str, str]]:
    """(name, sentence) of every leaf whose gradient looks into memory that is not its own."""
    if not {"memory", "slots"} <= side.tape.features:
        return
    owner = {side.tape.memory(handle): f"the value of {name}" for name, handle in side.handles.items()}
    owner |= {side.tape.memory(handle): "a cotangent" for handle, _ in side.cotangents}
    for name, handle in side.handles.items():
        slot = side.tape.slot(handle)
        memory = None if slot is None else side.tape.memory(slot)
        if memory is None:
            continue
        if memory in owner:
            yield name, f"the gradient of {name} {SHARED} with {owner[memory]}"
        owner.setdefault(memory, f"the gradient of {name}")


@cache
def _aspects(features: frozenset[str]) -> tuple[tuple[str, Callable[[Tape, Any], Any]], ...]:
    """What can be asked about a handle of a tape with these features."""
    asked: list[tuple[str, str, Callable[[Tape, Any], Any]]] = [
        ("", "the value", lambda tape, handle: tape.value(handle)),
        ("", "requires_grad", lambda tape, handle: tape.requires_grad(handle)),
        ("", "the gradient", lambda tape, handle: tape.grad(handle)),
        ("flags", "is_leaf", lambda tape, handle: tape.is_leaf(handle)),
        ("flags", "has_history", lambda tape, handle: tape.has_history(handle)),
        ("version", "the version", lambda tape, handle: tape.version(handle)),
        ("retain_grad", "retains_grad", lambda tape, handle: tape.retains_grad(handle)),
        ("slots", "whether the gradient requires grad", _slot_requires_grad),
    ]
    return tuple((what, look) for feature, what, look in asked if not feature or feature in features)


def _slot_requires_grad(tape: Tape, handle: Any) -> bool:
    slot = tape.slot(handle)
    return slot is not None and tape.requires_grad(slot)


def _same(seen: Any, due: Any, allowed: float) -> bool:
    if not isinstance(seen, np.ndarray) or not isinstance(due, np.ndarray):
        return type(seen) is type(due) and bool(seen == due)
    if seen.shape != due.shape or seen.dtype != due.dtype:
        return False
    if seen.tobytes() == due.tobytes():
        return True
    return bool(np.all(np.abs(seen - due) <= allowed))  # NaN is never the same: the walks make none


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f"{value.dtype.name}{list(value.shape)} {value.tolist()}" if isinstance(value, np.ndarray) else repr(value)
