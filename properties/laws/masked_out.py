"""What a mask leaves out is left out, even where it is not a number.

    f(x with NaN, Inf where nothing reads) = f(x)  =>  f'(x with NaN, Inf there)^T w = f'(x)^T w, finite

0 times NaN is NaN: a backward that multiplies by a mask, where it should select by it, passes every other test and spoils a training run. Asked of
the entries of a single op that have no influence, and, so that there always are some, of a leaf behind a `where` that takes nothing of it. An entry
has none if it has none around the point either: x ** 0 is 1 whatever x is, and beside the exponent 0 it is not.
Source: https://docs.pytorch.org/docs/stable/masked.html (what is masked out does not take part); test_autograd.py (test_masked_fill, test_where).
"""

from __future__ import annotations

import msgspec
import numpy as np

from harness.backends import Backend, Unsupported
from harness.backends.bind import Bound, bind
from harness.program import Case, Input, Instruction, Program
from harness.verdict import Result
from properties.laws.entries import of_gradients
from properties.laws.exact import Sides, check_equal
from properties.laws.gradients import gradients_of
from properties.laws.influence import bits_or_none, idle_entries, output_bits
from properties.laws.inner import flat
from properties.laws.law import Law
from properties.laws.ties import beside_in, moved_beside

NAME = "masked-nan-harmless"
NEIGHBOURS = 4  # points around: an entry that has influence there has it at nearly all of them
NOT_NUMBERS = (np.nan, np.inf, -np.inf)
Points = tuple[np.ndarray, ...]


def check_masked_out(backend: Backend, case: Case) -> Result:
    """The case with NaN and infinities in what nothing reads, against the case as it is.

    Raises:
        Unsupported: nothing is masked out, and nothing can be.
    """
    if isinstance(case.subject, Program):
        case = _with_a_hidden_leaf(backend, case)
    poison = _poison(backend, case)
    if not any(np.any(p) for p in poison):
        raise Unsupported("nothing of the function's primals is masked out.")

    def both(bound: Bound) -> Sides:
        moved = bind(backend, _with(bound.case, poison), dtype=bound.dtype)
        return Sides(flat(gradients_of(moved)), flat(gradients_of(bound)))

    return check_equal(NAME, backend, case, both, entries=of_gradients(case))


def _with(case: Case, poison: Points) -> Case:
    """The case with `poison` in the place of what it poisons."""
    primals = list(case.primals)
    for position, p in zip(case.differentiable, poison, strict=True):
        primals[position] = np.where(p == 0, primals[position], p)
    return msgspec.structs.replace(case, primals=tuple(primals))


def _poison(backend: Backend, case: Case) -> Points:
    """Per point, no number in each place where the output stays the same, bit by bit, whatever stands there, here and around; 0 elsewhere.

    Between two ops NaN times 0 is NaN by the rules of arithmetic: of a program, or of an op that its source wraps, only the hidden leaf is asked.
    """
    bound, hidden = bind(backend, case), _hidden(case)
    before, poison = output_bits(bound, case.points), tuple(np.zeros_like(x) for x in case.points)
    alone = len(case.subject.instructions) - len(hidden) == 1 if isinstance(case.subject, Program) else not case.drawn.get("of_several")
    behind = [(k, i) for k in hidden for i in range(case.points[k].size)]
    idle = [place for place in (idle_entries(bound, before) if alone else []) if place[0] not in hidden]
    here = [(bound, case, before), *(_around(backend, case) if idle else [])]
    for count, (k, i) in enumerate((*behind, *idle)):
        for number in (np.nan, NOT_NUMBERS[count % len(NOT_NUMBERS)]):  # infinity alone may be divided by: only what lets NaN pass is not read
            poison[k].flat[i] = number
            if k not in hidden and not all(bits_or_none(there, _with(beside, poison).points) == bits for there, beside, bits in here):
                poison[k].flat[i] = 0
                break
    return poison


def _around(backend: Backend, case: Case) -> list[tuple[Bound, Case, tuple[bytes, ...]]]:
    """The case at points around, where nothing ties, and its outputs there, bit by bit."""
    rng, distance = np.random.default_rng((case.seed, 7)), beside_in(case.dtype)
    bounds = [(bind(backend, beside), beside) for beside in (moved_beside(case, rng, distance=distance) for _ in range(NEIGHBOURS))]
    found = [(bound, beside, bits_or_none(bound, beside.points)) for bound, beside in bounds]
    return [(bound, beside, bits) for bound, beside, bits in found if bits is not None]


def _hidden(case: Case) -> list[int]:
    """Which of the points is the hidden leaf."""
    names = [given.name for given in case.subject.inputs] if isinstance(case.subject, Program) else []
    return [k for k, position in enumerate(case.differentiable) if names and names[position] == "hidden"]


def _with_a_hidden_leaf(backend: Backend, case: Case) -> Case:
    """The first output behind a `where` of which the other branch is a leaf that is never taken.

    Raises:
        Unsupported: the backend has no `where`.
    """
    assert isinstance(case.subject, Program)
    if backend.op("where") is None:
        raise Unsupported(f"backend {backend.name} has no op 'where', behind which a value is left out.")
    like, count = case.cotangents[0], len(case.primals)
    shown = Instruction("where", ("taken", case.subject.outputs[0], "hidden"), ("shown",))
    inputs = (*case.subject.inputs, Input("taken", like.shape, "mask"), Input("hidden", like.shape))
    program = Program(inputs, (*case.subject.instructions, shown), ("shown", *case.subject.outputs[1:]))
    layouts = (*case.layouts[:count], *["contiguous"] * (count + 2 - len(case.layouts[:count])), *case.layouts[count:])
    return msgspec.structs.replace(
        case,
        subject=program,
        primals=(*case.primals, np.ones(like.shape, bool), np.ones_like(like)),
        differentiable=(*case.differentiable, count + 1),
        tangents=(*case.tangents, np.ones_like(like)),
        layouts=layouts,
    )


LAWS = (
    Law(
        name=NAME,
        family="masked out",
        statement="NaN and infinities in what nothing reads leave the gradient as it is.",
        equation="f(x with NaN where masked) = f(x)  =>  f'(x with NaN where masked)^T w = f'(x)^T w",
        source="https://docs.pytorch.org/docs/stable/masked.html",
        check=check_masked_out,
        faults=("zero-times-masked",),
    ),
)
