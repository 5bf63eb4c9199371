"""What is tried after an op."""

from __future__ import annotations

import pytest

from harness.ops.catalogue import catalogue, lookup
from harness.strategies.interactions import AFTER_A_BROADCAST, AFTER_A_VIEW, BROADCASTS, INVERSES, VIEWS, partners

POOL = tuple(catalogue().values())


def names_after(op: str) -> set[str]:
    return {partner.name for partner in partners(lookup(op), POOL)}


@pytest.mark.parametrize(("op", "inverse"), INVERSES)
def test_an_op_is_followed_by_its_inverse(op, inverse):
    assert inverse in names_after(op)
    assert op in names_after(inverse)


def test_a_broadcast_is_followed_by_reductions_only():
    assert {partner.family for partner in partners(lookup("broadcast_to"), POOL)} <= set(AFTER_A_BROADCAST)


def test_an_op_without_partners_is_followed_by_any():
    assert partners(lookup("gelu"), POOL) == POOL


def test_every_family_that_interacts_is_one_of_the_catalogue():
    families = {op.family for op in POOL}
    assert {*VIEWS, *AFTER_A_VIEW, *AFTER_A_BROADCAST} <= families
    assert set(BROADCASTS) <= set(catalogue())
