"""Why there is no derivative, in a sentence; and the statuses, the better ones first."""

from __future__ import annotations

from harness.oracles.estimate import Status
from harness.oracles.ladder import why_not
from harness.oracles.sampling import Sampler
from harness.oracles.sides import Both
from harness.oracles.window import Window

SEVERITY: tuple[Status, ...] = ("smooth", "kink", "noise", "unresolved", "jump", "domain", "random", "non-finite")
SMOOTH, KINK, NOISE, UNRESOLVED, JUMP, DOMAIN, RANDOM, NON_FINITE = range(8)
NEARBY = "noise: at the point itself, in steps below all windows, phi has the analytic value for a slope, or one on each side of it."
BENT = "noise: in the narrowest steps that noise allows phi still bends, so that its slope at the point itself is not known."
MEANT = "staircase: phi has the analytic value for a slope at large steps, and jumps between small ones: a cast or rounding inside, or real steps."
KINK_REASON = "phi has a kink at this point: its one-sided slopes differ."


def reason_of(sample: Sampler, code: int, element: int, both: Both | None, windows: list[Window]) -> str:
    """Of an element of status `code`; empty where it is smooth."""
    raised = f" ({sample.error})" if sample.error else ""
    if code == SMOOTH:
        return ""
    if code == KINK:
        return KINK_REASON
    if code == RANDOM:
        return "phi returns different values for the same t: it is random or depends on state."
    if code == NOISE:
        return "phi is a staircase or noise at small steps, and large steps see another slope: no step shows its derivative."
    if code == NON_FINITE:
        return f"phi is not finite, or raises, however close to this point{raised}."
    if both is not None and code == JUMP:
        right, left = float(both.right.gap[element]), float(both.left.gap[element])
        return of_jump(left, right)
    if both is not None and code == DOMAIN:
        side = "t < 0" if both.right.finite[element] else "t > 0"
        return f"phi is not finite, or raises, for {side}: the point lies on the edge of its domain{raised}."
    return f"no step resolves phi at this point (narrowest window: {why_not(windows[-1], element) or 'noise'})."


def of_jump(left: float, right: float) -> str:
    """Of gaps on both sides."""
    return f"phi jumps at this point: by {left:.3g} from the left, by {right:.3g} to the right."


def of_gap(code: int, gap: float) -> str:
    """Of phi(0) standing apart."""
    if code == JUMP:
        return f"phi jumps at this point: both sides tend to a value that differs from phi(0) by {gap:.3g}."
    return f"phi(0) differs by {gap:.3g} from the value that wide steps tend to: phi changes within the smallest steps looked at."


def of_two_scales(wide: float, narrow: float) -> str:
    """Of a slope beneath the noise."""
    return (
        f"phi has the slope {wide:.6g} to large steps and {narrow:.6g} to small ones, which large steps take for noise: a small structure, or a cast."
    )
