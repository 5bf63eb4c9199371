"""What the last column of a Richardson table may be off by: where two rows have settled and no claim speaks for it, and where one does.

    m_k = |limit of row k - limit of row k - 1|      of D, and of K: the error of column k - 1, as column k sees it
    m_k / m_(k-1) ~ (h_(k-1) / R)^2                  where phi is analytic within R of 0: less from row to row, since h shrinks

The last column is off by much less than m_k, then. What else moves the columns is noise of phi, and then m_k is a random number that may be small
by chance. So the larger of m_k and of what m_(k-1) and m_(k-2) foresee of it counts,

    m_(k-1)^2 / m_(k-2)   where m_(k-1) was that of a column which converges,   m_(k-1) itself where it may be noise,

and what of it the rounding of phi, which is in the bound already, does not explain counts many times: there phi is noisier than its rounding, and one
random number tells how noisy to within a factor of ten. D and K are looked at apart. Where the argument of phi is rounded beside a number of few
bits its noise is odd in h: K has none, and what K still converges by would cover what moves D.

With a claim that agrees, noise is no danger: a wrong claim would have to meet it. There m_k counts as far as it contracts, by the slower of the last
two rows (in the third row there is but one), and a row ends the table that leaves m_k itself above the goal.
"""

from __future__ import annotations

import numpy as np

Changes = tuple[np.ndarray, np.ndarray, np.ndarray]  # m_k, m_(k-1), m_(k-2) of D and of K: (2, elements) each, inf where there is none
CONVERGES = 2.0**-6  # m_(k-1) / m_(k-2): those of noise grow, and fall this much once in 250 times
EXPLAINED = np.array([[0.25], [0.5]])  # of the worst that rounding may do to D, by D and by K: twice as large are the weights of K; rms is a seventh
FASTEST = 2.0**-12  # contraction of a row that is trusted: that of an analytic phi with R = 1 in the third row
NEARLY = 2.0**-22  # of the value: with larger changes no row foresees the goal of a table, which is some 2^-30; to ask costs more than a cheap phi
AHEAD = 4.0  # of m_k times its contraction: rows gain more from one to the next, but coefficients of phi may vanish
MARGIN = 16.0  # what is foreseen must be below the goal by: a table that ends just below it would let a small wrong entry among many pass
UNEXPLAINED = 16.0  # noise is more than the bound then once in 7,000 times where it is odd in h, else never in a million; with 4 instead once in 160


def left_of(changes: Changes, floor: np.ndarray) -> np.ndarray:
    """How far D and K may be from their limits together, (elements,), beyond the `floor` that is rounding of D."""
    most = np.maximum(changes[0], _foreseen(*changes[1:]))
    return np.asarray((most + UNEXPLAINED * np.maximum(most - EXPLAINED * floor, 0.0)).sum(axis=0))


def ahead_of(changes: Changes) -> np.ndarray:
    """How far D and K may be from their limits together, (elements,), if they go on as in the last two rows."""
    last, before, before_that = changes
    slower = np.maximum(_ratio(last, before), _ratio(before, before_that))
    return np.asarray(AHEAD * (last * np.clip(slower, FASTEST, 1.0)).sum(axis=0))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The share of `whole` that `part` is, at most 1; 1 as well where nothing has moved before."""
    return np.asarray(np.divide(part, whole, out=np.ones_like(part), where=whole > part))


def _foreseen(before: np.ndarray, before_that: np.ndarray) -> np.ndarray:
    """What the last change should be after these two, (2, elements); inf where nothing is known."""
    converges = (before <= CONVERGES * before_that) & np.isfinite(before_that) & (before_that > 0)
    return np.asarray(np.where(converges, before * (before / np.where(converges, before_that, 1.0)), before))
