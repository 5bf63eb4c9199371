"""The strategies for people's own `@given`."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from harness.ops.domain import NONZERO, POSITIVE, REALS, Domain, interval
from harness.ops.matrices import NONSINGULAR
from harness.program import Program
from harness.program.layout import LAYOUTS
from harness.strategies import devices, dtypes, layouts, programs, shapes, tensors
from harness.strategies.choose import NotDrawn, RandomChoose
from harness.strategies.leaves import draw_floats, draw_index, draw_mask, place
from harness.strategies.regimes import KINKED, REGIMES, fill
from harness.strategies.rounding import COMPLEX_DTYPES, REAL_DTYPES, exactly

SETTINGS = settings(max_examples=100, deadline=None, database=None)
SEARCH = settings(max_examples=600, deadline=None, database=None, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck))
DOMAINS = (REALS, POSITIVE, NONZERO, interval(-1, 1), interval(high=2.0), interval(5.0, 5.5))


def source(seed: int = 0) -> RandomChoose:
    return RandomChoose(np.random.default_rng(seed))


@SETTINGS
@given(shapes(min_rank=1, max_rank=3, min_side=1, max_side=4, tails=False))
def test_shapes_keep_their_limits(shape):
    assert 1 <= len(shape) <= 3
    assert all(1 <= side <= 4 for side in shape)


@pytest.mark.parametrize("wanted", [(), (0,), (1,), (17,), (2, 3)])
def test_shapes_reach_the_empty_the_single_and_the_tail(wanted):
    assert find(shapes(), lambda shape: shape == wanted, settings=settings(SEARCH, max_examples=5_000), random=Random(0)) == wanted


@SETTINGS
@given(st.data(), st.sampled_from(DOMAINS), st.sampled_from(REAL_DTYPES))
def test_tensors_lie_in_their_domain_and_are_exact(data, domain, dtype):
    x = data.draw(tensors(shapes(), domain, dtype))
    assert domain.contains(x)
    assert np.array_equal(x, exactly(x, dtype))


@SETTINGS
@given(tensors((2, 3), dtype="complex64"))
def test_complex_tensors_are_complex(x):
    assert x.shape == (2, 3)
    assert x.dtype == np.complex128


@pytest.mark.parametrize(("domain", "simplest"), [(REALS, [1.0, 1.0]), (POSITIVE, [1.0, 1.0]), (interval(-1, 1), [0.0, 0.0])])
def test_tensors_shrink_to_the_simplest_numbers_of_their_domain(domain, simplest):
    assert find(tensors((2,), domain), lambda x: True, settings=SEARCH).tolist() == simplest


def test_devices_dtypes_and_layouts_draw_what_there_is():
    assert find(devices(("cpu", "cuda:0")), lambda name: True) == "cpu"
    assert find(dtypes(), lambda name: True) == "float64"
    assert {find(dtypes(complex=True), lambda name, one=one: name == one) for one in COMPLEX_DTYPES} == set(COMPLEX_DTYPES)
    assert {find(layouts(), lambda name, one=one: name == one) for one in LAYOUTS} == set(LAYOUTS)


@SETTINGS
@given(programs(offers={"exp", "add"}.__contains__, max_instructions=3))
def test_programs_come_with_a_point(drawn):
    program, values = drawn
    assert isinstance(program, Program)
    assert set(program.ops) <= {"exp", "add"}
    assert len(program.ops) <= 3
    assert [x.shape for x in values] == [given.shape for given in program.inputs]


def test_tensors_names_an_unknown_dtype():
    with pytest.raises(ValueError, match=r"tensors\(dtype=...\) must be one of float64, .*; got 'int8'. Choose one of them."):
        tensors((2,), dtype="int8")


@pytest.mark.parametrize("regime", [*REGIMES, *KINKED], ids=lambda regime: regime.name)
@pytest.mark.parametrize("shape", [(), (0, 2), (3,), (2, 33)])
def test_every_regime_fills_every_shape(regime, shape):
    for domain in DOMAINS:
        assert fill(regime, np.random.default_rng(0), shape, domain).shape == shape
        x = draw_floats(source(), regime, shape, domain)
        assert x.shape == shape
        assert domain.contains(x)


def test_place_steps_over_an_edge_that_rounding_falls_off():
    domain = interval(0.0, 1.0)  # the inner edge 0.001 is no bfloat16, the nearest is below it
    x = place(np.array([0.001, 0.999]), domain, "bfloat16")
    assert x is not None
    assert domain.contains(x)


def test_place_gives_up_a_matrix_that_the_dtype_cannot_hold():
    assert place(np.array([[1e300]]), NONSINGULAR, "float32") is None
    assert place(np.array([[1e30]]), NONSINGULAR, "float32") is not None


def test_place_gives_up_where_the_dtype_has_no_number():
    assert place(np.array([5.0001]), interval(5.0, 5.0003, margin=1e-5), "bfloat16") is None
    with pytest.raises(NotDrawn, match=r"no float16 of shape \(2,\) in"):
        draw_floats(source(), REGIMES[0], (2,), Domain("nothing", lambda x: False, lambda x: x), "float16")


@pytest.mark.parametrize("pattern", ["ordered", "equal", "random"])
def test_an_index_stays_below_its_bound(pattern):
    index = draw_index(source(), (2, 5), 3, pattern)
    assert index.dtype.kind == "i"
    assert index.min() >= 0
    assert index.max() < 3
    assert pattern != "equal" or np.unique(index).size == 1


def test_an_index_into_nothing_is_not_drawn():
    assert draw_index(source(), (0,), 0).shape == (0,)
    with pytest.raises(NotDrawn, match="an index into an empty axis"):
        draw_index(source(), (2,), 0)


@pytest.mark.parametrize(("pattern", "values"), [("all true", {True}), ("all false", {False}), ("random", {True, False})])
def test_a_mask_follows_its_pattern(pattern, values):
    assert set(draw_mask(source(), (20,), pattern).tolist()) == values
