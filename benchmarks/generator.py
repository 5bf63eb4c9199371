"""What the generators draw: speed, rejection, and how often each regime, layout, rank and edge comes up, over all ops and op by op.

    python benchmarks/generator.py [--quick]

Cases are drawn as the suite draws them, each from its own choices of a NumPy source; beside them the same strategies under Hypothesis' engine, as in
people's own @given. Prints tables and one headline line last; writes benchmarks/out/generator.json, which has the counts of every op.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from drawing import dtype_of, edges, with_hypothesis, with_numpy
from features import FEATURES, pairs, pairs_per_1000, reads_twice
from opinfo_names import opinfo_coverage

from harness.ops.catalogue import catalogue
from harness.program import Case
from harness.strategies.programs import every, offered

OUT = Path(__file__).parent / "out" / "generator.json"


def main() -> None:
    """Draw, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer cases: under 50 s")
    parser.add_argument("--per-op", type=int, default=200, help="single-op cases per op")
    parser.add_argument("--programs", type=int, default=4000, help="random programs")
    args = parser.parse_args()
    per_op, programs = (20, 400) if args.quick else (args.per_op, args.programs)
    report = measure(per_op, programs)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(report, indent=1) + "\n")
    print_tables(report)
    print(headline(report))


def measure(per_op: int, programs: int) -> dict[str, Any]:
    """All figures, as they are written."""
    singles = {op.name: with_numpy(op, dtype_of(op), per_op) for op in catalogue().values()}
    pool = offered(every, "float64")
    grown = with_numpy(pool, "float64", programs)
    engine = with_hypothesis(pool, "float64", programs // 4)
    found = edges()
    everything = [case for tally in singles.values() for case in tally.cases]
    return {
        "ops": len(singles),
        "single": {
            "cases": len(everything),
            "median_ms": median(tally.milliseconds for tally in singles.values()),
            "slowest_ms": dict(sorted(((n, round(t.milliseconds, 2)) for n, t in singles.items()), key=lambda item: -item[1])[:8]),
            "rejection": sum(t.rejected for t in singles.values()) / sum(t.rejected + len(t.cases) for t in singles.values()),
            "most_rejected": {n: round(t.rejection, 3) for n, t in singles.items() if t.rejection > 0.1},
            "kinks": share(everything, lambda case: case.drawn["margin"] is not None and case.drawn["margin"] < 1e-2),
        },
        "drawn": {name: counted(everything, of) for name, of in FEATURES.items()},
        "per_op": {name: {feature: tallied(tally.cases, of) for feature, of in FEATURES.items()} for name, tally in singles.items()},
        "edges": found,
        "edges_per_op": found.pop("per_op"),
        "opinfo": opinfo_coverage(),
        "programs": {
            "cases": len(grown.cases),
            "ms": grown.milliseconds,
            "ms_under_hypothesis": engine.milliseconds,
            "rejection": grown.rejection,
            "lengths": counted(grown.cases, lambda case: [len(case.subject.ops)]),
            "mean_length": float(np.mean([len(case.subject.ops) for case in grown.cases])),
            "mean_depth": float(np.mean([case.drawn["depth"] for case in grown.cases])),
            "several_outputs": share(grown.cases, lambda case: len(case.cotangents) > 1),
            "several_leaves": share(grown.cases, lambda case: len(case.points) > 1),
            "shared_subexpression": share(grown.cases, lambda case: reads_twice(case.subject)),
            "ops_reached": len({name for case in grown.cases for name in case.subject.ops}),
            "pairs": len({pair for case in grown.cases for pair in pairs(case.subject)}),
            "pairs_per_1000_instructions": pairs_per_1000(grown.cases),
            "regimes": counted(grown.cases, FEATURES["regime"]),
        },
    }


def counted(cases: list[Case], of: Callable[[Case], list[Any]]) -> dict[str, float]:
    """The share of each feature, most frequent first."""
    counts = Counter(str(name) for case in cases for name in of(case))
    return {name: round(count / counts.total(), 4) for name, count in counts.most_common()}


def tallied(cases: list[Case], of: Callable[[Case], list[Any]]) -> dict[str, int]:
    """How often each feature comes up, most frequent first."""
    return dict(Counter(str(name) for case in cases for name in of(case)).most_common())


def spread(per_op: dict[str, dict[str, dict[str, int]]]) -> dict[str, str]:
    """Of every feature: in how many ops it came up at all."""
    met = Counter(f"{feature}: {name}" for counts in per_op.values() for feature, names in counts.items() for name in names)
    return {name: f"{count} of {len(per_op)} ops" for name, count in sorted(met.items())}


def share(cases: list[Case], holds: Callable[[Case], bool]) -> float:
    return round(sum(map(holds, cases)) / max(1, len(cases)), 4)


def print_tables(report: dict[str, Any]) -> None:
    """The figures for people."""
    for title in ("single", "drawn", "met in", "edges", "opinfo", "programs"):
        print(f"\n{title}")
        for name, value in (spread(report["per_op"]) if title == "met in" else report[title]).items():
            shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            print(f"  {name:28} {shown}")


def headline(report: dict[str, Any]) -> str:
    single, grown = report["single"], report["programs"]
    return (
        f"generator: single op {1e3 / single['median_ms']:.0f} cases/s, rejection {single['rejection']:.2%} over {report['ops']} ops; "
        f"programs {1e3 / grown['ms']:.0f}/s of {grown['mean_length']:.1f} instructions, rejection {grown['rejection']:.2%}; "
        f"{grown['pairs']} op pairs; {report['edges']['cases']} edge cases; "
        f"{report['opinfo']['share']:.0%} of the {report['opinfo']['names']} differentiable OpInfo names, "
        f"{report['opinfo']['share_with_native']:.0%} with the native source of those that have a derivative on the CPU "
        f"({len(report['opinfo']['without_derivative_here'])} have none)"
    )


if __name__ == "__main__":
    main()
