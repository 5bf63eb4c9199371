"""Einstein sums: the equations that people write, over one to three operands.

einsum("ij,jk->ik", x, y)_ik = sum_j x_ij y_jk
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.sources import torch_docs

EQUATIONS = (
    "i->",
    "i,i->",
    "i,j->ij",
    "ij->ji",
    "ij->j",
    "ii->",
    "ii->i",
    "ij,j->i",
    "ij,jk->ik",
    "ij,jk->k",
    "ii,ij->j",
    "ij,ij->i",
    "bij,bjk->bik",
    "bhqd,bhkd->bhqk",
    "i,ij,j->",
    "bi,oij,bj->bo",
)


def _einsum(*arrays: np.ndarray, equation: str) -> Any:
    return np.array(np.einsum(equation, *arrays))  # a copy: NumPy returns a view for a plain diagonal


def _terms(equation: str) -> list[str]:
    return equation.split("->")[0].split(",")


def _sides(equation: str, shapes: Shapes) -> dict[str, int] | None:
    """The length of each letter, or None when `shapes` do not fit `equation`."""
    terms = _terms(equation)
    if [len(term) for term in terms] != [len(shape) for shape in shapes]:
        return None
    pairs = {(letter, side) for term, shape in zip(terms, shapes, strict=True) for letter, side in zip(term, shape, strict=True)}
    sides = dict(pairs)
    return sides if len(sides) == len(pairs) else None


def _shapes(choose: Choose, first: Shape | None) -> Shapes:
    fitting = [e for e in EQUATIONS if first is None or _sides(_terms(e)[0] + "->", (first,)) is not None]
    if not fitting:
        raise DoesNotFit
    terms = _terms(choose.element(fitting))
    known = {} if first is None else dict(zip(terms[0], first, strict=True))
    sides = {letter: known.get(letter) if letter in known else choose.integer(1, 3) for letter in sorted(set("".join(terms)))}
    return tuple(tuple(int(sides[letter] or 0) for letter in term) for term in terms)


def _equation(choose: Choose, shapes: Shapes) -> Params:
    return {"equation": choose.element([e for e in EQUATIONS if _sides(e, shapes) is not None])}


def _result(shapes: Shapes, params: Params) -> Shapes:
    sides = _sides(params["equation"], shapes) or {}
    return (tuple(sides[letter] for letter in params["equation"].split("->")[1]),)


OPS = (Op("einsum", "einsum", _einsum, (Operand("x"),), torch_docs("einsum"), _shapes, _equation, _result, complex=True, variadic=True),)
