"""The related case of each kind, by hand."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.relations import _twins
from tests.laws.examples import case_of, cube, product

LAW = laws()["relations-hold"].check


def of(op: str, *numbers: float, **params: object) -> Case:
    x = np.array(numbers)
    return case_of(single(op, (x.shape,), ("primal",), **params), (x,), (np.ones_like(x),))


def names(case: Case) -> list[str]:
    return [twin.name for twin in _twins(case)]


def test_of_any_program_minus_minus_x_is_asked():
    assert names(cube()) == ["minus minus x"]


def test_each_relation_of_an_op_is_asked():
    assert names(of("tanh", -0.5, 2.0)) == ["minus minus x", "mirror", "equivalent program", "permutation"]
    assert names(product()) == ["minus minus x", "mirror", "mirror", "mirror", "scale", "permutation"]


def test_a_relation_that_leads_out_of_the_domain_is_not_asked():
    assert "equivalent program" not in names(of("tanh", 700.0))
    assert "scale" not in names(of("square", 1e80))


@pytest.mark.parametrize(("dtype", "asked"), [("float64", True), ("float32", False)])
def test_a_relation_is_not_asked_where_a_step_leaves_the_dtype(dtype, asked):
    x = np.array([100.0])
    case = case_of(single("logaddexp", (x.shape, x.shape), ("primal", "primal")), (x, x + 1), (np.ones_like(x),))
    assert ("equivalent program" in names(msgspec.structs.replace(case, dtype=dtype))) == asked
    assert ("scale" in names(msgspec.structs.replace(of("square", 1e10), dtype=dtype))) == asked


@pytest.mark.parametrize("case", [of("tanh", -0.5, 2.0), of("sqrt", 0.5, 2.0), of("erf", -1.0, 2.0), product()])
def test_torch_keeps_the_relations_and_a_rule_that_leans_to_one_side_does_not(case):
    assert LAW(load_backend("torch"), case).verdict is Verdict.HOLDS
    mirrored = "mirror" in names(case)
    assert (LAW(load_backend("faulty:leaning-gradient:torch"), case).verdict is Verdict.BROKEN) == mirrored


def test_the_result_names_the_relation():
    assert LAW(load_backend("faulty:leaning-gradient:torch"), of("tanh", -0.5, 2.0)).details["relation"] == "mirror"
