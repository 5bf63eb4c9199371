"""Several threads: separate graphs are independent, a shared leaf is safe under a lock, a shared graph is walked or refused, never corrupted.

threads on separate graphs = one after the other
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.tape.errors import Unsupported
from properties.laws.tape.deeds import Expect, Family, Stage

_THREADS = "https://docs.pytorch.org/docs/stable/notes/autograd.html#multithreaded-autograd"
THREADS, TURNS = 4, 25

family = Family("threads", _THREADS)


def at_once(deed: Callable[[int], Any]) -> list[Any]:
    """What `deed(0)`, `deed(1)`, ... give when they start together; an exception where one was raised."""
    start = threading.Barrier(THREADS)
    results: list[Any] = [None] * THREADS

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = deed(number)
        except Exception as error:  # the caller looks at it
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@family.law(
    "threads-independent", "Walks over separate graphs give what they give one after the other.", "threads = serial", faults=("threads-mix-slots",)
)
def independent(stage: Stage, expect: Expect) -> None:
    def trained(number: int) -> np.ndarray | None:
        x = stage.tape.leaf(stage.seed)
        for _ in range(TURNS):
            stage.backward(stage.times(stage.times(x, x), 0.5 * (number + 1)))
        return stage.tape.grad(x)

    for number, found in enumerate(at_once(trained)):
        due = TURNS * (number + 1) * stage.seed**2
        expect(
            isinstance(found, np.ndarray) and np.array_equal(found, due),
            f"thread {number} of {THREADS} accumulated another gradient than alone: {found!r}"[:200],
        )


@family.law(
    "threads-share-leaf-results",
    "Gradients as results, over separate graphs on one leaf, may be asked for at the same time.",
    "threads = serial",
    faults=("threads-mix-results",),
    features="functional",
)
def shared_leaf(stage: Stage, expect: Expect) -> None:
    x = stage.tape.leaf(stage.seed)

    def asked(number: int) -> np.ndarray:
        for _ in range(TURNS):
            (found,) = stage.tape.gradient(stage.times(stage.times(x, x), 0.5 * (number + 1)), [x], stage.seed)
        return stage.tape.value(found)

    for number, found in enumerate(at_once(asked)):
        due = (number + 1) * stage.seed**2
        expect(
            isinstance(found, np.ndarray) and np.array_equal(found, due),
            f"thread {number} of {THREADS} got another gradient than alone: {found!r}"[:200],
        )
    expect(stage.holds(x, None), "gradients as results have filled the shared leaf's slot")


@family.law(
    "threads-share-leaf-locked",
    "Under a lock, many threads accumulate the exact sum into one leaf.",
    "x.grad = sum over threads",
    faults=("threads-mix-slots",),
)
def locked(stage: Stage, expect: Expect) -> None:
    x, lock = stage.tape.leaf(stage.seed), threading.Lock()

    def added(number: int) -> None:
        for _ in range(TURNS):
            y = stage.times(x, float(number + 1))
            with lock:
                stage.backward(y)

    errors = [found for found in at_once(added) if found is not None]
    expect(not errors, f"a walk under a lock failed: {errors[:1]}")
    expect(stage.holds(x, TURNS * THREADS * (THREADS + 1) / 2 * stage.seed), "the gradients of all threads do not add up")


@family.law(
    "threads-share-graph",
    "A retained graph may be walked by several threads; one that is not retained is walked, or refused as freed.",
    "y retained: k threads give k g",
    faults=("threads-free-shared",),
    features="functional",
)
def shared_graph(stage: Stage, expect: Expect) -> None:
    x = stage.tape.leaf(stage.seed)
    y = stage.times(stage.times(x, x), 0.5)

    def retained(number: int) -> np.ndarray:
        (found,) = stage.tape.gradient(y, [x], stage.seed, retain_graph=True)
        return stage.tape.value(found)

    found = at_once(retained)
    expect(
        all(isinstance(g, np.ndarray) and np.array_equal(g, stage.seed**2) for g in found),
        f"a retained graph walked by {THREADS} threads gives {found!r}"[:200],
    )
    freed = at_once(lambda number: stage.tape.value(stage.tape.gradient(y, [x], stage.seed)[0]))
    expect(any(isinstance(g, np.ndarray) for g in freed), "a graph walked by several threads at once gives no gradient at all")
    right = [g for g in freed if isinstance(g, np.ndarray)]
    expect(all(np.array_equal(g, stage.seed**2) for g in right), "a graph that was freed during a walk gave a wrong gradient, not an error")


@family.law(
    "backward-on-caller",
    "On the CPU a walk runs on the thread that asked for it, and its exceptions arrive there.",
    "thread(hook) = thread(backward)",
    faults=("backward-elsewhere",),
    features="hooks",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html#concurrency-on-cpu",
)
def on_caller(stage: Stage, expect: Expect) -> None:
    if not stage.on_host:
        raise Unsupported("the thread of a walk is promised for the CPU only.")

    def walked(number: int) -> bool:
        seen: list[int] = []
        h = stage.times(stage.leaf(), 2.0)
        stage.tape.hook(h, lambda gradient: seen.append(threading.get_ident()))
        stage.backward(stage.times(h, 2.0))
        return seen == [threading.get_ident()]

    expect(at_once(walked) == [True] * THREADS, "a walk ran on another thread than the one that asked for it")

    def raised(number: int) -> str:
        h = stage.times(stage.leaf(), 2.0)
        stage.tape.hook(h, lambda gradient: [][0])
        try:
            stage.backward(stage.times(h, 2.0))
        except IndexError:
            return "arrived"
        return "lost"

    expect(at_once(raised) == ["arrived"] * THREADS, "an exception in a walk did not arrive, as it was, on the thread that asked for it")


LAWS = family.laws
