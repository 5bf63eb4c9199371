"""Products of vectors and matrices.

matmul: z_ij = sum_k x_ik y_kj, batched over leading axes
"""

from __future__ import annotations

import numpy as np

from harness.ops.broadcasting import partner
from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import array_api

F = "products"
XY = (Operand("x"), Operand("y"))


def _matmul_shapes(choose: Choose, first: Shape | None) -> Shapes:
    """All combinations of ranks 1, 2 and 3, batch axes broadcast."""
    x = choose.shape(min_rank=1) if first is None else first
    if not x:
        raise DoesNotFit
    inner = x[-1]
    match choose.element(("vector", "matrix", "batch")):
        case "vector":
            return (x, (inner,))
        case "matrix":
            return (x, (inner, choose.integer(1, 4)))
    batch = partner(choose, x[:-2]) if len(x) > 2 else (choose.integer(1, 3),)
    return (x, (*batch, inner, choose.integer(0, 4)))


def _matmul_result(shapes: Shapes, params: Params) -> Shapes:
    x, y = shapes
    batch = np.broadcast_shapes(x[:-2], y[:-2])
    return ((*batch, *x[-2:-1], *(y[-1:] if len(y) > 1 else ())),)


OPS = (Op("matmul", F, np.matmul, XY, array_api("matmul"), shapes=_matmul_shapes, result_shapes=_matmul_result, complex=True),)
