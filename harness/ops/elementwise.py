"""Elementwise arithmetic and elementary functions.

    result[i] = f(x[i])   or   f(x[i], y[i]) after broadcasting
"""

from __future__ import annotations

import numpy as np

from harness.ops.broadcasting import broadcast_shapes, broadcast_result
from harness.ops.domain import NONZERO, POSITIVE
from harness.ops.op import Op, Operand

ARRAY_API = "https://data-apis.org/array-api/latest/API_specification/generated/array_api."

OPS = (
    Op("exp", "elementwise", np.exp, (Operand("x"),), f"{ARRAY_API}exp.html", complex=True),
    Op("log", "elementwise", np.log, (Operand("x", POSITIVE),), f"{ARRAY_API}log.html"),
    Op(
        "multiply",
        "elementwise",
        np.multiply,
        (Operand("x"), Operand("y")),
        f"{ARRAY_API}multiply.html",
        shapes=broadcast_shapes,
        result_shapes=broadcast_result,
        complex=True,
    ),
    Op(
        "divide",
        "elementwise",
        np.divide,
        (Operand("x"), Operand("y", NONZERO)),
        f"{ARRAY_API}divide.html",
        shapes=broadcast_shapes,
        result_shapes=broadcast_result,
        complex=True,
    ),
)
