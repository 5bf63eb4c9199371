"""Are right gradients left alone? Right but nasty functions at random points, reverse and forward: BROKEN must never come out, INCONCLUSIVE rarely.

    python benchmarks/false_alarms.py [--quick] [--cases N] [--only REGEX] [--seed N] [--shard I/N]

The zoo (benchmarks/nasty_zoo.py): the points where gradcheck raises false alarms (sqrt at 1e-6, log at 1e-7, x at 1e8, sin(x) + 1e7, sin(1e5 x),
relu at 0 and beside it, float32), and functions that oscillate, cancel, saturate, are badly scaled, have kinks, ties and poles. Their gradients are
torch's own formulas, correct by inspection. Goals: no BROKEN in 100,000 cases, INCONCLUSIVE below 1 % of
those that are not drowned in rounding. A long run may be cut into shards, which share no point.
Prints a table, every BROKEN, and one headline line last; writes benchmarks/out/false_alarms.json (of a shard false_alarms-I-N.json).
"""

from __future__ import annotations

import argparse
import math
import re
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count

import numpy as np
import torch
from nasty_zoo import UNDECIDABLE, ZOO, Nasty
from native_cases import gradcheck, make_case, write

from harness.backends import load_backend
from harness.backends.torch.native import Sample
from harness.program.opaque import forget
from harness.running.misuse import part_in
from properties.laws import laws

LAWS = ("vjp-eq-fd", "jvp-eq-fd")
QUICK_CASES, FULL_CASES = 3_000, 100_000
QUICK_SECONDS = 36.0
BESIDE = 3  # points per function at which gradcheck is asked as well


@dataclass(frozen=True)
class Row:
    """One law at one point. `point` holds the primals as lists, for whoever wants to look again."""

    function: str
    law: str
    point: list[object]
    seed: int
    verdict: str
    reason: str
    ratio: float | None
    gradcheck: str | None


def main() -> None:
    """Run the zoo and print what it shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_CASES} cases, at most {QUICK_SECONDS:g} s")
    parser.add_argument("--cases", type=int, default=None, help=f"default {FULL_CASES}")
    parser.add_argument("--only", default="", help="only functions whose name matches this regular expression")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shard", type=lambda text: part_in("--shard", text), default=(1, 1), metavar="I/N", help="the I-th of N parts of the run")
    parser.add_argument("--limit", type=float, default=math.inf, help="stop after this many seconds")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    chosen = [nasty for nasty in ZOO if re.search(args.only, nasty.name)]
    cases = args.cases or (QUICK_CASES if args.quick else FULL_CASES)
    rows = list(run(chosen, cases, args.seed, QUICK_SECONDS if args.quick else args.limit, args.shard))
    part = "" if args.shard == (1, 1) else "-{}-{}".format(*args.shard)
    write(f"false_alarms{part}", [asdict(row) for row in rows if row.verdict != "HOLDS"] + [{"cases": len(rows), "seed": args.seed}])
    report(rows, chosen)


def run(chosen: list[Nasty], cases: int, seed: int, limit: float, shard: tuple[int, int]) -> Iterator[Row]:
    """All functions at one point each, then at the next, so that a run cut short is fair; a shard takes every N-th of these turns."""
    started, done, (index, parts) = time.perf_counter(), 0, shard
    for turn in count(index - 1, parts):
        for place, nasty in enumerate(chosen):
            if done * parts >= cases or time.perf_counter() - started > limit:
                return
            rows = list(measure(nasty, (seed, place, turn), beside=turn < BESIDE))
            done += len(rows)
            yield from rows


def measure(nasty: Nasty, seed: tuple[int, int, int], *, beside: bool) -> Iterator[Row]:
    """Both laws at one point."""
    backend, rng = load_backend("torch"), np.random.default_rng(seed)
    primals = tuple(torch.from_numpy(np.array(x)).to(getattr(torch, nasty.dtype)) for x in nasty.draw(rng))
    number = int(rng.integers(2**31))
    case = make_case(nasty.name, lambda *x: (nasty.function(*x),), primals, number)
    theirs = gradcheck(Sample(nasty.name, 0, lambda *x: (nasty.function(*x),), primals, forward=True)) if beside else None
    for law in LAWS:
        result = laws()[law].check(backend, case)
        verdict = "VACUOUS" if result.vacuous else result.verdict.name
        yield Row(nasty.name, law, [x.tolist() for x in primals], number, verdict, result.reason, result.ratio, theirs)
    forget(nasty.name)


def report(rows: list[Row], chosen: list[Nasty]) -> None:
    """The table, what was broken or undecided, and the headline."""
    print(f"{'function':<34}{'cases':>7}{'BROKEN':>8}{'INCONCL.':>10}{'vacuous':>9}   gradcheck fast")
    for nasty in chosen:
        of = [row for row in rows if row.function == nasty.name]
        found, asked = Counter(row.verdict for row in of), [row.gradcheck for row in of if row.gradcheck and row.law == LAWS[0]]
        alarms = f"{sum(answer != 'passes' for answer in asked)}/{len(asked)} alarms" if asked else ""
        print(f"{nasty.name:<34}{len(of):>7}{found['BROKEN'] or '':>8}{found['INCONCLUSIVE'] or '':>10}{found['VACUOUS'] or '':>9}   {alarms}")
    for row in rows:
        if row.verdict == "BROKEN":
            print(f"  BROKEN {row.function} {row.law} at {str(row.point)[:60]} seed {row.seed}: {row.ratio or math.nan:.3g} x; {row.reason[:60]}")
    undecided = [row for row in rows if row.verdict == "INCONCLUSIVE" and row.function not in UNDECIDABLE]
    for (name, reason), times in Counter((row.function, row.reason.split(":")[0]) for row in undecided).most_common(30):
        print(f"  undecided {times:>4} x {name}: {reason}")
    decidable = [row for row in rows if row.function not in UNDECIDABLE]
    broken, theirs = sum(row.verdict == "BROKEN" for row in rows), [row.gradcheck for row in rows if row.gradcheck and row.law == LAWS[0]]
    print(
        f"\nfalse alarms: {broken} BROKEN and {len(undecided) / max(1, len(decidable)):.2%} INCONCLUSIVE in {len(rows):,} cases "
        f"of {len(chosen)} right but nasty functions; gradcheck fast alarms on {sum(t != 'passes' for t in theirs) / max(1, len(theirs)):.0%}"
    )


if __name__ == "__main__":
    main()
