"""Is the oracle's bound true? 84 functions at many points, against mpmath at 120 digits, beside the steps that other tools use.

    python benchmarks/oracle_honesty.py [--quick] [--points N] [--only REGEX] [--seed N]

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
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs from a clone

from honesty_rivals import rivals
from honesty_suite import SUITE, Subject

from harness.oracles import Estimate, differentiate

OUT = Path(__file__).parent / "out" / "oracle_honesty.json"
QUICK_POINTS, QUICK_SECONDS, FULL_POINTS = 12, 42.0, 200
EFFORTS = ("auto", "thorough")
EPS = 2.0**-52
REQUIRED = 1e-6


@dataclass(frozen=True)
class Row:
    """One estimator at one point. `error` and `bound` are relative to the larger of |truth| and |f| / scale; `claimed`: it stated a bound."""

    estimator: str
    subject: str
    regime: str
    x: float
    direction: float
    status: str
    claimed: bool
    error: float  # inf where there is no derivative to be right about
    bound: float | None
    evaluations: int

    @property
    def covered(self) -> bool:
        return self.bound is not None and self.error <= self.bound

    @property
    def excess(self) -> float:
        """Error over bound: above 1 the bound is false."""
        if not self.bound:
            return 0.0 if self.error == 0 else math.inf
        return self.error / self.bound


def main() -> None:
    """Run the suite and print what it shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_POINTS} points per function, at most {QUICK_SECONDS:g} s")
    parser.add_argument("--points", type=int, default=None, help=f"points per function (default {FULL_POINTS})")
    parser.add_argument("--only", default="", help="only functions whose name or regime matches this regular expression")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=OUT, help="where the JSON goes")
    args = parser.parse_args()
    points = args.points or (QUICK_POINTS if args.quick else FULL_POINTS)
    chosen = [s for s in SUITE if re.search(args.only, s.name) or re.search(args.only, s.regime)]
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


def summarise(rows: list[Row], subjects: int, seed: int, seconds: float) -> dict[str, object]:
    """Everything that the table shows, as data."""
    names = list(dict.fromkeys(row.estimator for row in rows))
    regimes = list(dict.fromkeys(row.regime for row in rows))
    ours = [row for row in rows if row.estimator in EFFORTS]
    return {
        "functions": subjects,
        "seed": seed,
        "seconds": round(seconds, 1),
        "estimators": {name: figures(row for row in rows if row.estimator == name) for name in names},
        "regimes": {regime: figures(row for row in rows if row.estimator == "auto" and row.regime == regime) for regime in regimes},
        "misses": [asdict(row) | {"excess": row.excess} for row in ours if row.claimed and not row.covered],
    }


def figures(rows: Iterable[Row]) -> dict[str, float | int | None]:
    """The figures of one estimator."""
    rows = list(rows)
    claims = [row for row in rows if row.claimed]
    real = [row for row in rows if math.isfinite(row.error)]
    ratios = [1 / row.excess if row.excess > 0 else math.inf for row in claims]
    return {
        "points": len(rows),
        "claims": len(claims),
        "coverage": sum(row.covered for row in claims) / len(claims) if claims else None,
        "median_bound_over_error": median(ratios) if ratios else None,
        "worst_error_over_bound": max((row.excess for row in claims), default=None),
        "median_error": median(row.error for row in real) if real else None,
        "off_by_1e-3": sum(row.error > 1e-3 for row in rows if row.status == "smooth") / len(rows),
        "decided_at_1e-6": sum(row.claimed and row.bound is not None and row.bound <= REQUIRED for row in rows) / len(rows),
        "median_evaluations": median(row.evaluations for row in rows),
    }


def print_report(report: dict[str, object]) -> None:
    """The table, the misses, and the headline."""
    head = f"{'':30}{'points':>7}{'claims':>8}{'coverage':>10}{'bound/err':>10}{'err/bound':>10}{'error':>9}{'> 1e-3':>8}{'decided':>9}{'calls':>7}"
    for title in ("estimators", "regimes"):
        print(f"\n{head}" if title == "estimators" else "\nregimes, effort auto")
        for name, row in report[title].items():  # type: ignore[attr-defined]
            print(line(name, row))
    misses: list[dict[str, object]] = report["misses"]  # type: ignore[assignment]
    for miss in misses[:20]:
        print("missed:", {key: miss[key] for key in ("estimator", "subject", "x", "direction", "status", "excess")})
    estimators: dict[str, dict[str, float]] = report["estimators"]  # type: ignore[assignment]
    auto, thorough = estimators["auto"], estimators["thorough"]
    others = ", ".join(f"{name} {row['coverage']:.0%}" for name, row in estimators.items() if name not in EFFORTS and row["coverage"] is not None)
    print(
        f"\nhonesty: the bound covers the truth in {auto['coverage']:.2%} of {auto['claims']} claims "
        f"(thorough {thorough['coverage']:.2%}; {others}), "
        f"median bound/error {auto['median_bound_over_error']:.0f} (thorough {thorough['median_bound_over_error']:.0f}), "
        f"worst error/bound {max(auto['worst_error_over_bound'], thorough['worst_error_over_bound']):.2g}, "
        f"median {auto['median_evaluations']:.0f} evaluations, {report['functions']} functions, {report['seconds']} s"
    )


def line(name: str, row: dict[str, float | None]) -> str:
    """One row of the table; a dash where the estimator states no bound."""
    shown = [
        f"{row['points']:>7}",
        f"{row['claims']:>8}",
        *(f"{'-':>10}" if row[key] is None else form(row[key]) for key, form in CLAIMED.items()),
        f"{row['median_error'] or 0.0:>9.0e}",
        f"{row['off_by_1e-3']:>8.1%}",
        f"{row['decided_at_1e-6']:>9.1%}",
        f"{row['median_evaluations']:>7.0f}",
    ]
    return f"{name:30}{''.join(shown)}"


CLAIMED = {
    "coverage": lambda value: f"{value:>10.2%}",
    "median_bound_over_error": lambda value: f"{value:>10.1f}",
    "worst_error_over_bound": lambda value: f"{value:>10.2g}",
}


if __name__ == "__main__":
    main()
