"""What may have gone wrong, guessed from the pattern of the error, and the evidence for the guess.

actual = c expected: c = -1 a sign, c = n or 1/n a sum for a mean, c - 1 of the size of 2^-24 single precision, ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.record import Finding
from reports.jacobian import Jacobian

_SINGLE = 2.0**-24  # half a unit in the last place of 1 in float32
_TAPE = "tape"
_FACTOR = re.compile(r"the factor (-?[\d.e+-]+)$")
_RELATIVE = re.compile(r"a relative (-?[\d.e+-]+)$")
_CAUSES = (  # the first whose words the pattern holds
    ("wrong sign", "a sign: a minus is lost, or one too many, in the derivative's formula"),
    ("transposed", "rows and columns are exchanged: the adjoint of a matrix is taken for the matrix, or a layout is misread"),
    ("reverse order", "an order that the backward does not undo, as of a flip or of negative strides"),
    ("signs of the entries are lost", "an absolute value, or the root of a square, stands where the signed value belongs"),
    ("all entries are zero", "the way back is cut: a detach, a mask that lets nothing through, or a backward that returns zeros"),
    ("not zero where", "a mask or an index is forgotten on the way back, so that entries without influence get a gradient"),
    ("zero where", "a mask, a clamp or an index cuts more on the way back than on the way forward"),
    ("NaN", "0 · inf, inf − inf or 0 / 0 in the derivative's formula, often in a branch that is masked only afterwards"),
    ("infinite", "a division by zero or an overflow in the derivative's formula, where the derivative itself is finite"),
)


@dataclass(frozen=True)
class Diagnosis:
    """`cause` is a guess, empty where the pattern suggests none; `evidence` is what was seen."""

    cause: str
    evidence: str


def diagnosis_of(finding: Finding, jacobian: Jacobian | None) -> Diagnosis | None:
    """None where the record tells no pattern."""
    pattern = str(finding.result.get("pattern") or "")
    if not pattern:
        return None
    return Diagnosis(_cause(pattern, finding.op, jacobian), "; ".join([pattern, *_only_there(finding.result.get("neighbourhood"))]))


def _cause(pattern: str, op: str, jacobian: Jacobian | None) -> str:
    relative, factor = _RELATIVE.search(pattern), _FACTOR.search(pattern)
    if relative:
        return _of_size(float(relative[1]))
    if factor:
        return _of_factor(float(factor[1]), op, {len(jacobian.outputs), len(jacobian.inputs)} if jacobian else set())
    return next((cause for words, cause in _CAUSES if words in pattern), "")


def _of_factor(factor: float, op: str, sizes: set[int]) -> str:
    if factor == -1:
        return _CAUSES[0][1]
    if op == _TAPE:
        return "a gradient that is there already is overwritten" if abs(factor) < 1 else "a stale sum: what was there is added once more"
    several = {size for size in sizes if size > 1}
    if factor in several:
        return "a sum where a mean belongs, or a broadcast counted once per copy: the factor is the number of entries"
    if any(abs(factor * size - 1) < 1e-5 for size in several):
        return "a mean where a sum belongs: the factor is one over the number of entries"
    if factor in (2.0, 0.5):
        return "a term is counted twice" if factor > 1 else "one of two equal terms is left out"
    return _of_size(factor - 1) if abs(factor - 1) < 1e-4 else "a constant factor is lost, or put in once too often, in the derivative's formula"


def _of_size(relative: float) -> str:
    """What a small relative error is a sign of."""
    if 0.01 * _SINGLE <= abs(relative) <= 8 * _SINGLE:
        return "a constant, or a value on the way, in single precision"
    return "an approximation on the way back: a series or a table cut too early, an epsilon, or a low precision"


def _only_there(neighbourhood: object) -> list[str]:
    """What the neighbours that hold say of where it happens."""
    told = {"one ulp away": "only at this very point, so a tie, a kink or a special value decides"}
    told |= {"in float64": "not in double precision", "in complex128": "not in double precision"}
    told |= {"on cpu": "not on the CPU", "contiguous": "not where memory is contiguous"}
    verdicts = neighbourhood if isinstance(neighbourhood, dict) else {}
    return [words for change, words in told.items() if verdicts.get(change) == "HOLDS"]
