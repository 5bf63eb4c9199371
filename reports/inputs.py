"""What was tried: ranks, sizes, layouts and the regimes of values. A law holds on what was drawn, and on nothing else."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

from harness.record import CaseRun

_MOST_VALUES = 200  # distinct values of one property that are told apart
_SHOWN = 12
_LATE = "other"
_PROPERTIES = {"regime": "regime of values", "depth": "depth of the program"}


class Inputs:
    """Counts per property over all cases of the search."""

    def __init__(self) -> None:
        self.cases = 0
        self.properties: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def see(self, case: CaseRun) -> None:
        self.cases += 1
        for shape in case.shapes[:1]:
            self._count("rank", str(len(shape)))
            self._count("size", _size(math.prod(shape)))
        if len(case.shapes) > 1:
            self._count("shapes of several primals", _together(case.shapes))
        for layout in case.layouts[:1]:
            self._count("layout", layout)
        for name, label in _PROPERTIES.items():
            if isinstance(case.drawn.get(name), str | int):
                self._count(label, str(case.drawn[name]))
        edges = case.drawn.get("edges")
        for edge in edges if isinstance(edges, list) else []:
            self._count("edge of the domain", str(edge))

    def _count(self, name: str, value: str) -> None:
        counter = self.properties[name]
        counter[value if value in counter or len(counter) < _MOST_VALUES else _LATE] += 1

    def tables(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """(property, [(value, cases)]): numbers in their order, words by frequency."""
        return [(name, _ordered(counter)) for name, counter in sorted(self.properties.items())]


def _ordered(counter: Counter[str]) -> list[tuple[str, int]]:
    def rank(item: tuple[str, int]) -> tuple[int, float, int, str]:
        head = item[0].split(" ")[0]
        return (0, float(head), 0, item[0]) if head.isdecimal() and len(head) < 9 else (1, 0.0, -item[1], item[0])

    return sorted(counter.items(), key=rank)[:_SHOWN]


def _together(shapes: list[list[int]]) -> str:
    """Whether the shapes are one, fit each other by broadcasting, or belong to different roles."""
    if all(shape == shapes[0] for shape in shapes):
        return "equal"
    longest = max(map(len, shapes))
    columns = zip(*[[1] * (longest - len(shape)) + shape for shape in shapes], strict=True)
    return "broadcast" if all(len({*sizes} - {1}) <= 1 for sizes in columns) else "different"


def _size(elements: int) -> str:
    """Zero-size and one-element arrays apart, for they are edges; then in powers of ten."""
    if elements < 2:
        return ("0 elements", "1 element")[elements]
    if elements < 10:
        return "2 to 9"
    decade = math.floor(math.log10(elements))
    return f"{10**decade} to {10 ** (decade + 1) - 1}"
