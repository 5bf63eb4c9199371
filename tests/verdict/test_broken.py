"""The text of a finding: complete, and without what is not known."""

from __future__ import annotations

import numpy as np
import pytest

from harness.verdict import LawBroken, Result, Verdict, finding_text

RESULT = Result(
    law="vjp-eq-fd",
    verdict=Verdict.BROKEN,
    actual=1.2501,
    expected=1.25,
    bound=3e-13,
    tolerance=3.3e-13,
    resolution=3e-13,
    rule="finite differences, 16 evaluations",
    where="d out[2] / d x[1, 0]",
    pattern="all 6 entries off by the factor 2.0",
)


def test_finding_text_says_everything() -> None:
    text = finding_text(
        "<w, f'(x) v> = <f'(x)^T w, v>",
        RESULT,
        title="gradient of softmax(x, axis=0) is wrong in backend torch (cuda:0, float32)",
        primals=[("x", np.array([[0.0], [1.0]], dtype=np.float32), "float32")],
        isolates="cuda only; float64 on cuda holds",
        reproduce=["autograd-harness replay k3f9q2", "python cases/k3f9q2.py"],
    )
    assert text.splitlines() == [
        "gradient of softmax(x, axis=0) is wrong in backend torch (cuda:0, float32)",
        "  law           <w, f'(x) v> = <f'(x)^T w, v>",
        "  actual        1.2501            expected  1.25 +- 3e-13",
        "  discrepancy   1.0e-04, 3e+08 times the allowed 3.3e-13 (finite differences, 16 evaluations; resolution 3e-13)",
        "  where         d out[2] / d x[1, 0]; all 6 entries off by the factor 2.0",
        "  primal x      float32[2, 1] = [[0.], [1.]]",
        "  isolates      cuda only; float64 on cuda holds",
        "  reproduce     autograd-harness replay k3f9q2        python cases/k3f9q2.py",
    ]


def test_finding_text_leaves_out_what_is_not_known() -> None:
    result = Result(law="shape", verdict=Verdict.BROKEN, reason="the gradient has shape (2,).")
    assert finding_text("shape(g) = shape(x)", result, title="wrong", primals=[]).splitlines() == [
        "wrong",
        "  law           shape(g) = shape(x)",
        "  reason        the gradient has shape (2,).",
    ]


def test_finding_text_says_that_nothing_is_allowed() -> None:
    result = Result(law="exact", verdict=Verdict.BROKEN, actual=1.0, expected=2.0, tolerance=0.0)
    assert "  discrepancy   1.0e+00; none is allowed" in finding_text("a = b", result, title="wrong", primals=[])


def test_finding_text_shortens_long_primals() -> None:
    text = finding_text("a = b", RESULT, title="wrong", primals=[("x", np.arange(100.0), "float64")])
    assert "float64[100] = [ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., ...] (100 elements)" in text


def test_law_broken_is_an_assertion_error() -> None:
    with pytest.raises(AssertionError, match="the text"):
        raise LawBroken("the text")
