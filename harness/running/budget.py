"""How long a cell may look: what its profile gives, and in a run with a limit no more than its share of the time that is left.

share = seconds left x workers / cells left        what one cell does not use is shared among those after it, so that all of them are reached
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from harness.running.profiles import PATIENCE, Profile
from harness.running.search import WAITING, Deadline

LEAST_SHARE, LEAST_VALID = 0.5, 2  # seconds and comparisons that a cell is given however little time there is: those of `quick`
REFUSALS = 20  # cases, none of which could be compared, after which a cell takes no patience
SHRINKING = 2.0  # shares: as much beside the search as `quick` gives


def share_of(left: float, cells: int, workers: int) -> float:
    """Seconds for the next of `cells` cells of a run that has `left` seconds for them."""
    return max(left * workers / max(cells, workers), LEAST_SHARE)


@dataclass
class Shares:
    """What one of a run's workers asks before each cell. All append a byte to the file `begun` then: its size is how far they are.

    A fast worker begins more cells than a slow one, and a worker that takes the place of a dead one begins its first when most are behind the run.
    """

    planned: int
    workers: int
    begun: Path

    def next(self, left: float) -> float:
        """Seconds for the cell that begins now."""
        return left if left == math.inf else share_of(left, self.planned - self._count() + 1, self.workers)

    def _count(self) -> int:
        """Cells that have begun, with this one."""
        with self.begun.open("ab", buffering=0) as file:  # two that append at once are put one behind the other, and told apart
            file.write(b".")
            return file.tell()


class Budget:
    """A cell's time, from now on. With less than its profile gives it is content with `LEAST_VALID` valid comparisons, which need not be evidence.

    A share is time on the clock, as the run's limit is: on a busy machine, too, every cell is reached.
    """

    def __init__(self, profile: Profile, share: float = math.inf) -> None:
        seconds, self._shrinking = min(profile.seconds, share), min(profile.shrink_seconds, SHRINKING * share)
        self._owed, waiting = (profile.minimum, WAITING) if share >= profile.seconds else (LEAST_VALID, 1.0)
        self._soon, self._end = (Deadline(times * seconds, waiting) for times in (1.0, PATIENCE))

    def over(self, valid: int, refused: int = 0) -> bool:
        """Whether a search that has `valid` valid comparisons ends here; `refused`: its cases, if none of them could be compared."""
        return self._end.passed or (self._soon.passed and (valid >= self._owed or refused >= REFUSALS))

    def shrinking(self) -> Deadline:
        """The time for making a counterexample smaller, which begins now."""
        return Deadline(self._shrinking)
