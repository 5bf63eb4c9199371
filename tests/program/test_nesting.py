"""A tree of arguments, flat and back."""

from __future__ import annotations

import json
from collections import namedtuple

import pytest

from harness.program.nesting import Nest, flatten

Pair = namedtuple("Pair", "left right")


class Leaf:
    """What counts as an array here."""


def is_leaf(value: object) -> bool:
    return isinstance(value, Leaf)


@pytest.fixture
def leaves() -> list[Leaf]:
    return [Leaf(), Leaf(), Leaf()]


def test_flatten_and_fill_give_back_the_same_tree(leaves: list[Leaf]) -> None:
    a, b, c = leaves
    tree = {"args": (a, [b, {"w": c, 2: None}]), "flags": (True, 1.5, "text", -3)}
    nest, found, names = flatten(tree, is_leaf)
    assert found == leaves
    assert names == ["['args'][0]", "['args'][1][0]", "['args'][1][1]['w']"]
    assert nest.fill(found) == tree


def test_nest_survives_json_when_it_is_portable(leaves: list[Leaf]) -> None:
    tree = ({"x": leaves[0], 1: leaves[1]}, [], (), None)
    nest, found, _ = flatten(tree, is_leaf)
    assert nest.is_portable
    assert Nest(json.loads(json.dumps(nest.shape))).fill(found) == tree


@pytest.mark.parametrize(
    "value", [float("nan"), len, Pair(1, 2), object(), {(1, 2): 3}], ids=["nan", "callable", "namedtuple", "object", "tuple key"]
)
def test_nest_holds_what_json_cannot_and_says_so(value: object) -> None:
    nest, found, _ = flatten([value], is_leaf)
    assert not nest.is_portable
    assert nest.fill(found)[0] is value or nest.fill(found)[0] == value


def test_flatten_names_the_fields_of_a_named_tuple(leaves: list[Leaf]) -> None:
    nest, found, names = flatten(Pair(leaves[0], [leaves[1]]), is_leaf)
    assert names == [".left", ".right[0]"]
    assert nest.fill(found) == Pair(leaves[0], [leaves[1]])
