"""How much evidence to ask for: examples, time and inputs per cell.

quick    after every change: within a minute on two cores
ci       per commit: every dtype that the laws judge, deeper programs
nightly  as much as a night allows
"""

from __future__ import annotations

from dataclasses import dataclass

PATIENCE = 20.0


@dataclass(frozen=True)
class Profile:
    """What one cell is given, and what it owes.

    A cell sees up to `edges` edge cases and `examples` random ones; while fewer than `minimum` of them were valid comparisons it draws up to
    `rounds` times in all, each round from another seed. After `seconds` of work it looks at no more cases once its minimum is reached, or where
    none of its cases can be compared, and after `PATIENCE` times that in no case; a run with a limit may give it less (harness.running.budget).
    `shrink_seconds` bounds the shrinking of a counterexample; a cell that gives no sign for `hung_after` seconds is HUNG. `dtypes` are what is
    verified when nobody asks for others, and `on_programs` the families of laws that are then tried on random programs only, not op by op; the
    families of `later` are left to the longer profiles, or to who asks for them by name; `native` adds what the backend's library itself
    describes (harness.running.native).
    `climbs` is how many more programs are tried uphill of those that came nearest to breaking a law.
    """

    name: str
    edges: int
    examples: int
    minimum: int
    rounds: int
    max_instructions: int
    dtypes: tuple[str, ...]
    seconds: float
    shrink_seconds: float
    hung_after: float
    on_programs: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    native: bool = False
    climbs: int = 0

    def silence(self, family: str) -> float:
        """Seconds without a sign of life after which a cell of a law of `family` is HUNG."""
        return self.hung_after * (COMPILERS if family in COMPILING else 1.0)

    @property
    def longest(self) -> float:
        """Seconds after which one comparison is given up: slow calls that all come back end with a reason, before the cell would be called HUNG."""
        return self.hung_after / 2


COMPILING = frozenset({"compiling", "compiled ops"})  # laws for which a compiler is started, a program of its own
ON_REQUEST = frozenset({"third order"})  # asked by name only: what is wrong twice is wrong three times, so that it would say again what is known
COMPILERS = 5.0  # times: a call of seconds has been seen to take more than a minute on a loaded machine

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            "quick",
            0,
            2,
            2,
            10,
            6,
            ("float64",),
            0.5,
            1.0,
            60.0,
            on_programs=frozenset({"second order", "digits", "batching", "alone", "influence", "masked out", "answers"}),
            # A compiler takes seconds to start; of many ops nothing is known but that -(-x) is x.
            later=frozenset({"compiling", "compiled ops", "relations"}) | ON_REQUEST,
        ),
        Profile(
            "ci",
            115,
            50,
            20,
            4,
            12,
            ("float64", "float32", "complex128"),
            15.0,
            15.0,
            120.0,
            later=frozenset({"compiled ops"}) | ON_REQUEST,
            climbs=50,
        ),
        Profile(
            "nightly",
            115,
            500,
            200,
            4,
            20,
            ("float64", "float32", "complex128", "complex64", "bfloat16", "float16"),
            120.0,
            60.0,
            600.0,
            later=ON_REQUEST,
            native=True,
            climbs=500,
        ),
    )
}
