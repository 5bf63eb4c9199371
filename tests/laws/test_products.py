"""TF32: told from float32 by the size of its errors, and asked for only where a device has it."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends import Unsupported, load_backend
from harness.backends.faulty.products import rounded
from harness.verdict import Verdict
from properties.laws import laws
from tests.laws.examples import matrix_product, product


def test_operands_that_lost_13_bits_are_called_hidden_tf32() -> None:
    result = laws()["no-hidden-tf32"].check(load_backend("faulty:hidden-tf32:torch"), matrix_product())
    assert (result.verdict, result.details["diagnosis"]) == (Verdict.BROKEN, "hidden TF32")
    assert result.reason == "hidden TF32: the errors are those of operands rounded to 10 bits, though nobody asked for it."


def test_operands_that_lost_more_bits_are_not_called_hidden_tf32() -> None:
    result = laws()["no-hidden-tf32"].check(load_backend("faulty:coarse-products:torch"), matrix_product())
    assert (result.verdict, "diagnosis" in result.details) == (Verdict.BROKEN, False)


def test_tf32_that_was_asked_for_is_explained_but_would_not_pass_as_float32() -> None:
    asked = laws()["tf32-explained"].check(load_backend("tests.laws.pretend:InTf32"), matrix_product())
    assert asked.verdict is Verdict.HOLDS
    assert asked.ratio is not None
    assert asked.ratio > 0.05  # it did round: float32 alone is off by a thousandth of that


def test_cpu_has_no_tf32() -> None:
    with pytest.raises(Unsupported, match=r"^TF32 is a mode of CUDA devices; cpu is none\.$"):
        laws()["tf32-explained"].check(load_backend("torch"), matrix_product())


def test_what_is_no_product_of_matrices_is_left_out_with_the_reason() -> None:
    with pytest.raises(Unsupported, match=r"^looked at are the products bmm, dot, .*, vecdot, each alone\.$"):
        laws()["no-hidden-tf32"].check(load_backend("torch"), product())


def test_rounding_keeps_ten_bits() -> None:
    assert rounded(np.array([1 + 2.0**-10, 1 + 2.0**-12, 1 + 2.0**-11 + 2.0**-20], dtype=np.float32)).tolist() == [1 + 2.0**-10, 1.0, 1 + 2.0**-10]
