"""Planted faults invented by examiners who had not read the generator (harness/strategies): each at one edge of one op.

Seen since: the generator draws now some of what it missed at first. A figure of today tells that nothing was lost; it is no blind trial.
"""

from __future__ import annotations

from planting import Planted

from unseen.convolutions import CONVOLUTIONS
from unseen.directions import DIRECTIONS
from unseen.distances import DISTANCES
from unseen.elementwise import ELEMENTWISE
from unseen.fourier import FOURIER
from unseen.indexing import INDEXING
from unseen.linear_algebra import LINEAR_ALGEBRA
from unseen.networks import NETWORKS
from unseen.reductions import REDUCTIONS
from unseen.shaping import SHAPING

UNSEEN: tuple[Planted, ...] = (
    *ELEMENTWISE,
    *REDUCTIONS,
    *DISTANCES,
    *SHAPING,
    *INDEXING,
    *LINEAR_ALGEBRA,
    *CONVOLUTIONS,
    *NETWORKS,
    *FOURIER,
    *DIRECTIONS,
)
