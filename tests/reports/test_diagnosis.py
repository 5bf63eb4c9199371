"""What a pattern is guessed to come from, and that a guess is told as one."""

from __future__ import annotations

import pytest

from reports.diagnosis import diagnosis_of
from reports.jacobian import Jacobian
from tests.record.examples import finding

THREE = Jacobian([[0.0] * 3] * 2, [[0.0] * 3] * 2, ["out[0]", "out[1]"], ["x[0]", "x[1]", "x[2]"])


def diagnosed(pattern, op="sum", jacobian=THREE, neighbourhood=None):
    return diagnosis_of(finding(op=op, result={"pattern": pattern, "neighbourhood": neighbourhood}), jacobian)


@pytest.mark.parametrize(
    ("pattern", "cause"),
    [
        ("all entries have the wrong sign", "a sign: "),
        ("2 of 4 entries off by the factor -1", "a sign: "),
        ("the Jacobian is transposed", "rows and columns are exchanged"),
        ("the inputs are in reverse order", "an order that the backward does not undo"),
        ("the signs of the entries are lost", "an absolute value"),
        ("all entries are zero", "the way back is cut"),
        ("1 of 4 entries zero where they should not be", "a mask, a clamp or an index cuts more"),
        ("1 of 4 entries not zero where they should be", "a mask or an index is forgotten"),
        ("all entries are NaN", "0 · inf"),
        ("infinite", "a division by zero"),
        ("all entries are off by the factor 3", "a sum where a mean belongs"),
        ("all entries are off by the factor 0.333333", "a mean where a sum belongs"),
        ("off by the factor 7", "a constant factor is lost"),
        ("off by the factor 1.00001", "an approximation on the way back"),
        ("all entries are off by a relative 3e-08", "a constant, or a value on the way, in single precision"),
        ("all entries are off by a relative -4.2e-14", "an approximation on the way back"),
        ("3 of 4 entries wrong", ""),
    ],
)
def test_a_pattern_suggests_its_cause(pattern, cause):
    told = diagnosed(pattern)
    assert told.cause.startswith(cause) if cause else told.cause == ""
    assert told.evidence == pattern


@pytest.mark.parametrize(("factor", "cause"), [("2", "a term is counted twice"), ("0.5", "one of two equal terms is left out")])
def test_a_factor_of_two_is_a_term_where_no_axis_has_two_entries(factor, cause):
    assert diagnosed(f"all entries are off by the factor {factor}", jacobian=None).cause == cause


def test_a_factor_on_a_tape_is_a_matter_of_adding_up():
    assert diagnosed("off by the factor 0.333333", op="tape").cause == "a gradient that is there already is overwritten"
    assert diagnosed("off by the factor 1.5", op="tape").cause == "a stale sum: what was there is added once more"


def test_neighbours_that_hold_are_evidence_and_those_that_break_are_not():
    told = diagnosed("all entries are zero", neighbourhood={"one ulp away": "HOLDS", "contiguous": "BROKEN", "elsewhere": ["foreign"]})
    assert told.evidence == "all entries are zero; only at this very point, so a tie, a kink or a special value decides"


def test_a_neighbourhood_of_another_shape_is_read_past():
    assert diagnosed("all entries are zero", neighbourhood=["foreign"]).evidence == "all entries are zero"


def test_no_pattern_is_no_diagnosis():
    assert diagnosed("") is None
