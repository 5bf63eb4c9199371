"""A wrong derivative located and described."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest

from harness.backends import load_backend
from harness.program import Case, single
from harness.verdict import Result
from properties.laws import laws
from properties.laws.explain import explain
from tests.laws.examples import case_of, product


def explained(law: str, fault: str) -> Result:
    backend, case = load_backend(f"faulty:{fault}:torch"), msgspec.structs.replace(product(), law=law)
    return explain(backend, case, laws()[law].check(backend, case))


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "scaled-gradient"), ("jvp-eq-fd", "scaled-tangent")])
def test_explanation_names_a_common_factor(law: str, fault: str) -> None:
    assert explained(law, fault).pattern == "all entries are off by the factor 1.0005"


def test_explanation_names_the_wrong_entry() -> None:
    result = explained("vjp-eq-fd", "zeroed-entry")
    assert re.match(r"d out\[\d, \d\] / d x\d\[0.*\]: actual 0, expected (2|4|10);", result.where)
    assert result.pattern == "3 of 24 entries zero where they should not be"


def test_explanation_keeps_both_jacobians_for_the_report() -> None:
    shown = explained("vjp-eq-fd", "negated-gradient").details["jacobian"]
    assert shown["outputs"] == ["out[0, 0]", "out[0, 1]", "out[1, 0]", "out[1, 1]"]
    assert shown["inputs"][:2] == ["x0[0, 0]", "x0[0, 1]"]
    assert (shown["actual"][0][0], shown["expected"][0][0]) == (-10, pytest.approx(10))


@pytest.mark.parametrize(
    ("law", "fault", "place"),
    [
        ("hvp-eq-fd", "wrong-hvp", r"d gradient of x\d\[.*\] / d x\d\[.*\]: "),
        ("third-eq-fd", "wrong-third", r"d H u of x\d\[.*\] / d x\d\[.*\]: "),
        ("jvp-jvp-eq-fd", "wrong-nesting", r"d out\[.*\] / d x\d\[.*\]: "),
    ],
)
def test_explanation_names_the_wrong_entry_of_a_second_derivative(law: str, fault: str, place: str) -> None:
    result = explained(law, fault)
    assert re.match(place, result.where)
    assert result.pattern


def test_explanation_of_a_linear_op_looks_behind_the_square() -> None:
    case = msgspec.structs.replace(case_of(single("flip", ((2,),), ("primal",), axis=(0,)), (np.array([1.0, 2.0]),), (np.ones(2),)), law="hvp-eq-fd")
    backend = load_backend("faulty:wrong-hvp:torch")
    assert re.match(r"d gradient of x0\[\d\]", explain(backend, case, laws()["hvp-eq-fd"].check(backend, case)).where)


def test_explanation_says_nothing_of_entries_that_have_no_estimate() -> None:
    """x at 1e8 and 1e-8: each entry of the Jacobian is looked at in its own scale."""
    case = case_of(single("square", ((2,),), ("primal",)), (np.array([1e8, 1e-8]),), (np.ones(2),), law="vjp-eq-fd")
    backend = load_backend("faulty:negated-gradient:torch")
    result = explain(backend, case, laws()["vjp-eq-fd"].check(backend, case))
    assert result.pattern == "all entries have the wrong sign"


def test_explanation_leaves_a_law_that_holds_alone() -> None:
    case: Case = msgspec.structs.replace(product(), law="vjp-eq-fd")
    result = laws()["vjp-eq-fd"].check(load_backend("torch"), case)
    assert explain(load_backend("torch"), case, result) is result


def test_explanation_of_a_wrong_shape_is_the_reason_itself() -> None:
    result = explained("vjp-eq-fd", "wrong-shape")
    assert (result.where, result.reason) == ("", "gradient 0 has shape (1, 2, 2); the value it belongs to has (2, 2).")


def large(fault: str, law: str = "vjp-eq-fd") -> Result:
    """x y with 40 entries each: a Jacobian of 3,200 entries, zero but for 80."""
    rng = np.random.default_rng(5)
    case = case_of(single("multiply", ((40,), (40,)), ("primal", "primal")), tuple(rng.uniform(1, 2, (2, 40))), (rng.standard_normal(40),), law=law)
    backend = load_backend(f"faulty:{fault}:torch")
    return explain(backend, case, laws()[law].check(backend, case))


def test_explanation_of_a_large_jacobian_names_the_wrong_entry() -> None:
    result = large("zeroed-entry")
    assert re.match(r"d out\[0\] / d x[01]\[0\]: actual 0, expected 1\.\d+; 1 of \d+ entries zero where they should not be", result.where)


@pytest.mark.parametrize(("law", "fault"), [("vjp-eq-fd", "scaled-gradient"), ("jvp-eq-fd", "scaled-tangent")])
def test_explanation_of_a_large_jacobian_names_a_common_factor(law: str, fault: str) -> None:
    assert large(fault, law).pattern.startswith("all entries are off by the factor 1.0005 (")
