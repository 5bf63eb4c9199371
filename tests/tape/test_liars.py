"""A tape that boasts, mistakes its errors, hangs or loses its state is a finding that tells what was done to it; our own confusion is none."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from harness.backends import load_backend
from harness.running.isolation import cause_of_death
from harness.running.journal import Run
from harness.strategies.choose import RandomChoose
from harness.tape import Unsupported
from harness.tape.walks import Disagreement, World, replay, shrink, walk
from harness.tape.walks.action import Action
from harness.verdict import Verdict
from properties.laws import laws
from tests.laws.examples import product
from tests.running.outside import environment, run_harness

# What each does wrong, in the words of the finding.
LIARS = {
    "Boasts": r"was refused \(RuntimeError: this tape announces the feature 'in_place' and does not have it",
    "Mistakes": r"was refused for another reason \(IndexError: list index out of range\), expected freed",
    "Forgets": r"the value of \w+ cannot be told \(KeyError: 'lost'\)",
    "Mixes": r"the value of \w+ is float64",
    "DeclinesTooLate": r"the gradient of \w+ is float64.*, expected None",
}
WATCHED = """
import sys
from harness.backends import load_backend
from harness.running.isolation import Guard
from harness.running.journal import Run
from properties.laws import laws
from tests.laws.examples import product
backend, case, law = load_backend("tests.tape.liars:Hangs"), product(), laws()["backward-frees"]
with Guard(Run(sys.argv[1], 0, "quick", "", 0.0), "gw0", 2.0).watching("a/cell"):
    law.check(backend, case)
"""


def found_on(name: str) -> Disagreement:
    """The shortest walk on which the liar disagrees with the reference."""
    for seed in range(30):
        try:
            walk(world(name), RandomChoose(np.random.default_rng(seed)), 40)
        except Disagreement as found:
            return shrink(lambda: world(name), found)
    raise AssertionError("no walk finds it")


def world(name: str) -> World:
    return World(load_backend(f"tests.tape.liars:{name}").tape("cpu"), rounding=0.0)


@pytest.mark.parametrize(("name", "words"), LIARS.items())
def test_a_walk_finds_a_lying_tape_and_tells_what_was_done_to_it(name: str, words: str) -> None:
    found = found_on(name)
    with pytest.raises(Disagreement, match=words):
        raise found
    assert 1 <= len(found.actions) <= 5


def test_what_a_tape_declines_neither_side_does_and_the_walk_goes_on() -> None:
    declined: Counter[str] = Counter()
    for seed in range(8):
        made = world("Declines")
        walk(made, RandomChoose(np.random.default_rng(seed)), 40)
        declined += made.unsupported
        assert len(made.actions) > 20
    assert declined.keys() >= {"backward", "clone", "gradient"}


def test_a_gradient_whose_copy_is_declined_leaves_both_sides_alike() -> None:
    made, walked = world("Declines"), {"cotangent": None, "retain": False, "create": False}
    square = [Action("leaf", (), "x", {"values": 3.0, "requires_grad": True}), Action("op", ("x", "x"), "y", {"op": "multiply"})]
    assert replay(made, [*square, Action("gradient", ("y", "x"), "g", {**walked, "allow_unused": False})]) is None
    assert (made.tensors.keys(), made.unsupported["gradient"]) == ({"x"}, 1)  # the graph was freed on one side: neither keeps it


def test_walks_of_a_tape_that_declines_hold() -> None:
    assert laws()["walks-agree"].check(load_backend("tests.tape.liars:Declines"), product()).verdict is Verdict.HOLDS


def test_a_law_that_uses_a_feature_which_is_only_announced_is_broken() -> None:
    result = laws()["unsaved-modified-ok"].check(load_backend("tests.tape.liars:Boasts"), product())
    assert result.verdict is Verdict.BROKEN
    assert "announces the feature 'in_place' and does not have it" in result.reason


def test_a_feature_that_is_not_announced_is_unsupported() -> None:
    tape = load_backend("tests.tape.liars:Boasts").tape("cpu")
    tape.features -= {"in_place"}
    with pytest.raises(Unsupported, match="this tape has no in_place"):
        tape.scale_in_place(tape.leaf(np.ones(2)), 2.0)


def test_a_backward_that_hangs_is_ended_and_the_place_is_told(tmp_path) -> None:
    done = subprocess.run([sys.executable, "-c", WATCHED, str(tmp_path)], env=environment(), check=False, timeout=120)
    assert done.returncode == 1
    verdict, reason = cause_of_death(Run(str(tmp_path), 0, "quick", "", 0.0), "a/cell")
    assert verdict == "HUNG"
    assert "liars.py" in reason
    assert "in backward" in reason


def test_a_lying_tape_is_a_finding_of_verify(tmp_path) -> None:
    ran = run_harness(tmp_path, "verify", "--backend", "tests.tape.liars:Forgets", "--op", "tape", "--law", "walks-agree", "-n", "0", "--out", "run")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "cannot be told (KeyError: 'lost')" in ran.stdout
    assert "after: " in ran.stdout


def test_what_confuses_the_reference_is_raised_and_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    made = world("Mixes")
    monkeypatch.setattr(made.expected.tape, "value", lambda handle: {}["ours"])
    with pytest.raises(KeyError, match="ours"):
        made.do(Action("leaf", (), "x", {"values": [1.0], "requires_grad": True}))
