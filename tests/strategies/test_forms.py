"""A backend that compiles per shape is shown few shapes, at many values."""

from __future__ import annotations

import numpy as np
import pytest

from harness.ops import lookup
from harness.ops.op import Op
from harness.program import Case, Program, evaluate
from harness.strategies.cases import draw_case
from harness.strategies.choose import RandomChoose
from harness.strategies.forms import Forms
from harness.strategies.minimise import VALUES_FIRST, in_domain, minimise

OPS = tuple(lookup(name) for name in ("exp", "log", "sum", "matmul", "multiply", "tanh", "softmax", "take", "where"))
SUBJECTS = (lookup("log"), lookup("matmul"), lookup("take"), OPS)


def drawn(subject: Op | tuple[Op, ...], *, seed: int = 0, dtype: str = "float64") -> list[Case]:
    source = RandomChoose(np.random.default_rng(7))
    return [draw_case(source, "a law", subject, "toy", "cpu", dtype, forms=Forms(4, seed)) for _ in range(40)]


def form(case: Case) -> str:
    fixed = [case.primals[i].tolist() for i in range(len(case.primals)) if i not in case.differentiable]
    return repr((case.subject, [x.shape for x in case.primals], fixed))


@pytest.mark.parametrize("subject", SUBJECTS, ids=["log", "matmul", "take", "programs"])
def test_a_pool_is_small_and_its_values_are_many(subject: Op | tuple[Op, ...]):
    found = drawn(subject)
    assert 2 <= len({form(case) for case in found}) <= 4
    assert len({tuple(x.tobytes() for x in case.primals) for case in found}) > 8


@pytest.mark.parametrize("subject", SUBJECTS, ids=["log", "matmul", "take", "programs"])
def test_every_case_of_a_pool_lies_in_the_domains_of_its_ops(subject: Op | tuple[Op, ...]):
    assert all(in_domain(case) for case in drawn(subject))


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_a_pool_has_values_of_the_dtype(dtype: str):
    found = drawn(lookup("exp"), dtype=dtype)
    assert all(np.iscomplexobj(x) == (dtype == "complex128") for case in found for x in case.primals)
    assert all(np.array_equal(x, x.astype(dtype)) for case in found for x in case.primals)


def test_another_seed_is_another_pool():
    assert {form(case) for case in drawn(OPS)} != {form(case) for case in drawn(OPS, seed=1)}


def test_shrinking_tries_values_before_shapes_where_shapes_are_dear():
    shapes: list[tuple[int, ...]] = []
    start = max(drawn(lookup("tanh")), key=lambda case: case.primals[0].size)

    def breaks(trial: Case) -> bool:
        shapes.append(trial.primals[0].shape)
        return True

    smallest = minimise(start, breaks, order=VALUES_FIRST)
    assert start.primals[0].size > 1
    assert shapes[0] == start.primals[0].shape
    assert smallest.primals[0].size <= 1
    assert isinstance(smallest.subject, Program)
    assert evaluate(smallest.subject, lambda op, args, params: np.tanh(*args), smallest.primals)[0].shape == smallest.primals[0].shape


def test_a_short_round_keeps_to_one_form():
    source = RandomChoose(np.random.default_rng(7))
    found = [draw_case(source, "a law", OPS, "toy", "cpu", "float64", forms=Forms(4, 0, only=2)) for _ in range(20)]
    assert len({form(case) for case in found}) == 1
    assert form(found[0]) in {form(case) for case in drawn(OPS)}
