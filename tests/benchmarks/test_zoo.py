"""The zoo of right but nasty functions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

pytest.importorskip("expecttest")
import native_cases
from nasty_zoo import UNDECIDABLE, ZOO, Nasty


@pytest.mark.parametrize("nasty", ZOO, ids=lambda nasty: nasty.name)
def test_nasty_function_is_finite_where_it_is_drawn(nasty: Nasty) -> None:
    drawn = nasty.draw(np.random.default_rng(1))
    value = nasty.function(*(torch.from_numpy(np.array(x)).to(getattr(torch, nasty.dtype)) for x in drawn))
    assert torch.isfinite(torch.view_as_real(value) if value.is_complex() else value).all()


def test_nasty_functions_have_names_of_their_own() -> None:
    names = [nasty.name for nasty in ZOO]
    assert len(set(names)) == len(names)
    assert set(names) >= UNDECIDABLE


def test_case_of_a_function_holds_numbers_exact_in_its_dtype() -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float32)
    case = native_cases.make_case("doubled", lambda x: (2 * x,), (x,), seed=1)
    assert case.dtype == "float32"
    for values in (*case.primals, *case.tangents, *case.cotangents):
        assert values.dtype == np.float64
        assert np.array_equal(values, values.astype(np.float32))
