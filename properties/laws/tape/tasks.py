"""Tasks of one thread that take turns: a mode belongs to its thread, so what a task does between two awaits is over when the next task runs.

enter; ...; leave; await        no other task sees it          cancelled inside a mode: the mode found at entry is back

That a task which awaits inside a mode lends it to the others follows from "thread local", and is demanded of nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from properties.laws.tape.deeds import Expect, Family, Stage

_NO_GRAD = "https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html"
TURNS = 3

family = Family("grad_modes", _NO_GRAD)


def run(main: Coroutine[Any, Any, None]) -> None:
    """`main` in an event loop of its own, which is no matter of the thread's current one."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(main)
    finally:
        loop.close()


@family.law(
    "mode-tasks",
    "A mode that an asyncio task leaves before it awaits reaches no other task, and one that is cancelled inside a mode restores what it found.",
    "enter; leave; await: mode of the others = before",
    faults=("tasks-keep-modes",),
)
def tasks(stage: Stage, expect: Expect) -> None:
    tape, x = stage.tape, stage.leaf()
    seen: list[tuple[bool, bool]] = []

    async def unrecorded() -> None:
        for _ in range(TURNS):
            with tape.no_grad():
                seen.append((tape.requires_grad(stage.times(x, 2.0)), False))
            await asyncio.sleep(0)

    async def recorded() -> None:
        for _ in range(TURNS):
            seen.append((tape.requires_grad(stage.times(x, 2.0)), True))
            await asyncio.sleep(0)

    async def cancelled() -> None:
        with tape.no_grad():
            await asyncio.Event().wait()

    async def main() -> None:
        await asyncio.gather(unrecorded(), recorded(), unrecorded(), recorded())
        task = asyncio.ensure_future(cancelled())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        seen.append((tape.is_recording(), True))

    run(main())
    expect(len(seen) == 4 * TURNS + 1, f"tasks came to an end after {len(seen)} of {4 * TURNS + 1} looks")
    wrong = [k for k, (found, due) in enumerate(seen[:-1]) if found is not due]
    expect(not wrong, f"of tasks that take turns, results require grad where they must not, or the reverse, at turn {wrong[:1]}")
    expect(seen[-1] == (True, True), "a task that was cancelled inside no_grad leaves recording off")


LAWS = family.laws
