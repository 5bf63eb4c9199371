"""The reference tape's own derivatives against the oracle: every rule, first and second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.oracles import differentiate
from harness.tape.reference.graph import Tensor
from harness.tape.reference.rules import RULES
from harness.tape.reference.walker import Engine

SQUARE, VECTOR, SCALAR = (2, 3), (4,), ()
EXAMPLES: dict[str, list[tuple[tuple[tuple[int, ...], ...], dict[str, Any]]]] = {
    "sum": [((SQUARE,), {}), ((SQUARE,), {"axis": 1}), ((SQUARE,), {"axis": [0, 1], "keepdims": True}), ((SCALAR,), {})],
    "sum_to": [((SQUARE,), {"shape": (1, 3)}), ((SQUARE,), {"shape": (3,)}), ((SQUARE,), {"shape": ()})],
    "expand": [(((1, 3),), {"shape": SQUARE}), ((SCALAR,), {"shape": SQUARE})],
    "pad": [((VECTOR,), {"before": 1, "after": 2})],
    "reshape": [((SQUARE,), {"shape": (6,)})],
    "view": [((SQUARE,), {"shape": (3, 2)})],
    "narrow": [((VECTOR,), {"start": 1, "stop": 3})],
    "permute_dims": [((SQUARE,), {"axes": (1, 0)}), (((2, 3, 4),), {"axes": (2, 0, 1)})],
    "flip": [((SQUARE,), {"axis": 1}), ((SQUARE,), {"axis": (0, 1)})],
    "clamp_min": [((SQUARE,), {"limit": 0.9}), ((SCALAR,), {"limit": 0.0})],
    "cast": [((VECTOR,), {"dtype": "longdouble", "origin": "float64"})],
    "write": [((SQUARE, SQUARE), {}), ((SQUARE, (3,)), {}), ((VECTOR, SCALAR), {})],
    "move": [((VECTOR,), {"device": "pretend:0", "origin": "cpu"})],
}
MATRIX, STACK = (3, 2), (4, 3, 2)
EXAMPLES["matmul"] = [((a, b), {}) for a, b in ((SQUARE, MATRIX), (SQUARE, (3,)), ((2,), SQUARE), (VECTOR, VECTOR), (SQUARE, STACK), ((3,), STACK))]
BINARY = [((SQUARE, SQUARE), {}), ((SQUARE, (3,)), {}), ((SCALAR, VECTOR), {})]


def cases() -> list[Any]:
    named = {
        op: EXAMPLES.get(op, BINARY if len(rule.pulls) == 2 else [((SQUARE,), {}), ((SCALAR,), {})])
        for op, rule in RULES.items()
        if op != "bernoulli"
    }
    return [pytest.param(op, shapes, params, id=f"{op}-{i}") for op, examples in named.items() for i, (shapes, params) in enumerate(examples)]


class Setting:
    """f, a point, and directions, drawn once."""

    def __init__(self, op: str, shapes: tuple[tuple[int, ...], ...], params: dict[str, Any]) -> None:
        self.engine, self.op, self.params = Engine(), op, params
        rng = np.random.default_rng(7)
        self.x, self.v, self.u = ([rng.uniform(0.5, 1.5, s) for s in shapes] for _ in range(3))
        self.w = rng.standard_normal(self.value(0.0).shape)

    def leaves(self, t: float) -> list[Tensor]:
        return [Tensor(np.array(x + t * v), flag=True) for x, v in zip(self.x, self.v, strict=True)]

    def output(self, leaves: list[Tensor]) -> Tensor:
        """The cube of f, so that the second derivative of a linear op, and of a square root, is not constant."""
        y = self.engine(self.op, *leaves, **self.params)
        return self.engine("multiply", self.engine("multiply", y, y), y)

    def value(self, t: float) -> np.ndarray:
        return self.output(self.leaves(t)).array

    def slopes(self, t: float, *, twice: bool) -> tuple[float, float]:
        """(<u, grad>, <v, grad>) of <w, f>, or (unused, <v, grad>) of <u, grad of <w, f>>."""
        leaves = self.leaves(t)
        root = self.output(leaves)
        seed = Tensor(np.array(self.w, root.array.dtype))
        seed.storage.device = root.storage.device
        grads = self.engine.gradient(root, leaves, seed, keep=True, create=True, allow_unused=False)
        along = sum(float(np.sum(u * g.array)) for u, g in zip(self.u, grads, strict=True))
        if twice:
            terms = [self.engine("sum", self.engine("multiply", g, Tensor(np.array(u)))) for u, g in zip(self.u, grads, strict=True)]
            total = terms[0] if len(terms) == 1 else self.engine("add", *terms)
            grads = self.engine.gradient(total, leaves, None, keep=False, create=False, allow_unused=False)
        return along, sum(float(np.sum(v * g.array)) for v, g in zip(self.v, grads, strict=True))


@pytest.mark.parametrize(("op", "shapes", "params"), cases())
def test_the_gradient_of_every_rule_agrees_with_the_oracle(op: str, shapes: Any, params: Any):
    setting = Setting(op, shapes, params)
    truth = differentiate(lambda t: float(np.sum(setting.w * setting.value(t))))
    assert truth.status == "smooth"
    assert abs(setting.slopes(0.0, twice=False)[1] - truth.value) <= truth.bound + 1e-13 * (1 + abs(truth.value))  # terms of order 1 are added


@pytest.mark.parametrize(("op", "shapes", "params"), cases())
def test_the_gradient_of_the_gradient_of_every_rule_agrees_with_the_oracle(op: str, shapes: Any, params: Any):
    setting = Setting(op, shapes, params)
    truth = differentiate(lambda t: setting.slopes(t, twice=False)[0])
    assert truth.status == "smooth"
    assert abs(setting.slopes(0.0, twice=True)[1] - truth.value) <= truth.bound + 1e-13 * (1 + abs(truth.value))  # terms of order 1 are added


def test_the_oracle_disagrees_with_a_wrong_rule(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(RULES, "sin", RULES["cos"].__class__(np.sin, RULES["cos"].pulls))
    setting = Setting("sin", (VECTOR,), {})
    truth = differentiate(lambda t: float(np.sum(setting.w * setting.value(t))))
    assert abs(setting.slopes(0.0, twice=False)[1] - truth.value) > 1e3 * truth.bound
