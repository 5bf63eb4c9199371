"""Which entry of a Jacobian is wrong, in O(log n) comparisons instead of n.

    <w, J v> sees only the entries J[i, j] with w_i != 0 and v_j != 0

Mask half of the tangent: whether the comparison still disagrees says which half holds a wrong entry. The same for the cotangent. What is found is
compared once more alone, so that a discrepancy that the halves cannot explain (rounding, an error that needs several entries at once) is not
blamed on one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Disagrees = Callable[[np.ndarray, np.ndarray], bool]


@dataclass(frozen=True)
class Located:
    """A wrong entry d output / d input, by flat index, and how many comparisons it took."""

    input: int
    output: int
    comparisons: int


def locate(disagrees: Disagrees, inputs: int, outputs: int) -> Located | None:
    """Find one wrong entry of a Jacobian of shape (outputs, inputs).

    Args:
        disagrees: (tangent mask, cotangent mask) -> whether the comparison with these entries of v and w kept, and the others zeroed, is not
            within its tolerance. Masks are boolean arrays (inputs,) and (outputs,).
        inputs: Number of entries of the tangent.
        outputs: Number of entries of the cotangent.

    Returns:
        The entry, after at most ceil(log2 inputs) + ceil(log2 outputs) + 1 comparisons; None where no single entry disagrees alone.
    """
    if not inputs or not outputs:
        return None
    tangent, cotangent = np.ones(inputs, dtype=bool), np.ones(outputs, dtype=bool)
    spent = 0
    for mask in (tangent, cotangent):
        while np.count_nonzero(mask) > 1:
            first, second = _halves(mask)
            mask[second] = False
            spent += 1
            if not disagrees(tangent, cotangent):
                mask[second], mask[first] = True, False
    if not disagrees(tangent, cotangent):
        return None
    return Located(int(np.argmax(tangent)), int(np.argmax(cotangent)), spent + 1)


def _halves(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = np.flatnonzero(mask)
    middle = (len(kept) + 1) // 2
    return kept[:middle], kept[middle:]
