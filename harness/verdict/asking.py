"""One comparison, from the cheapest evidence to the dearest: each is asked only where the one before does not decide.

table -> first ladder -> BROKEN?  whatever rounding may explain nearby -> second ladder
                      -> open?    what rounding explains here          -> table again
                      -> still?   the same where equal entries are told apart
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from msgspec import structs

from harness.oracles import Estimate
from harness.oracles.inquiry import Inquiry
from harness.oracles.norms import rms
from harness.verdict.constants import QUICK_RESOLUTION, QUICK_SHARE_OF_ROUNDING
from harness.verdict.elementwise import Comparison, compare
from harness.verdict.naming import Name
from harness.verdict.result import Result
from harness.verdict.summed import widen
from harness.verdict.told import shape_differs, told, wrong_shape
from harness.verdict.verdict import Verdict

Amount = float | np.ndarray
Costly = Callable[[], Amount] | None
Apart = Callable[[np.ndarray, np.ndarray, Amount], np.ndarray]  # (actual, expected, what either may be off) -> what rounding explains
WRONG_WHERE_EQUAL = "the analytic value is wrong where equal or opposite entries of the primals stay so, and right where ulps move them apart."
COMPLEX = "phi is complex, the analytic value is real; project phi on a cotangent, Re <w, phi>, or give a complex analytic value."


@dataclass
class Ask:
    """One comparison; `rounding` may grow while it is asked: by what is `doubted`, asked once, before BROKEN is said."""

    law: str
    actual: np.ndarray
    scale: float
    rounding: Amount
    size: Amount
    required: float
    name: Name
    doubted: Costly = None
    apart: Callable[[], Apart | None] | None = None  # rounding where equal entries are told from unequal ones
    stairs: bool = False  # whether phi may be a staircase that stands for a function without steps

    def of_no_term(self, each: Inquiry) -> Result | None:
        """HOLDS where `actual` is 0 and a table shows that no term of the sum has a slope; None where that is not seen so cheaply."""
        if each.nothing is None or self.actual != 0:
            return None
        return self._held(widen(each.quick(claim=each.nothing, required=0.0)))

    def of(self, inquiry: Inquiry, terms: Costly, widened: Costly, each: Inquiry | None = None) -> Result:
        """Table, first ladder, first ladder with all that rounding explains, second ladder: until one decides.

        What is BROKEN whatever rounding may do nearby is so with less of it, which need not be measured then.
        """
        if (decided := self._by_tables(inquiry, each)) is not None:
            return decided
        if terms is not None:
            inquiry.allow_for(terms())
        if not inquiry.denied and (jump := inquiry.jump(claim=self.actual, slack=self.rounding, required=self.required)) is not None:
            return self._result(self._compare(jump), jump)
        first = inquiry.thorough()
        if shape_differs(self.actual, first):
            return wrong_shape(self.law, self.actual, first, self.name)
        seen, narrow = self._compare(first), replace(self)
        result = self._by_ladders(seen, first, inquiry, widened)
        denied = seen.worst is Verdict.BROKEN and first.status == "smooth"
        equal = narrow.told_apart(inquiry, first) if denied and result.verdict is Verdict.INCONCLUSIVE else None
        return equal or result

    def _by_ladders(self, seen: Comparison, first: Estimate, inquiry: Inquiry, widened: Costly) -> Result:
        if seen.worst is Verdict.BROKEN and self._beyond_doubt(first):
            return self._confirmed(inquiry, first, inquiry.thorough(offset=1))
        if widened is not None and seen.worst is not Verdict.HOLDS:
            seen, first = self._allowing_for(widened(), inquiry, first)
        if seen.worst is not Verdict.BROKEN:
            return self._result(seen, first)
        return self._confirmed(inquiry, first, inquiry.thorough(offset=1))

    def told_apart(self, inquiry: Inquiry, first: Estimate) -> Result | None:
        """BROKEN where rounding looks large only because some runs keep entries equal and others do not; None elsewhere."""
        explained = None if self.apart is None else self.apart()
        if explained is None:
            return None
        amount = explained(self.actual, np.asarray(first.value), self.rounding + first.bound)
        told = replace(self, rounding=self.rounding + amount, doubted=None)
        if told._compare(first).worst is not Verdict.BROKEN:
            return None
        result = told._confirmed(inquiry, first, inquiry.thorough(offset=1))
        return structs.replace(result, reason=WRONG_WHERE_EQUAL) if result.verdict is Verdict.BROKEN else None

    def _by_tables(self, inquiry: Inquiry, each: Inquiry | None) -> Result | None:
        """What needs no ladder; of a gradient of 0 the terms are asked before the narrow tables of their sum."""
        quick = self._quick(inquiry, wide_only=each is not None)
        if np.iscomplexobj(quick.value):
            return Result(law=self.law, verdict=Verdict.INCONCLUSIVE, reason=COMPLEX, evaluations=quick.evaluations)
        if shape_differs(self.actual, quick):
            return wrong_shape(self.law, self.actual, quick, self.name)
        if (held := self._held(quick)) is not None or each is None or inquiry.denied:
            return held
        none = self.of_no_term(each)
        return self._held(self._quick(inquiry)) if none is None else none

    def _held(self, quick: Estimate) -> Result | None:
        seen = self._compare(quick)
        return self._result(seen, quick) if seen.worst is Verdict.HOLDS else None

    def of_the_sum(self, inquiry: Inquiry, each: Inquiry, before: Result) -> Result:
        """The same for `each`, an inquiry into the terms whose sum is that of `inquiry`."""
        first = widen(each.thorough())
        seen = self._compare(first)
        if seen.worst is Verdict.BROKEN and before.verdict is not Verdict.BROKEN:
            return self._confirmed(inquiry, first, widen(each.thorough(offset=1)))
        return self._result(seen, first)

    def _beyond_doubt(self, first: Estimate) -> bool:
        """Whether the first ladder says BROKEN whatever rounding may explain nearby; `rounding` allows for that only if so."""
        if self.doubted is None:
            return False
        nearby = self.doubted()
        beyond = replace(self, rounding=self.rounding + nearby)._compare(first).worst is Verdict.BROKEN
        self.rounding, self.doubted = (self.rounding + nearby, None) if beyond else (self.rounding, lambda: nearby)
        return beyond

    def _allowing_for(self, more: Amount, inquiry: Inquiry, first: Estimate) -> tuple[Comparison, Estimate]:
        """The first ladder with a wider rounding; the table once more where that leaves it open, since it may settle now."""
        self.rounding = self.rounding + more
        seen = self._compare(first)
        if seen.worst is Verdict.INCONCLUSIVE:
            quick = self._quick(inquiry)
            if (again := self._compare(quick)).worst is Verdict.HOLDS:
                return again, quick
        return seen, first

    def _quick(self, inquiry: Inquiry, *, wide_only: bool = False) -> Estimate:
        goal = _quick_goal(self.actual, self.rounding, self.size)
        return inquiry.quick(claim=self.actual, slack=self.rounding, required=goal, wide_only=wide_only)

    def _compare(self, estimate: Estimate) -> Comparison:
        return compare(self.actual, estimate, scale=self.scale, rounding=self.rounding, size=self.size, required=self.required)

    def _confirmed(self, inquiry: Inquiry, first: Estimate, second: Estimate) -> Result:
        """BROKEN where both ladders say so of one element, whatever rounding may explain, and other steps do not show what is claimed of it."""
        seen, again = self._compare(first), self._compare(second)
        if self.doubted is not None and (seen.broken & again.broken).any():
            self.rounding, self.doubted = self.rounding + self.doubted(), None
            seen, again = self._compare(first), self._compare(second)
        agreed, shown, others = seen.only(again.broken), replace(first, evaluations=second.evaluations), second.evaluations - inquiry.evaluations
        if not agreed.broken.any():
            return self._result(seen, shown, confirmed=False)
        while (place := agreed.worst_index) is not None and agreed.broken.any():
            otherwise = inquiry.otherwise(place, float(np.ravel(self.actual)[place]), first, stairs=self.stairs)
            if otherwise is None:
                return self._result(agreed, replace(shown, evaluations=others + inquiry.evaluations))
            agreed, shown = agreed.without(place, otherwise.reason), replace(otherwise, evaluations=others + inquiry.evaluations)
        return self._result(agreed, shown)

    def _result(self, seen: Comparison, estimate: Estimate, *, confirmed: bool = True) -> Result:
        return told(self.law, seen, estimate, name=self.name, confirmed=confirmed)


def _quick_goal(actual: np.ndarray, rounding: Amount, size: Amount) -> float:
    """How small a quick bound must be, relative to the values: so small that a thorough one could change nothing that matters."""
    with np.errstate(all="ignore"):
        typical = rms(actual.ravel())
        largest = size if isinstance(size, float) else np.max(size, initial=0.0)
        least = rounding if isinstance(rounding, float) else np.min(rounding, initial=np.inf)
        goal = np.maximum(QUICK_RESOLUTION * np.maximum(typical, largest), QUICK_SHARE_OF_ROUNDING * least)
        relative = float(goal / typical) if typical > 0 else QUICK_RESOLUTION
    return relative if math.isfinite(relative) else 0.0
