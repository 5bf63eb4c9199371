"""What the steps of one inquiry share, and what they do not."""

from __future__ import annotations

import math

from harness.oracles.inquiry import Inquiry


def test_second_ladder_shares_no_evaluation_but_the_first_value_with_what_came_before() -> None:
    asked: list[float] = []

    def phi(t: float) -> float:
        asked.append(t)
        return math.sin(t) + t**3

    inquiry = Inquiry(phi)
    assert inquiry.quick(claim=1.001).status == "unresolved"
    assert inquiry.denied
    inquiry.thorough()
    before = set(asked)
    asked.clear()
    second = inquiry.thorough(offset=1)
    assert abs(second.value - 1) <= second.bound < 1e-12
    assert len(asked) > 32  # two windows, and a table of its own
    assert not before & set(asked)
