"""Products of matrices: do they have the digits of their dtype, or those of TF32?

|fl(A B) - A B| <= gamma_n |A| |B|                        float32: u = 2^-24
|fl(A B) - A B| <= (2 u + u^2 + gamma_n) |A| |B|          operands rounded to TF32's 10 bits: u = 2^-11

Both hold entry by entry for whatever is linear in each operand, and for its gradients: |A| |B| is the same op on magnitudes, in double precision. So
an error above the first and below the second is TF32 that nobody asked for; TF32 that was asked for must stay below the second.

Sources: Higham, Accuracy and Stability of Numerical Algorithms (2002), section 3.5; NVIDIA, TensorFloat-32 in the A100 GPU (2020).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.ops.products import SUMS_OF_PRODUCTS
from harness.program import Case, Program
from harness.verdict import Result, Verdict, judge_equal
from harness.verdict.constants import BROKEN_FACTOR, TF32_ROUNDOFF, ulp_at_zero
from harness.verdict.rounding import gamma
from properties.laws.entries import names_of, of_gradients, of_values
from properties.laws.gradients import gradients_of
from properties.laws.inner import flat
from properties.laws.law import Law

LARGEST = float(np.finfo(np.float32).max) / 2  # of a product of magnitudes: nothing below overflows
HIDDEN = "hidden TF32: the errors are those of operands rounded to 10 bits, though nobody asked for it."


def check_full_precision(backend: Backend, case: Case) -> Result:
    """The products of a case in float32, as the backend computes them by itself."""
    result = _judged("no-hidden-tf32", backend, case, nullcontext(), reduced=False)
    if result.verdict is Verdict.BROKEN and _judged("no-hidden-tf32", backend, case, nullcontext(), reduced=True).verdict is Verdict.HOLDS:
        return msgspec.structs.replace(result, reason=HIDDEN, details={**result.details, "diagnosis": "hidden TF32"})
    return result


def check_reduced_precision(backend: Backend, case: Case) -> Result:
    """The same in TF32, where the device has it.

    Raises:
        Unsupported: it has not.
    """
    return _judged("tf32-explained", backend, case, backend.tf32(case.device), reduced=True)


def _judged(law: str, backend: Backend, case: Case, mode: AbstractContextManager[object], *, reduced: bool) -> Result:
    twin = _in_float32(backend, case)
    sizes = np.abs(_measure(bind(backend, _mapped(twin, np.abs), dtype="float64")))  # |A| |B|
    if not np.all(sizes < LARGEST):
        raise Unsupported("products beyond the range of float32 have no digits to look at.")
    due = _measure(bind(backend, twin, dtype="float64"))
    with mode:
        actual = _measure(bind(backend, twin))
    terms = max(1, *(x.size for x in (*twin.primals, *twin.cotangents)))
    share = gamma(terms, "float32") + (TF32_ROUNDOFF * (2 + TF32_ROUNDOFF) if reduced else 0.0)
    allowed, required = share * sizes + terms * ulp_at_zero("float32"), TF32_ROUNDOFF * (BROKEN_FACTOR if reduced else 1 / BROKEN_FACTOR)
    rule, name = f"{share:.1e} of the product of magnitudes", names_of((*of_values(twin), *of_gradients(twin)))
    return judge_equal(law, actual, due, allowed=allowed, size=sizes, required=required, rule=rule, name=name)


def _measure(bound: Bound) -> np.ndarray:
    return np.concatenate([flat(bound.values()), flat(gradients_of(bound))])


def _in_float32(backend: Backend, case: Case) -> Case:
    """The case in float32, rounded to it.

    Raises:
        Unsupported: it is no sum of products of real numbers, or the backend lacks one of the two precisions.
    """
    steps = case.subject.instructions if isinstance(case.subject, Program) else ()
    if len(steps) != 1 or steps[0].op not in SUMS_OF_PRODUCTS:
        raise Unsupported(f"looked at are the products {', '.join(sorted(SUMS_OF_PRODUCTS))}, each alone.")
    if case.dtype.startswith("complex") or not {"float32", "float64"} <= set(backend.dtypes(case.device)):
        raise Unsupported("the digits of products are looked at on real numbers, in float32 beside float64.")
    with np.errstate(over="ignore"):
        return _mapped(case, lambda x: x.astype(np.float32).astype(np.float64))


def _mapped(case: Case, change: Callable[[np.ndarray], np.ndarray]) -> Case:
    primals, cotangents = (tuple(change(x) if x.dtype.kind == "f" else x for x in arrays) for arrays in (case.primals, case.cotangents))
    return msgspec.structs.replace(case, dtype="float32", primals=primals, cotangents=cotangents, layouts=())


LAWS = (
    Law(
        name="no-hidden-tf32",
        family="products",
        statement="A product of float32 matrices has the digits of float32, its gradients too, unless TF32 was asked for.",
        equation="|fl(A B) - A B| <= gamma_n |A| |B|",
        source="https://docs.pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices",
        check=check_full_precision,
        faults=("hidden-tf32", "coarse-products"),
        ops=SUMS_OF_PRODUCTS,
    ),
    Law(
        name="tf32-explained",
        family="products",
        statement="A product in TF32 is off by what operands of 10 bits explain, its gradients too.",
        equation="|fl(A B) - A B| <= (2 u + u^2 + gamma_n) |A| |B|,  u = 2^-11",
        source="https://docs.pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices",
        check=check_reduced_precision,
        faults=("coarse-products",),
        needs=frozenset({"tf32"}),
        ops=SUMS_OF_PRODUCTS,
    ),
)
