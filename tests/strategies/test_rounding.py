"""Numbers that are exact in a dtype."""

from __future__ import annotations

import numpy as np
import pytest

from harness.strategies.rounding import COMPLEX_DTYPES, REAL_DTYPES, exactly, largest

SAMPLE = np.concatenate(
    [np.random.default_rng(0).standard_normal(5000) * 10.0 ** np.random.default_rng(1).uniform(-45, 39, 5000), [0.0, -0.0, np.inf, -np.inf, np.nan]]
)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_rounding_is_numpys(dtype):
    with np.errstate(over="ignore"):
        assert np.array_equal(exactly(SAMPLE, dtype), SAMPLE.astype(dtype).astype(np.float64), equal_nan=True)


def test_rounding_to_bfloat16_keeps_eight_significant_bits():
    assert exactly(np.array([1 + 2**-7, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-40]), "bfloat16").tolist() == [
        1 + 2**-7,
        1.0,  # a tie: to even
        1 + 2**-6,
        1 + 2**-7,  # just above the tie: rounding through float32 would lose it
    ]


def test_rounding_to_bfloat16_from_float32_is_torchs():
    torch = pytest.importorskip("torch")
    with np.errstate(over="ignore"):
        single = SAMPLE.astype(np.float32)
    expected = torch.tensor(single).to(torch.bfloat16).double().numpy()
    assert np.array_equal(exactly(single.astype(np.float64), "bfloat16"), expected, equal_nan=True)


@pytest.mark.parametrize("dtype", REAL_DTYPES)
def test_rounding_keeps_the_sign_of_zero_and_rounds_once(dtype):
    assert np.signbit(exactly(np.array([-0.0]), dtype))[0]
    once = exactly(SAMPLE, dtype)
    assert np.array_equal(exactly(once, dtype), once, equal_nan=True)


@pytest.mark.parametrize("dtype", COMPLEX_DTYPES)
def test_a_complex_number_is_rounded_part_by_part(dtype):
    z = exactly(np.array([complex(0.1, -0.0)]), dtype)
    assert z.dtype == np.complex128
    assert z[0].real == float(np.float64(0.1) if dtype == "complex128" else np.float32(0.1))
    assert np.signbit(z[0].imag)


def test_the_largest_value_leaves_headroom_in_every_dtype():
    assert largest("float64") == largest("complex64") == 1e6
    assert largest("float16") == largest("float16", np.inf) < 66
    assert largest("float32", np.inf) < 3.4e38
