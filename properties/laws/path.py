"""The points of one direction, each evaluated once: what the laws on a case ask of them they share.

t -> f(x + t D v),    <w, f(x + t D v)>
"""

from __future__ import annotations

import numpy as np

from harness.backends import Backend
from harness.program import Case
from properties.laws.along import direction, grain_along
from properties.laws.inner import flat, inner, wide
from properties.laws.precision import precise

MOST_KEPT = 2**16  # elements per point: beyond, memory is worth more than the evaluations that laws share
MOST_TOGETHER = 2**10  # elements of the outputs: of larger ones one path is kept, and not those along every entry


class Path:
    """t -> f(x + t D v) in double precision where the backend has it, each point evaluated once, and what the laws ask along it.

    A second look of one law at t = 0 is evaluated anew: it tells a random function. Its first may be the evaluation of another law.
    """

    def __init__(self, backend: Backend, case: Case) -> None:
        self.step, self._case = direction(case), case
        self._points = tuple(map(wide, case.points))
        self._moved = tuple(np.empty(x.shape, np.result_type(x, v)) for x, v in zip(self._points, self.step, strict=True))
        self.grain = grain_along(case, self.step)
        self._bound = precise(backend, case)
        self._seen: dict[float, tuple[np.ndarray, ...]] = {}
        self._looked: set[str] = set()  # at t = 0: as outputs, projected, products

    def outputs(self, t: float) -> np.ndarray:
        """All outputs in one real vector."""
        return flat(self._at(t, "outputs"))

    def projected(self, t: float) -> float:
        """<w, f(x + t D v)>."""
        return inner(self._case.cotangents, self._at(t, "projected"))

    def products(self, t: float) -> np.ndarray:
        """The terms of `projected`: w_i f_i, one per output entry."""
        with np.errstate(all="ignore"):
            pairs = zip(self._case.cotangents, self._at(t, "products"), strict=True)
            return np.concatenate([np.real(np.conj(wide(w)) * wide(y)).ravel() for w, y in pairs] or [np.zeros(0)])

    def size(self) -> float:
        """sqrt(sum |w_i f_i|^2): the size that a partial sum of `projected` has by chance; rounding of terms of random sign adds up like that."""
        with np.errstate(all="ignore"):
            return float(np.nan_to_num(np.linalg.norm(self.products(0.0))))

    def _at(self, t: float, look: str) -> tuple[np.ndarray, ...]:
        anew = t == 0 and look in self._looked
        if t == 0:
            self._looked.add(look)
        if anew or (found := self._seen.get(t)) is None:
            found = self._bound.at_lent(self._at_step(t))
            if sum(y.size for y in found) <= MOST_KEPT:
                self._seen[t] = found
        return found

    def _at_step(self, t: float) -> tuple[np.ndarray, ...]:
        """Points + t step in the memory of the last such point: fresh memory costs more than the sum of a large array."""
        for x, v, place in zip(self._points, self.step, self._moved, strict=True):
            np.multiply(v, t, out=place)
            np.add(x, place, out=place)
        return self._moved


_LAST: list[tuple[Backend, Case, dict[tuple[bytes, ...], Path]]] = []  # of the last function and point: the tangents, and the path along them


def path_of(backend: Backend, case: Case) -> Path:
    """The path of `case`; the same one again of the last function and point, so that reverse and forward mode share its evaluations."""
    if sum(x.size for x in case.points) > MOST_KEPT:
        return Path(backend, case)
    if not (_LAST and _LAST[0][0] is backend and _same_point(_LAST[0][1], case)):
        _LAST[:] = [(backend, case, {})]
    paths, along = _LAST[0][2], tuple(v.tobytes() for v in case.tangents)
    if along not in paths:
        if sum(w.size for w in case.cotangents) > MOST_TOGETHER:
            paths.clear()
        paths[along] = Path(backend, case)
    return paths[along]


def _same_point(one: Case, other: Case) -> bool:
    """Whether two cases ask the same function at the same point; told by identity, since comparing arrays would cost more than it saves."""
    same = one.subject is other.subject and one.primals is other.primals and one.cotangents is other.cotangents
    return same and (one.dtype, one.device, one.layouts, one.differentiable) == (other.dtype, other.device, other.layouts, other.differentiable)
