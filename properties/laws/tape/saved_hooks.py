"""Hooks on what is saved for backward: given away when it is saved, made again when it is used.

saved = pack(value);  value' = unpack(saved)          pack runs once per saved value, unpack once per use
"""

from __future__ import annotations

from threading import Thread
from typing import Any

import numpy as np

from harness.tape.hooking import Saving
from properties.laws.tape.deeds import Expect, Family, Stage

_NOTES = "https://docs.pytorch.org/docs/stable/notes/autograd.html#hooks-for-saved-tensors"
_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
saved_hooks = Family("saved hooks", "https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.saved_tensors_hooks")


class _Safe:
    """Hooks that keep values as NumPy arrays, and count."""

    def __init__(self, stage: Stage, factor: float = 1.0) -> None:
        self.tape, self.factor = stage.tape, factor
        self.packed: list[np.ndarray] = []
        self.unpacked = 0

    def pack(self, value: Any) -> np.ndarray:
        self.packed.append(self.tape.value(value))
        return self.packed[-1]

    def unpack(self, array: np.ndarray) -> Any:
        self.unpacked += 1
        return self.tape.leaf(np.asarray(self.factor * array, array.dtype), requires_grad=False)


@saved_hooks.law(
    "saved-hooks-identity",
    "Hooks that keep the value change no gradient; each saved value is packed once, and unpacked once per use.",
    "unpack(pack(value)) = value",
    source=f"{_TEST} (test_unpack_hooks_exec_count)",
    faults=["unpack-doubles", "packing-not-nested"],
)
def identity(stage: Stage, expect: Expect) -> None:
    x, safe, inner = stage.known(), _Safe(stage), _Safe(stage)
    with stage.tape.part(Saving).hooks(safe.pack, safe.unpack):
        h = stage.times(x, 2.0)
        with stage.tape.part(Saving).hooks(inner.pack, inner.unpack):
            y = stage.times(h, h)
    packed = len(inner.packed)
    expect(packed >= 1 and all(np.array_equal(value, 2 * stage.small) for value in inner.packed), f"what was packed is {inner.packed}")
    for times in (1, 2):
        stage.backward(y, retain_graph=True)
        expect(stage.holds(x, 8 * times * stage.small * stage.seed), "hooks that keep every saved value change the gradient")
        expect(inner.unpacked == times * packed, f"{packed} saved values were unpacked {inner.unpacked} times in {times} backwards")
    expect(len(inner.packed) == packed, "backward packs")


@saved_hooks.law(
    "saved-hooks-scope",
    "Hooks apply to what is saved inside their context, and the innermost pair counts.",
    "outside: not packed",
    source=f"{_TEST} (test_setting_default_saved_variable_hooks_twice_should_use_inner)",
    faults=["packing-not-nested"],
)
def scope(stage: Stage, expect: Expect) -> None:
    saving, x, outer, inner = stage.tape.part(Saving), stage.known(), _Safe(stage, 2.0), _Safe(stage, 4.0)
    with saving.hooks(outer.pack, outer.unpack):
        with saving.hooks(inner.pack, inner.unpack):
            y = stage.times(x, x)
        count = len(outer.packed)
        z = stage.times(x, x)
    before = len(outer.packed)
    free = stage.times(x, x)
    expect(count == 0 and len(inner.packed) > 0, "inside two pairs of hooks the outer one was asked, or the inner one was not")
    expect(len(outer.packed) == before > 0, "hooks apply outside their context, or not inside")
    for root, factor in ((y, 8), (z, 4), (free, 2)):
        stage.tape.clear_grad(x)
        stage.backward(root)
        expect(
            stage.holds(x, factor * stage.small * stage.seed),
            f"hooks that make {factor // 2} times what was saved do not multiply the gradient by that",
        )


@saved_hooks.law(
    "saved-hooks-inplace",
    "A hook that packs does not change what it is given.",
    "pack that writes raises",
    source=_NOTES,
    faults=["pack-gets-copy"],
    features="in_place",
)
def untouched(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    h = stage.times(x, 2.0)

    def pack(value: Any) -> Any:
        with tape.no_grad():
            tape.scale_in_place(value, 2.0)
        return value

    with tape.part(Saving).hooks(pack, lambda value: value):
        expect.refusal(lambda: stage.times(h, h), "a hook that packs could change the saved value in place", "pack")


@saved_hooks.law(
    "no-grad-saves-nothing",
    "Nothing is saved where nothing is recorded, and only what the gradients that are wanted need.",
    "pack not called",
    source=f"{_TEST} (test_no_unnecessary_save)",
    faults=["saves-always"],
)
def economical(stage: Stage, expect: Expect) -> None:
    tape, x, c, safe = stage.tape, stage.leaf(), stage.leaf(requires_grad=False), _Safe(stage)
    with tape.part(Saving).hooks(safe.pack, safe.unpack):
        with tape.no_grad():
            stage.times(x, x)
        stage.times(c, c)
        expect(not safe.packed, f"{len(safe.packed)} values were saved where nothing is recorded")
        stage.plus(x, c)
        expect(not safe.packed, "a sum has saved its operands")
        stage.times(x, stage.times(c, 2.0))
    expect(len(safe.packed) == 1 and np.array_equal(safe.packed[0], 2 * stage.values), "a product with a constant saves more than the constant")


@saved_hooks.law(
    "saved-hooks-thread-local",
    "Hooks on saved values belong to the thread that entered their context: what another thread saves meanwhile is not packed.",
    "pack not called elsewhere",
    source="https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.saved_tensors_hooks",
    faults=["packing-reaches-threads"],
)
def per_thread(stage: Stage, expect: Expect) -> None:
    x, safe, made = stage.known(), _Safe(stage, 2.0), list[Any]()
    with stage.tape.part(Saving).hooks(safe.pack, safe.unpack):
        thread = Thread(target=lambda: made.append(stage.times(x, x)))
        thread.start()
        thread.join()
        expect(not safe.packed, f"a thread beside the context of hooks had {len(safe.packed)} of its saved values packed")
        stage.times(x, x)
        expect(bool(safe.packed), "hooks do not apply any more once another thread has run")
    stage.backward(made[0])
    expect(stage.holds(x, 2 * stage.small * stage.seed), "the gradient of what another thread recorded meanwhile is not its own")


LAWS = saved_hooks.laws
