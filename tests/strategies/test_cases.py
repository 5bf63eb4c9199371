"""Cases of single ops and of programs: what every law may rely on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.ops.catalogue import catalogue, lookup
from harness.ops.op import apply_reference
from harness.program import Case, evaluate_all
from harness.program.case import from_json, to_json
from harness.program.layout import LAYOUTS, lay_out
from harness.strategies import cases
from harness.strategies.rounding import COMPLEX_DTYPES, REAL_DTYPES, exactly, largest

SETTINGS = settings(max_examples=40, deadline=None, database=None)


def drawn(op: str | None, dtype: str = "float64") -> st.SearchStrategy[Case]:
    return cases("a law", op, backend="torch", device="cpu", dtype=dtype, layouts=tuple(LAYOUTS))


def values_of(case: Case) -> dict[str, np.ndarray]:
    with np.errstate(all="ignore"):
        return evaluate_all(case.subject, lambda op, args, params: apply_reference(lookup(op), args, params), case.primals)


def require_sound(case: Case) -> None:
    """One array per input, direction and output; every op inside its domain; numbers exact and bounded; layouts that can be realised."""
    values = values_of(case)
    assert not list(case.subject.problems())
    assert [x.shape for x in case.primals] == [given.shape for given in case.subject.inputs]
    assert [x.shape for x in case.tangents] == [x.shape for x in case.points]
    assert [w.shape for w in case.cotangents] == [values[name].shape for name in case.subject.outputs]
    for instruction in case.subject.instructions:
        args = tuple(values[name] for name in instruction.args)
        assert lookup(instruction.op).contains(args, instruction.params)
    for x in (*case.primals, *case.tangents, *case.cotangents):
        assert x.dtype.kind not in "fc" or np.array_equal(x, exactly(x, case.dtype))
    arrays = (*case.primals, *case.cotangents, *case.tangents)
    for array, layout in zip(arrays, case.layouts, strict=True):
        lay_out(array, layout)
    usual = 1.0 if not case.drawn["edges"] else np.inf
    assert all(np.all(np.abs(x) <= largest(case.dtype, usual)) for x in values.values() if x.dtype.kind in "fc")


@SETTINGS
@given(st.data(), st.sampled_from(sorted(name for name, op in catalogue().items() if op.real)), st.sampled_from(REAL_DTYPES))
def test_a_single_op_case_is_sound(data, op, dtype):
    case = data.draw(drawn(op, dtype))
    assert case.subject.ops == (op,)
    require_sound(case)


@SETTINGS
@given(st.data(), st.sampled_from(sorted(name for name, op in catalogue().items() if op.complex)), st.sampled_from(COMPLEX_DTYPES))
def test_a_complex_single_op_case_is_sound(data, op, dtype):
    case = data.draw(drawn(op, dtype))
    assert all(np.iscomplexobj(x) for x in case.points)
    require_sound(case)


@SETTINGS
@given(drawn(None))
def test_a_program_case_is_sound(case):
    assert 1 <= len(case.subject.instructions) <= 20
    require_sound(case)


@SETTINGS
@given(drawn(None, "complex128"))
def test_a_complex_program_uses_complex_ops_only(case):
    assert all(lookup(op).complex for op in case.subject.ops)
    require_sound(case)


@SETTINGS
@given(drawn(None, "complex64"))
def test_a_case_survives_its_json(case):
    again = from_json(to_json(case))
    assert again.id == case.id
    assert again.drawn == case.drawn


@SETTINGS
@given(drawn("relu"))
def test_an_ordinary_point_keeps_its_margin(case):
    kinked = case.drawn["edges"] or case.drawn["regime"] in {"ties", "beside kinks", "signed zeros"}
    assert kinked or case.drawn["margin"] is None or case.drawn["margin"] >= 1e-2


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"dtype": "float8"}, "cases(dtype=...) must be one of float64, float32"),
        ({"layouts": ("diagonal",)}, "cases(layouts=...) must be names out of contiguous, permuted"),
        ({"layouts": ()}, "cases(layouts=...) must be names"),
        ({"dtype": "complex128"}, "cases(dtype=...) must be a real dtype for relu"),
    ],
)
def test_cases_names_the_wrong_argument(changes, text):
    with pytest.raises(ValueError, match=text.replace("(", r"\(").replace(")", r"\)")):
        cases("a law", "relu", **({"backend": "torch", "device": "cpu", "dtype": "float64"} | changes))


def test_cases_offers_close_names_of_an_unknown_op():
    with pytest.raises(LookupError, match="no op of the catalogue is called 'multiplu'"):
        cases("a law", "multiplu", backend="torch", device="cpu", dtype="float64")
