"""One array of a case: numbers of a regime, in a domain, exact in the dtype.

x = exactly(domain.project(raw)),   domain.contains(x)
"""

from __future__ import annotations

import numpy as np

from harness.ops.choose import Shape
from harness.ops.domain import REALS, Domain
from harness.ops.op import Operand, Params, Shapes
from harness.program.layout import REPEATING, effective_layout
from harness.strategies.choose import SEEDS, NotDrawn, Source
from harness.strategies.regimes import REGIMES, WHOLE, Regime, fill, inside
from harness.strategies.rounding import COMPLEX_DTYPES, exactly

Layouts = tuple[str, ...]
TINY = 4  # arrays of so few elements are drawn one by one, so that each shrinks by itself
HIDDEN = "0 hidden"  # a pattern of numbers: 0 where the mask among the parameters is false
OVERSHOOTS = (0, 1, 4, 16, 64, 256)


def holds(domain: Domain, x: np.ndarray) -> bool:
    """Whether `x` lies in `domain`; false where a domain of matrices cannot even be asked about an array of this shape."""
    try:
        return domain.contains(x)
    except (np.linalg.LinAlgError, ValueError, IndexError):
        return False


def place(raw: np.ndarray, domain: Domain, dtype: str) -> np.ndarray | None:
    """`raw` brought into `domain` and rounded to `dtype`; None when rounding always leads out again.

    Rounding may step out at an edge, so the projection overshoots a little further each time.
    """
    x = exactly(raw, dtype)
    for overshoot in OVERSHOOTS:
        if domain.contains(x):
            return x
        with np.errstate(all="ignore"):  # an infinity, where the dtype is too small for the regime, stays one and is refused
            try:
                projected = np.asarray(domain.project(x))
            except np.linalg.LinAlgError:  # what is not finite has no factors
                return None
            unmoved = np.abs(projected - x) <= 4 * np.spacing(np.abs(x))  # a reflection that rounds: keep the readable number
            x = exactly(np.where(unmoved, x, projected + overshoot * (projected - x)), dtype)
    return x if domain.contains(x) else None


def draw_floats(source: Source, regime: Regime, shape: Shape, domain: Domain = REALS, dtype: str = "float64") -> np.ndarray:
    """Values of `regime` in `domain`. Raises NotDrawn when rounding leads out of it."""
    if regime is REGIMES[0] and 0 < np.prod(shape) <= TINY and dtype not in COMPLEX_DTYPES:
        options = inside(WHOLE, domain).tolist()
        raw = np.array([source.element(options) for _ in range(int(np.prod(shape)))]).reshape(shape)
    else:
        raw = fill(regime, np.random.default_rng(source.integer(0, SEEDS)), shape, domain, complex=dtype in COMPLEX_DTYPES)
    x = place(raw, domain, dtype)
    if x is None:
        raise NotDrawn(f"no {dtype} of shape {shape} in {domain.name}")
    return x


def draw_index(source: Source, shape: Shape, bound: int, pattern: str = "") -> np.ndarray:
    """Integers in [0, bound): in order, all equal, or random with duplicates."""
    count = int(np.prod(shape))
    if bound <= 0 < count:
        raise NotDrawn("an index into an empty axis")
    pattern = pattern or source.element(("ordered", "random", "random", "equal"))
    if pattern == "ordered" or count == 0:
        return (np.arange(count) % max(bound, 1)).reshape(shape)
    if pattern == "backwards":
        return np.sort(np.arange(count) % max(bound, 1))[::-1].reshape(shape)
    if pattern == "equal":
        return np.full(shape, source.integer(0, bound - 1))
    return np.asarray(np.random.default_rng(source.integer(0, SEEDS)).integers(0, bound, shape))


def draw_mask(source: Source, shape: Shape, pattern: str = "") -> np.ndarray:
    """Booleans: random, seldom all true or all false."""
    pattern = pattern or source.element(("random",) * 6 + ("all true", "all false"))
    if pattern == "random":
        return np.asarray(np.random.default_rng(source.integer(0, SEEDS)).random(shape) < 0.5)
    return np.full(shape, pattern == "all true")


def draw_operand(source: Source, operand: Operand, position: int, shapes: Shapes, params: Params, regime: Regime, dtype: str) -> np.ndarray:
    """A value for `operand` of an op called with these shapes and parameters."""
    shape = shapes[position]
    if operand.role == "mask":
        return draw_mask(source, shape, regime.pattern)
    if operand.role == "index":
        return draw_index(source, shape, operand.bound(shapes, params) if operand.bound else 1, regime.pattern)
    return draw_floats(source, regime.among(params).sized(dtype), shape, operand.domain, dtype)


def draw_layout(source: Source, layouts: Layouts, shape: Shape) -> str:
    """One of `layouts`, where those that need repeated values count as one; "contiguous" where it makes no difference for this shape."""
    repeats = tuple(layout for layout in layouts if layout in REPEATING)
    drawn = source.element((*(layout for layout in layouts if layout not in REPEATING), *repeats[:1]))
    return effective_layout(source.element(repeats) if drawn in REPEATING else drawn, shape)


def draw_tangent_layout(source: Source, layouts: Layouts, shape: Shape, primal: str) -> str:
    """One of `layouts`, or that of the primal: torch copies a tangent in any other one before an op sees it."""
    return effective_layout(primal, shape) if source.boolean() else draw_layout(source, layouts, shape)
