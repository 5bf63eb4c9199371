"""Strategies for people's own `@given`: shapes, dtypes, devices, layouts, and arrays of numbers.

    @given(tensors(shapes(min_rank=1), POSITIVE, "float32"))
    def test_log_inverts_exp(x): ...

Arrays are NumPy's: hand them to the library under test.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from harness.ops.choose import Shape
from harness.ops.domain import REALS, Domain
from harness.program.layout import LAYOUTS
from harness.strategies.choose import HypothesisChoose, NotDrawn
from harness.strategies.leaves import draw_floats
from harness.strategies.operation import draw_tail
from harness.strategies.point import draw_regime
from harness.strategies.rounding import COMPLEX_DTYPES, REAL_DTYPES


@cache
def shapes(min_rank: int = 0, max_rank: int = 3, min_side: int = 0, max_side: int = 4, *, tails: bool = True) -> st.SearchStrategy[Shape]:
    """Shapes within these limits, mostly small; with `tails`, one in twenty has a last axis of 9, 17 or 33 whatever `max_side`."""

    @st.composite
    def strategy(draw: st.DrawFn) -> Shape:
        source = HypothesisChoose(draw)
        if tails and min_rank <= 1 <= max_rank and source.integer(0, 19) == 19:
            return draw_tail(source)[-max_rank:]
        return source.shape(min_rank, max_rank, min_side, max_side)

    return strategy()


def dtypes(*, complex: bool = False) -> st.SearchStrategy[str]:
    """Names of differentiable dtypes, float64 first."""
    return st.sampled_from((*REAL_DTYPES, *COMPLEX_DTYPES) if complex else REAL_DTYPES)


def devices(present: Sequence[str] = ("cpu",)) -> st.SearchStrategy[str]:
    """One of the devices `present` (`backend.devices()`), the first preferred."""
    return st.sampled_from(tuple(present))


def layouts() -> st.SearchStrategy[str]:
    """Names of memory layouts (harness.program.layout.LAYOUTS), "contiguous" first."""
    return st.sampled_from(tuple(LAYOUTS))


def tensors(shape: Shape | st.SearchStrategy[Shape], domain: Domain = REALS, dtype: str = "float64") -> st.SearchStrategy[np.ndarray]:
    """Arrays in `domain` holding numbers exact in `dtype`, as float64 (complex128).

    Raises:
        ValueError: unknown dtype.
    """
    if dtype not in (*REAL_DTYPES, *COMPLEX_DTYPES):
        raise ValueError(f"tensors(dtype=...) must be one of {', '.join((*REAL_DTYPES, *COMPLEX_DTYPES))}; got {dtype!r}. Choose one of them.")

    @st.composite
    def strategy(draw: st.DrawFn) -> np.ndarray:
        drawn = shape if isinstance(shape, tuple) else draw(shape)
        source = HypothesisChoose(draw)
        try:
            return draw_floats(source, draw_regime(source)[0], drawn, domain, dtype)
        except NotDrawn:
            reject()

    return strategy()
