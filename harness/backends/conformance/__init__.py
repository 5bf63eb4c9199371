"""Does an adapter keep its promises? What it gets wrong, in sentences, each with the remedy.

    conformance(backend) == []          structure first, then arrays, derivatives, tape, and what it does to the world

The numbers compared here are small integers, exact in every dtype: a conforming adapter has them bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO

from harness.backends.conformance.arrays import array_shortfalls
from harness.backends.conformance.derivatives import derivative_shortfalls
from harness.backends.conformance.shortfall import Shortfall, changed, raised
from harness.backends.conformance.structure import structure_shortfalls
from harness.backends.conformance.tape import tape_shortfalls
from harness.backends.conformance.world import world_shortfalls
from harness.backends.leaving import LEAVING, Interrupts, directory_kept
from harness.backends.protocol import Backend

Part = Callable[[Backend], Iterator[Shortfall]]
_BEHAVIOUR: tuple[Part, ...] = (array_shortfalls, derivative_shortfalls, tape_shortfalls)


def conformance(backend: Backend) -> list[Shortfall]:
    """Everything that `backend` gets wrong; behaviour is only asked of one whose structure is right."""
    if found := _found(structure_shortfalls, backend):
        return found
    left = _found(world_shortfalls, backend)  # told last, asked first: what it sets once for all is set by the first derivative
    return list(dict.fromkeys([*(shortfall for part in _BEHAVIOUR for shortfall in _found(part, backend)), *left]))


def structural(backend: Backend) -> list[Shortfall]:
    """What `backend` gets wrong before anything is differentiated: what it says of itself, and arrays over the border."""
    return _found(structure_shortfalls, backend) or _found(array_shortfalls, backend)


def _found(part: Part, backend: Backend) -> list[Shortfall]:
    """What `part` finds; an exception from the adapter ends the part and is what it finds last. What the adapter prints is not ours to show."""
    found = []
    with Interrupts() as interrupts, directory_kept() as left, redirect_stdout(StringIO()):
        try:
            for shortfall in part(backend):
                found.append(shortfall)
        except (Exception, *LEAVING) as error:  # whatever an unfinished adapter raises is the answer
            if interrupts.users(error):
                raise
            found.append(raised(error))
            backend.reset()
    return found + ([changed(f"the working directory, to {left[0]!r}")] if left else [])


__all__ = ["Shortfall", "conformance", "structural"]
