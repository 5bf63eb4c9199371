"""The derivative of any function of one number, with a bound on its own error.

    differentiate(phi) -> value, bound       |value - phi'(0)| <= bound       or a status that says why not

Cheap first: a Richardson table settles most functions in five to nine evaluations. What it does not settle goes to the ladder of Chebyshev windows,
and what is not smooth there is looked at from each side of 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from harness.oracles.estimate import Estimate
from harness.oracles.goal import Amount, Claim
from harness.oracles.inquiry import ENOUGH, Inquiry
from harness.oracles.sampling import Phi

Effort = Literal["auto", "quick", "thorough"]


def differentiate(
    phi: Phi,
    *,
    scale: float = 1.0,
    effort: Effort = "auto",
    offset: int = 0,
    claim: Claim = None,
    slack: Amount = 0.0,
    required: float = ENOUGH,
    grain: float = 0.0,
    terms: Amount = 0.0,
) -> Estimate:
    """Estimate phi'(0), with a bound on the estimate's error; elementwise when phi returns an array.

    Args:
        phi: t -> number or array of any shape. May raise, return NaN, be random: that becomes a status, never an exception.
        scale: A step that is "large" for t, in units of t: phi changes much over it.
        effort: "quick" is the Richardson table alone (5 to 20 evaluations); "thorough" the gated ladder (about 50, at worst some hundreds);
            "auto" the first, and the second where the first is not below `required` or does not agree with `claim`.
        offset: Which of the independent sets of steps to use, 0 or 1; they share no evaluation but phi(0).
        claim: What the derivative is said to be. Where it agrees the quick table may end a row earlier, where it does not "auto" goes on to the
            ladder; it never enters the estimate.
        slack: How far off the claim may be for reasons of its own (rounding) and still agree.
        required: The relative bound that ends the quick table.
        grain: How coarse phi rounds its argument, in units of t: eps |x| / |direction|; taken as at least eps / 2 of the scale. Steps stay above
            it, and the bound allows for it.
        terms: The size of the numbers that phi's values are computed from, where it is known and larger than theirs (a sum that cancels), in the
            units of phi, for all elements or one each: phi is taken to carry their rounding.

    Returns:
        Estimate: `value` and `bound` in the shape and units of phi per unit of t, `status`, `interval` at a kink, `reason` where it is not smooth.
        For arrays `status` is that of the worst element, and `bound` is inf for the elements that could not be determined.

    Raises:
        ValueError: `effort` or `offset` is none of the above.
        TypeError: another argument is no number.

    Source: docs/explanation/oracle.md; More and Wild, Estimating Derivatives of Noisy Simulations (2012).
    """
    if effort not in ("auto", "quick", "thorough"):
        raise ValueError(f"differentiate(effort=...) must be 'auto', 'quick' or 'thorough'; got {effort!r}.")
    if offset not in (0, 1):
        raise ValueError(f"differentiate(offset=...) must be 0 or 1; got {offset!r}.")
    _require_numbers("a real number", "biuf", scale=scale, grain=grain, required=required)
    _require_numbers("a number or an array of numbers", "biufc", claim=0.0 if claim is None else claim, slack=slack, terms=terms)
    inquiry = Inquiry(phi, scale=scale, grain=grain, terms=terms)
    if effort != "thorough":
        quick = inquiry.quick(offset=offset, claim=claim, slack=slack, required=required)
        if effort == "quick" or quick.status in ("smooth", "kink"):
            return quick
    return inquiry.thorough(offset=offset)


def _require_numbers(what: str, kinds: str, **arguments: object) -> None:
    for name, given in arguments.items():
        if np.asarray(given).dtype.kind not in kinds or (np.ndim(given) and "array" not in what):  # type: ignore[arg-type]
            raise TypeError(f"differentiate({name}=...) must be {what}; got {given!r} ({type(given).__name__}).")
