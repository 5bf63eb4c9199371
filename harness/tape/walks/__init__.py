"""Random walks over everything that can be done with a tape, on two tapes side by side: the one under test and the reference."""

from harness.tape.walks.action import Action
from harness.tape.walks.propose import ALL, propose
from harness.tape.walks.script import script
from harness.tape.walks.shrink import replay, shrink, take, walk
from harness.tape.walks.world import Disagreement, World

__all__ = ["ALL", "Action", "Disagreement", "World", "propose", "replay", "script", "shrink", "take", "walk"]
