"""The state machine over a tape: Hypothesis chooses the actions; the shortest part of a sequence that fails is printed as plain Python.

    run_machine("torch", examples=50)   ->   Walked: steps, pairs of rules, refusals; or a Disagreement with its script

Every rule is one verb of `harness.tape.walks`, on the tape under test and on the reference; the comparison after each step is the invariant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from harness.backends import load_backend
from harness.strategies.choose import HypothesisChoose
from harness.tape.walks import ALL, Disagreement, World, propose, script, shrink, take
from harness.tape.walks.world import OWN_MEMORY
from harness.verdict.constants import WALK_ULPS, eps

SEEDS = (1, 2, 3)  # one stream alone can miss in thousands of sequences what several find in hundreds
KNOWN_ON_TORCH = frozenset({OWN_MEMORY})  # https://github.com/pytorch/pytorch: two slots may share memory after views
ROUNDING = WALK_ULPS * eps("float64")


@dataclass
class Walked:
    """What the machine did, over all its sequences."""

    sequences: int = 0
    steps: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)

    def add(self, world: World) -> None:
        """One more sequence."""
        self.sequences += 1
        self.steps += len(world.actions)
        self.pairs.update(world.pairs)
        self.refused.update(world.refused)
        self.noted.update(world.noted)


class MachineFailed(AssertionError):
    """The tape disagrees with the reference; the text is the shortest sequence, as Python, and what differs at its end."""

    def __init__(self, found: Disagreement) -> None:
        super().__init__(f"{found.what}\n\n{script(found.actions)}# here: {found.what}\n")
        self.found = found


class TapeMachine(RuleBasedStateMachine):
    """Two tapes side by side. `make` and `walked` are given by `run_machine`."""

    make: Callable[[], World]
    walked: Walked

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make()

    def teardown(self) -> None:
        """The mode is as it was, whatever happened."""
        self.world.close()
        self.walked.add(self.world)


def _rule(verb: str) -> Any:
    @rule(data=st.data())
    def step(self: TapeMachine, data: st.DataObject) -> None:
        try:
            take(self.world, propose(HypothesisChoose(data.draw), self.world, verb))
        except Disagreement as found:
            raise MachineFailed(found) from None

    step.__name__ = verb.replace(" ", "_")
    return step


def run_machine(
    backend: str, *, device: str = "cpu", examples: int = 40, steps: int = 40, seeds: tuple[int, ...] = SEEDS, known: frozenset[str] = frozenset()
) -> Walked:
    """`examples` sequences of at most `steps` rules per seed; findings called `known` are noted and repaired, others raise.

    Raises:
        MachineFailed: the tape under test disagrees with the reference, with the shortest sequence that shows it.
    """
    walked = Walked()
    for seed in seeds:
        made: Callable[[], World] = lambda: World(load_backend(backend).tape(device), rounding=ROUNDING, known=known)  # noqa: E731 (typed)
        body = {verb.replace(" ", "_"): _rule(verb) for verb in ALL}
        body |= {"make": staticmethod(made), "walked": walked}  # static: the factory must not become a method of the machine
        machine = type("TapeMachine", (TapeMachine,), body)
        try:
            run_state_machine_as_test(seeded(seed)(machine), settings=_settings(examples, steps))
        except MachineFailed as failed:  # a plan is one rule to Hypothesis, several actions to us
            raise MachineFailed(shrink(made, failed.found)) from None
    return walked


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # actions are shrunk by `shrink`, which knows which are possible: in a second what takes Hypothesis a minute
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
