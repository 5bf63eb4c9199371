"""Is the oracle's bound true? 92 functions at many points, against mpmath at 120 digits, beside the steps that other tools use.

    python benchmarks/oracle_honesty.py [--quick] [--points N] [--only REGEX] [--seed N] [--held-out]

A claim is an estimate with a bound (or, at a kink, an interval with a bound); it is covered when the truth lies within. Where there is no
derivative every claim counts as a miss of infinite size. Goals: coverage >= 99.9 %, median bound / error <= 20, no error above 10 bounds. Prints
a table and one headline line last; writes benchmarks/out/oracle_honesty.json.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs from a clone

from honesty_held_out import HELD_OUT
from honesty_report import EFFORTS, Row, print_report, summarise
from honesty_rivals import rivals
from honesty_suite import SUITE, Subject

from harness.oracles import Estimate, differentiate

OUT = Path(__file__).parent / "out" / "oracle_honesty.json"
QUICK_POINTS, QUICK_SECONDS, FULL_POINTS = 12, 36.0, 200
EPS = 2.0**-52


def main() -> None:
    """Run the suite and print what it shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_POINTS} points per function, at most {QUICK_SECONDS:g} s")
    parser.add_argument("--points", type=int, default=None, help=f"points per function (default {FULL_POINTS})")
    parser.add_argument("--only", default="", help="only functions whose name or regime matches this regular expression")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--held-out", action="store_true", help="other functions and points, lattices among them; see honesty_held_out.py")
    parser.add_argument("--out", type=Path, default=OUT, help="where the JSON goes")
    args = parser.parse_args()
    points = args.points or (QUICK_POINTS if args.quick else FULL_POINTS)
    chosen = [s for s in (HELD_OUT if args.held_out else SUITE) if re.search(args.only, s.name) or re.search(args.only, s.regime)]
    started = time.perf_counter()
    rows = list(measure(chosen, points, args.seed, QUICK_SECONDS if args.quick else math.inf))
    report = summarise(rows, len(chosen), args.seed, time.perf_counter() - started)
    args.out.parent.mkdir(exist_ok=True)
    args.out.write_text(json.dumps(report, indent=1, default=str))
    print_report(report)


def measure(subjects: list[Subject], points: int, seed: int, limit: float) -> Iterator[Row]:
    """All estimators, one point of every function at a time, so that a run cut short is still fair."""
    rng, started = np.random.default_rng(seed), time.perf_counter()
    for _ in range(points):
        for subject in subjects:
            x = subject.draw(rng)
            yield from at_point(subject, x, direction=(abs(x) or 1.0) * float(rng.choice([-1, 1]) * rng.uniform(0.1, 2.0)))
        if time.perf_counter() - started > limit:
            return


def at_point(subject: Subject, x: float, direction: float) -> Iterator[Row]:
    """Ours along `direction`, as the harness does; the rivals along x itself."""
    slopes = subject.slopes(x)
    truth = slopes if direction > 0 else slopes[::-1]
    along = tuple(None if s is None else s * mpmath.mpf(direction) for s in truth)
    for effort in EFFORTS:
        estimate = differentiate(lambda t: subject.real(x + t * direction), effort=effort, grain=EPS * abs(x) / abs(direction))
        error = error_of(estimate, *along)
        size = size_of(subject, x, along, 1.0)
        claimed = estimate.status in ("smooth", "kink")
        bound = float(estimate.bound) / size if claimed else None
        yield Row(effort, subject.name, subject.regime, x, direction, estimate.status, claimed, error / size, bound, estimate.evaluations)
    for name, rival in rivals().items():
        try:
            value, bound, evaluations = rival(subject.real, x)
        except (ValueError, OverflowError, ZeroDivisionError):
            value, bound, evaluations = math.nan, None, 0
        size, status = size_of(subject, x, slopes, abs(x) or 1.0), "smooth" if math.isfinite(value) else "raises"
        error = distance(value, *slopes) / size
        yield Row(name, subject.name, subject.regime, x, 1.0, status, bound is not None, error, None if bound is None else bound / size, evaluations)


def error_of(estimate: Estimate, left: mpmath.mpf | None, right: mpmath.mpf | None) -> float:
    """How far the estimate is from the one-sided slopes: at a claimed kink end by end, else from the farther one."""
    if estimate.status != "kink" or estimate.interval is None:
        return distance(float(estimate.value), left, right)
    if left is None or right is None:
        return math.inf
    low, high = estimate.interval
    return float(max(abs(low - min(left, right)), abs(high - max(left, right))))


def distance(value: float, left: mpmath.mpf | None, right: mpmath.mpf | None) -> float:
    if left is None or right is None or not math.isfinite(value):
        return math.inf
    return float(max(abs(value - left), abs(value - right)))


def size_of(subject: Subject, x: float, slopes: tuple[mpmath.mpf | None, ...], scale: float) -> float:
    """What errors are measured against: the larger slope, or |f| / scale where that is larger still."""
    known = [abs(s) for s in slopes if s is not None]
    return float(max([*known, mpmath.mpf(abs(subject.real(x))) / scale, mpmath.mpf("1e-300")]))


if __name__ == "__main__":
    main()
