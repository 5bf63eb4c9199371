"""Every case as columns for the page's table: gzip over base64, decoded in the browser by DecompressionStream.

    JSON {cells, verdicts, cell, verdict, evaluations, id, tenths: {ratio, size, conditioning, kink, resolution}}    one entry each per case

A tenth is round(10 log10(value)), null where there is none; that compresses to about a byte. Ids cost most: they are kept for all cases while there
are few, afterwards for those that do not hold.
"""

from __future__ import annotations

import base64
import gzip
import math
from array import array

import msgspec
from markupsafe import Markup

from harness.record import CaseRun
from reports.landscape import PLACES, Places
from reports.wording import visible

_MOST_IDS = 60_000
_MOST_CASES = 500_000
_NOTHING = -32768
_INFINITE = 999


class Columns:
    """Compact columns that grow by about ten bytes a case."""

    def __init__(self) -> None:
        self.cells: dict[str, int] = {}
        self.verdicts: dict[str, int] = {}
        self.left_out = 0
        self._cell, self._verdict, self._evaluations = array("i"), array("b"), array("i")
        self._tenths = {name: array("h") for name in ("ratio", *PLACES)}
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._cell)

    def see(self, case: CaseRun, ratio: float | None, places: Places) -> bool:
        """Add the case; False where there is no room for one more that holds."""
        holds = case.verdict == "HOLDS"
        if holds and len(self) >= _MOST_CASES:
            self.left_out += 1
            return False
        self._cell.append(self.cells.setdefault(case.cell, len(self.cells)))
        self._verdict.append(min(127, self.verdicts.setdefault(case.verdict, len(self.verdicts))))
        for column, value in zip(self._tenths.values(), (None if case.vacuous else ratio, *places), strict=True):
            column.append(_tenths(value))
        self._evaluations.append(case.evaluations)
        self._ids.append("" if holds and len(self) > _MOST_IDS else case.case)
        return True

    def packed(self) -> Markup:
        """The columns as text that a template may hold."""
        return pack(
            {
                "cells": [visible(cell) for cell in self.cells],
                "verdicts": [visible(verdict) for verdict in self.verdicts],
                "cell": self._cell.tolist(),
                "verdict": self._verdict.tolist(),
                "tenths": {name: [None if tenths == _NOTHING else tenths for tenths in column] for name, column in self._tenths.items()},
                "evaluations": self._evaluations.tolist(),
                "id": [visible(case) for case in self._ids],
            }
        )


def pack(data: object) -> Markup:
    """`data` as JSON, gzipped without a time stamp, in base64: letters that need no escaping, and must not be cut."""
    return Markup(base64.b64encode(gzip.compress(msgspec.json.encode(data), compresslevel=6, mtime=0)).decode("ascii"))


def _tenths(value: float | None) -> int:
    """Above 1 is at least one tenth, so that what breaks stands above what is allowed."""
    if value is None or math.isnan(value) or value < 0:
        return _NOTHING
    if value == 0 or math.isinf(value):
        return -_INFINITE if value == 0 else _INFINITE
    tenths = round(10 * math.log10(value))
    return max(tenths, 1) if value > 1 else tenths
