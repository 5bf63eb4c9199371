"""Torch computes what the references say, from the very text that is printed."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends.torch.spelling import SPELLINGS, compile_call, spell
from harness.ops import Op, apply_reference, catalogue
from tests.ops.choosing import points
from tests.ops.test_catalogue import SUBJECTS

# Two float64 algorithms for one function, each backward stable, operands of size 1 to 10, condition numbers below 1e4: 1e4 x 2.2e-16, and two
# decimals for sums over elements and for series of special functions.
SAME_FUNCTION = 1e-10
# torch 2.13 sums too few terms of the asymptotic series of trigamma: off by 4e-10 near 1.5.
LESS_ACCURATE = {"polygamma": 1e-8}

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:index_reduce.. is in beta:UserWarning")
NAMESPACE = {"torch": torch, "F": torch.nn.functional}


@pytest.mark.parametrize(("op", "dtype"), SUBJECTS, ids=[f"{op.name}-{dtype}" for op, dtype in SUBJECTS])
def test_torch_agrees_with_the_reference(op: Op, dtype: str) -> None:
    compared = 0
    for point in points(op, 30, dtype=dtype, seed=1):
        if not op.contains(point.values, point.params):
            continue
        expected = apply_reference(op, point.values, point.params)
        call = compile_call(op.name, len(point.values), NAMESPACE)
        actual = call(*(torch.tensor(x) for x in point.values), **point.params)
        results = tuple(actual) if isinstance(actual, tuple | list) else (actual,)
        for y, z in zip(results, expected, strict=True):
            assert tuple(y.shape) == z.shape, (point.params, spell(op.name, ["x", "y", "z"], point.params))
            allowed = LESS_ACCURATE.get(op.name, SAME_FUNCTION) * max(1.0, float(np.max(np.abs(z), initial=0.0)))
            assert np.all(np.abs(y.resolve_conj().resolve_neg().numpy() - z) <= allowed), point
        compared += 1
    assert compared


@pytest.mark.parametrize(("op", "dtype"), SUBJECTS, ids=[f"{op.name}-{dtype}" for op, dtype in SUBJECTS])
def test_printed_call_is_python_that_gives_the_called_value(op: Op, dtype: str) -> None:
    for point in points(op, 8, dtype=dtype, seed=2):
        if op.contains(point.values, point.params):
            names = [f"x{i}" for i in range(len(point.values))]
            arrays = {name: torch.tensor(x) for name, x in zip(names, point.values, strict=True)}
            printed = eval(spell(op.name, names, point.params), NAMESPACE | arrays)
            called = compile_call(op.name, len(names), NAMESPACE)(*arrays.values(), **point.params)
            several = isinstance(called, tuple | list)
            for y, z in zip(printed if several else (printed,), called if several else (called,), strict=True):
                torch.testing.assert_close(y, z, rtol=1e-12, atol=1e-12, equal_nan=True)  # LAPACK may round otherwise in other memory


@pytest.mark.parametrize(
    ("op", "params", "text"),
    [
        ("exp", {}, "torch.exp(x)"),
        ("sum", {"axis": None, "keepdims": False}, "torch.sum(x)"),
        ("sum", {}, "torch.sum(x)"),
        ("sum", {"axis": 0, "keepdims": True}, "torch.sum(x, dim=0, keepdim=True)"),
        ("sum", {"axis": [0, -1]}, "torch.sum(x, dim=(0, -1))"),
        ("gelu", {"approximate": "tanh"}, "F.gelu(x, approximate='tanh')"),
        ("reshape", {"shape": [2, 1]}, "torch.reshape(x, (2, 1))"),
    ],
)
def test_spell_writes_what_a_person_would(op: str, params: dict[str, object], text: str) -> None:
    assert spell(op, ["x"], params) == text


def test_calls_are_compiled_once() -> None:
    assert compile_call("exp", 1, NAMESPACE) is compile_call("exp", 1, NAMESPACE)


def test_unknown_op_names_the_table_to_extend() -> None:
    with pytest.raises(LookupError, match=r"torch has no spelling of the op 'nosuch'; add it to"):
        spell("nosuch", [], {})
    with pytest.raises(LookupError, match=r"torch has no spelling of the op 'nosuch'"):
        compile_call("nosuch", 1, NAMESPACE)


def test_every_op_has_a_spelling_and_every_spelling_an_op() -> None:
    assert set(SPELLINGS) == set(catalogue())
