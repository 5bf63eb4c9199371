"""What `oracle_honesty.py` measured, as figures and as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median

from honesty_rivals import NO_NUMDIFFTOOLS

EFFORTS = ("auto", "thorough")
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
    if "numdifftools" not in estimators:
        print(NO_NUMDIFFTOOLS)
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
