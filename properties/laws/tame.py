"""Where a related case (properties.laws.relations) may be asked: nothing leaves the dtype on the way that the relation takes.

mirror       every sign is exact: the values, as large as they were, are numbers of the dtype
permutation  the same, and what is summed or multiplied in another order has powers that are
scale        x and c x have powers that are normal numbers, for elsewhere a power of 2 rounds: of the values, of the gradient, and squares in between
equivalent   what the other program's steps, and their derivatives, compute is 0 or a normal number
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from harness.ops.catalogue import lookup
from harness.ops.op import Params, Values, apply_reference
from harness.ops.relations import Equivalent, Relation, Reversed, Scale
from harness.program import Case, Program, evaluate
from harness.verdict.constants import eps, largest, ulp_at_zero

NO_POWERS: Mapping[str, float] = MappingProxyType({})
OF_MATRICES = 5.0  # as many factors as the matrices and products of our cases have, rarely more
IN_ANOTHER_ORDER = MappingProxyType({"prod": OF_MATRICES, "var": 2.0, "std": 2.0})  # op: the power of its last operand that is computed
IN_STEPS = MappingProxyType({"square": 2.0, "reciprocal": 2.0, "divide": 2.0} | dict.fromkeys(("det", "logabsdet", "inv"), OF_MATRICES))


def stays_inside(relation: Relation, case: Case, moved: Case) -> bool:
    """Whether every op of `moved`, related to `case`, is defined where it is, nothing leaves the dtype, and nothing rounds that should be exact."""
    if isinstance(relation, Scale) and not (_scalable(case, relation) and _scalable(moved, relation)):
        return False
    if isinstance(relation, Equivalent) and any(x.dtype.kind == "i" for x in case.primals):
        return False  # beside other numbers an integer is promoted to their dtype, alone to another: exp(2) is of single precision
    powers, rounds = _powers(relation), isinstance(relation, Scale | Equivalent)

    def apply(name: str, args: Values, params: Params) -> Values:
        results = apply_reference(lookup(name), args, params)
        least = smallest_normal(case.dtype) if rounds or name in powers else 0.0
        inside = lookup(name).contains(args, params) and _within(results, least, largest(case.dtype))
        if not inside or (name in powers and not _has_power(args[-1:], powers[name], case.dtype)):
            raise ArithmeticError(name)
        return results

    assert isinstance(moved.subject, Program)
    try:
        evaluate(moved.subject, apply, moved.primals)
    except (ArithmeticError, np.linalg.LinAlgError):
        return False
    return True


def smallest_normal(dtype: str) -> float:
    """The smallest number of `dtype` that has all its digits."""
    return ulp_at_zero(dtype) / eps(dtype)


def _powers(relation: Relation) -> Mapping[str, float]:
    match relation:
        case Reversed():
            return IN_ANOTHER_ORDER
        case Equivalent():
            return IN_STEPS
        case _:
            return NO_POWERS


def _scalable(case: Case, relation: Scale) -> bool:
    """Whether values (x^k), gradients (x^(k - 1)) and squares in between are normal numbers."""
    return _has_power(case.primals, max(2.0, abs(relation.power), abs(relation.power - 1)), case.dtype)


def _has_power(arrays: Values, power: float, dtype: str) -> bool:
    """Whether that power of every number, and its reciprocal, is 0 or a normal number of `dtype`."""
    most = min(largest(dtype), 1 / smallest_normal(dtype)) ** (1 / power)
    return _within(arrays, 1 / most, most)


def _within(arrays: Values, least: float, most: float) -> bool:
    """Whether every number is 0, or between `least` and `most`."""
    sizes = np.concatenate([np.abs(x).ravel() for x in arrays if x.dtype.kind in "fc"] or [np.zeros(0)])
    return bool(np.all((sizes == 0) | ((sizes >= least) & (sizes <= most))))
