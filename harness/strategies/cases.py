"""Cases: a law's subject with primals, tangents, cotangents, layouts, and a note of how they came about.

tangents, cotangents ~ N(0, 1) unless they are asked for otherwise, rounded to the dtype, from the seed that the case records
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from harness.ops.op import Op
from harness.program.case import Case
from harness.program.layout import repeating
from harness.program.program import Program
from harness.strategies.choose import SEEDS, Choices, HypothesisChoose, NotDrawn, RecordedChoose, Source
from harness.strategies.directions import RANDOM, Drawn
from harness.strategies.forms import Forms, draw_point
from harness.strategies.leaves import Layouts, draw_layout, draw_tangent_layout
from harness.strategies.point import Point
from harness.strategies.programs import MAX_INSTRUCTIONS, draw_program_point, every, offered
from harness.strategies.subjects import require_valid, subject_of


def cases(
    law: str,
    op: str | None,
    *,
    backend: str,
    device: str,
    dtype: str,
    layouts: Sequence[str] = ("contiguous",),
    offers: Callable[[str], bool] = every,
    max_instructions: int = MAX_INSTRUCTIONS,
    forms: Forms | None = None,
) -> st.SearchStrategy[Case]:
    """Cases for `law`: of one op, or, when `op` is None, of random programs of 2 to `max_instructions` of the ops that `offers` accepts.

    With `forms`, all of them share so few programs and shapes.

    Raises:
        LookupError: no such op.
        ValueError: unknown dtype or layout, a complex dtype for an op that is real only, or the reverse.
    """
    subject = subject_of(op, dtype, layouts, offers)

    @st.composite
    def strategy(draw: st.DrawFn) -> Case:
        try:
            return draw_case(HypothesisChoose(draw), law, subject, backend, device, dtype, tuple(layouts), max_instructions, forms)
        except NotDrawn:
            reject()

    return strategy()


def random_cases(
    law: str,
    op: str | None,
    *,
    backend: str,
    device: str,
    dtype: str,
    layouts: Sequence[str] = ("contiguous",),
    offers: Callable[[str], bool] = every,
    max_instructions: int = MAX_INSTRUCTIONS,
    forms: Forms | None = None,
    seed: int = 0,
) -> Iterator[tuple[Case | None, Choices]]:
    """What `cases` draws, each independently of the others and without end, with the choices that lead to it; None where they led to no case.

    Hypothesis makes most of its examples out of earlier ones: of 50 some 20 differ in regime or shape, of these 47.

    Raises:
        LookupError, ValueError: as `cases` does.
    """
    subject = subject_of(op, dtype, layouts, offers)
    generator = np.random.default_rng(seed)
    while True:
        source = RecordedChoose(generator)
        try:
            case = draw_case(source, law, subject, backend, device, dtype, tuple(layouts), max_instructions, forms)
        except NotDrawn:
            case = None
        yield case, tuple(source.choices)


def programs(
    *, dtype: str = "float64", offers: Callable[[str], bool] = every, max_instructions: int = MAX_INSTRUCTIONS
) -> st.SearchStrategy[tuple[Program, tuple[np.ndarray, ...]]]:
    """Random programs over the ops that `offers` accepts, each with a point (one value per input) where all its ops are defined.

    Raises:
        ValueError: unknown dtype.
    """
    require_valid(None, dtype, ("contiguous",))
    pool = offered(offers, dtype)

    @st.composite
    def strategy(draw: st.DrawFn) -> tuple[Program, tuple[np.ndarray, ...]]:
        try:
            point = draw_program_point(HypothesisChoose(draw), pool, dtype, ("contiguous",), max_instructions)
        except NotDrawn:
            reject()
        return point.program, point.values

    return strategy()


def draw_case(
    source: Source,
    law: str,
    subject: Op | tuple[Op, ...],
    backend: str,
    device: str,
    dtype: str,
    layouts: Layouts = ("contiguous",),
    max_instructions: int = MAX_INSTRUCTIONS,
    forms: Forms | None = None,
) -> Case:
    """One case from any source of choices: of one op, or of a program over several. Raises NotDrawn when these choices lead to none."""
    point = draw_point(source, subject, dtype, layouts, max_instructions, forms)
    return case_at(source, point, law, backend, device, dtype, layouts)


def case_at(
    source: Source,
    point: Point,
    law: str,
    backend: str,
    device: str,
    dtype: str,
    layouts: Layouts,
    directions: tuple[Drawn, Drawn] = RANDOM,
) -> Case:
    """The case that looks at `point` in such directions: cotangents, tangents."""
    differentiable = point.program.primal_positions
    seed = source.integer(0, SEEDS)
    cotangent, tangent = directions
    looked = [*((cotangent, y) for y in point.results), *((tangent, point.values[i]) for i in differentiable)]
    chosen = (
        *(draw_layout(source, layouts, y.shape) for y in point.results),
        *(draw_tangent_layout(source, layouts, point.values[i].shape, point.layouts[i]) for i in differentiable),
    )
    rng = np.random.default_rng(seed)
    drawn = [repeating(direction(rng, x, dtype), layout) for (direction, x), layout in zip(looked, chosen, strict=True)]
    outputs = len(point.results)
    return Case(
        law=law,
        subject=point.program,
        backend=backend,
        device=device,
        dtype=dtype,
        primals=point.values,
        differentiable=differentiable,
        tangents=tuple(drawn[outputs:]),
        cotangents=tuple(drawn[:outputs]),
        layouts=(*point.layouts, *chosen),
        seed=seed,
        drawn=point.drawn,
    )
