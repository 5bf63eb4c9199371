"""The grammar of --input, and the arrays drawn from it."""

from __future__ import annotations

import numpy as np
import pytest

from harness.checking.drawing import LARGEST_SIZE, draw_arguments
from harness.checking.inputs import Input, UnreadableInput, read_input

INF = float("inf")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("x: float64[n, 3]", Input("x", "float64", ("n", 3))),
        ("x:float32", Input("x", "float32")),
        (" x : float64 [ ] ", Input("x", "float64")),
        ("z: complex128[2]", Input("z", "complex128", (2,))),
        ("x: float64[n] in (0, 1)", Input("x", "float64", ("n",), 0.0, 1.0)),
        ("x: float64[n] in (-1.5, 2e3)", Input("x", "float64", ("n",), -1.5, 2000.0)),
        ("x: float64 > 0", Input("x", "float64", (), 0.0, INF)),
        ("x: float64[3] < -.5", Input("x", "float64", (3,), -INF, -0.5)),
        ("rows: int64[n] < k", Input("rows", "int64", ("n",), 0.0, "k")),
        ("rows: int64[n] < 7", Input("rows", "int64", ("n",), 0.0, 7.0)),
        ("mask: bool[n]", Input("mask", "bool", ("n",))),
    ],
)
def test_an_input_is_read(text: str, read: Input) -> None:
    assert read_input(text) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"must have a name at column 1; the text ends\. Write NAME: DTYPE"),
        ("3: float64", r"must have a name at column 1; got '3'"),
        ("x float64", r"must have ':' at column 3; got 'float64'"),
        ("x: flaot64[n]", r"must have a dtype \(float64, .*\) at column 4; got 'flaot64'\. Did you mean float64\?"),
        ("x: 64", r"must have a dtype .* at column 4; got '64'"),
        ("x: float64[n", r"must have ',' at column 13; the text ends"),
        ("x: float64[n 3]", r"must have ',' at column 14; got '3'"),
        ("x: float64[-1]", r"must have a size: a number or a symbol at column 12; got '-1'"),
        ("x: float64[2.5]", r"a size: a number or a symbol at column 12; got '2\.5'"),
        ("x: float64[n] within 3", r"must have 'in \(LOW, HIGH\)', '> LOW' or '< HIGH' at column 15; got 'within'"),
        ("x: float64 in 0, 1", r"must have '\(' at column 15; got '0'"),
        ("x: float64 in (0; 1)", r"must have ',' at column 17; got ';'"),
        ("x: float64 in (1, 0)", r"must have a number above 1 at column 19; got '0'"),
        ("x: float64 > k", r"must have a number at column 14; got 'k'"),
        ("x: float64[n] > 0 0", r"must have nothing more at column 19; got '0'"),
        ("z: complex128 > 0", r"nothing more: values of complex128 have no order at column 15; got '>'"),
        ("m: bool in (0, 1)", r"values of bool have no order at column 9; got 'in'"),
    ],
)
def test_an_unreadable_input_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UnreadableInput, match=said):
        read_input(text)


def test_the_same_symbol_is_the_same_size_and_an_index_stays_below_its_bound() -> None:
    inputs = [read_input(text) for text in ("table: float64[k, 3]", "rows: int64[n] < k", "w: float64[n]")]
    seen = set()
    for draw in range(40):
        table, rows, w = draw_arguments(inputs, draw, seed=5)
        assert table.shape[1] == 3
        assert rows.shape == w.shape
        assert np.all((rows >= 0) & (rows < table.shape[0]))
        seen.add((table.shape[0], w.shape[0]))
    assert {side for pair in seen for side in pair} == set(range(1, LARGEST_SIZE + 1))


def test_the_first_draw_is_the_smallest_and_a_draw_repeats() -> None:
    inputs = [read_input("x: float64[n, m]")]
    assert draw_arguments(inputs, 0, seed=1)[0].shape == (1, 1)
    assert np.array_equal(draw_arguments(inputs, 9, seed=1)[0], draw_arguments(inputs, 9, seed=1)[0])
    assert not np.array_equal(draw_arguments(inputs, 0, seed=1)[0], draw_arguments(inputs, 0, seed=2)[0])


@pytest.mark.parametrize(("domain", "low", "high"), [("in (2, 2.5)", 2, 2.5), ("> 3", 3, INF), ("< -1", -INF, -1), ("", -INF, INF)])
def test_values_lie_in_their_interval(domain: str, low: float, high: float) -> None:
    [values] = draw_arguments([read_input(f"x: float64[500] {domain}")], 0, seed=0)
    assert np.all((low < values) & (values < high))
    assert values.std() > 0


def test_integers_masks_and_complex_numbers_have_their_dtype() -> None:
    inputs = [read_input(text) for text in ("i: int32[50] in (-2, 3)", "m: bool[50]", "z: complex64[50]")]
    i, m, z = draw_arguments(inputs, 0, seed=0)
    assert (i.dtype.name, m.dtype.name, z.dtype.name) == ("int32", "bool", "complex128")
    assert set(i.tolist()) == {-2, -1, 0, 1, 2}
    assert set(m.tolist()) == {True, False}
    assert np.all(z.imag != 0)


def test_an_empty_range_of_integers_is_told() -> None:
    with pytest.raises(ValueError, match=r"must leave at least one integer; got 0 <= i < 0\. Widen it\."):
        draw_arguments([read_input("i: int64[n] < 0")], 0, seed=0)
