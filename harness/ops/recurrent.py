"""One step of a recurrent network.

a(W, x, h) = W_x x + b_x + W_h h + b_h
rnn: h' = tanh(a) or relu(a);   lstm: c' = s(f) c + s(i) tanh(g), h' = s(o) tanh(c');   gru: h' = (1 - z) n + z h, z = s(a_z)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.margins import smallest
from harness.ops.op import Op, Operand, Params, Shapes, Values, smooth
from harness.ops.sources import torch_docs

F = "recurrent"
GATES = {"rnn_tanh_cell": 1, "rnn_relu_cell": 1, "gru_cell": 3, "lstm_cell": 4}


def _inner(x: np.ndarray, hidden: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, *bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the gates see of the input and of the state; each (batch, gates hidden)."""
    b_x, b_h = bias or (0.0, 0.0)
    return x @ w_x.T + b_x, hidden @ w_h.T + b_h


def _rnn_tanh(*arrays: np.ndarray) -> Any:
    return np.tanh(np.add(*_inner(*arrays)))


def _rnn_relu(*arrays: np.ndarray) -> Any:
    return np.maximum(np.add(*_inner(*arrays)), 0)


def _relu_kink(values: Values, params: Params) -> float:
    return smallest(np.abs(np.add(*_inner(*values))))


def _gru(*arrays: np.ndarray) -> Any:
    seen, kept = _inner(*arrays)
    (r_x, z_x, n_x), (r_h, z_h, n_h) = (np.split(part, 3, axis=-1) for part in (seen, kept))
    new, update = np.tanh(n_x + expit(r_x + r_h) * n_h), expit(z_x + z_h)
    return (1 - update) * new + update * arrays[1]


def _lstm(x: np.ndarray, hidden: np.ndarray, cell: np.ndarray, *weights: np.ndarray) -> Any:
    entering, forgetting, candidate, leaving = np.split(np.add(*_inner(x, hidden, *weights)), 4, axis=-1)
    new = expit(forgetting) * cell + expit(entering) * np.tanh(candidate)
    return expit(leaving) * np.tanh(new), new


def _shapes(name: str) -> Any:
    """X (batch, features), the states (batch, hidden), weights (gates hidden, features or hidden), two biases or none."""
    gates, states = GATES[name], 2 if name == "lstm_cell" else 1

    def shapes(choose: Choose, first: Shape | None) -> Shapes:
        x = (choose.integer(1, 3), choose.integer(1, 3)) if first is None else first
        if len(x) != 2:
            raise DoesNotFit
        hidden = choose.integer(1, 2)
        biases = ((gates * hidden,),) * 2 if choose.boolean() else ()
        return (x, *((x[0], hidden),) * states, (gates * hidden, x[1]), (gates * hidden, hidden), *biases)

    return shapes


def _next_states(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1],)


def _two_states(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[1], shapes[1])


def _row(name: str, reference: Any, rule: Any = _next_states, margin: Any = smooth) -> Op:
    states = ("hidden", "cell") if name == "lstm_cell" else ("hidden",)
    operands = tuple(map(Operand, ("x", *states, "w_x", "w_h", "b_x", "b_h")))
    source = torch_docs("nn." + {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}[name.split("_")[0]] + "Cell")
    return Op(name, F, reference, operands, source, _shapes(name), result_shapes=rule, margin=margin)


OPS = (
    _row("rnn_tanh_cell", _rnn_tanh),
    _row("rnn_relu_cell", _rnn_relu, margin=_relu_kink),
    _row("gru_cell", _gru),
    _row("lstm_cell", _lstm, _two_states),
)
