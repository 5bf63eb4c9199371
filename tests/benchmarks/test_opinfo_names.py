"""Which names of OpInfo can be asked for a derivative on the CPU, and which cannot."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("expecttest")
from opinfo_names import listed_names, without_derivative


def test_names_without_a_derivative_are_told_with_their_reason():
    found = without_derivative()
    assert found["nn.functional.one_hot"] == "takes torch.int64 only"
    assert found["torch.ops.aten._flash_attention_forward"] == "has no kernel on the CPU"


def test_what_has_a_derivative_is_listed_by_the_native_source():
    assert "linalg.eigh" not in without_derivative()
    assert "linalg.eigh" in listed_names()


def test_a_name_without_a_derivative_takes_no_number_that_can_be_moved():
    with pytest.raises(RuntimeError, match="one_hot is only applicable to index tensor"):
        torch.nn.functional.one_hot(torch.tensor([1.0]))
