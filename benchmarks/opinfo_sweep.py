"""Every differentiable sample of torch's OpInfo database, float64, reverse and forward: this harness beside gradcheck's fast mode.

    python benchmarks/opinfo_sweep.py [--quick] [--op REGEX]

Both check the same samples, in one process and one thread; who goes first alternates, since the first call of an op is the dearest. Measured is the
time of the processor, which other processes hardly change; the figures are ratios within the run. Prints a table of what is BROKEN and one headline
line last; writes benchmarks/out/opinfo_sweep.json.
"""

from __future__ import annotations

import argparse
import gc
import re
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import count, islice
from statistics import median
from typing import TypeVar

import torch
from native_cases import case_of, gradcheck, write

from harness.backends import load_backend
from harness.backends.torch.native import Sample, native_ops, native_samples
from harness.verdict import Result, Verdict
from properties.laws import laws

T = TypeVar("T")
QUICK_SAMPLES = 2  # per op, so that the quick run ends within 50 s


@dataclass(frozen=True)
class Row:
    """One sample under both checkers."""

    sample: str
    verdicts: tuple[str, ...]  # reverse, forward where torch claims it
    reasons: tuple[str, ...]
    resolutions: tuple[float | None, ...]
    evaluations: int
    vacuous: bool
    ours_s: float
    gradcheck: str  # "passes", "fails", "raises"
    gradcheck_s: float


def main() -> None:
    """Run the sweep and print what it shows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SAMPLES} samples per op")
    parser.add_argument("--op", default="", help="only ops whose name matches this regular expression")
    parser.add_argument("--limit", type=float, default=float("inf"), help="stop after this many seconds and report what was done")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    warm_up()
    rows = list(sweep(args.op, QUICK_SAMPLES if args.quick else None, args.limit))
    write("opinfo_sweep", [asdict(row) for row in rows])
    report(rows)


def warm_up() -> None:
    """Both checkers once: what torch loads on the first use of forward mode is no part of a check, nor is its database, which no collection frees."""
    sample = next(native_samples(next(op for op in native_ops() if op.supports_forward_ad)))
    measure(sample, ours_first=True)
    gc.collect()
    gc.freeze()  # else now and then one of the two pays a quarter of a second for looking through a million objects of the database


def sweep(pattern: str, per_op: int | None, limit: float) -> Iterator[Row]:
    """Both checkers on every sample, in turn."""
    started, turns = time.perf_counter(), count()
    for op in native_ops():
        if not re.search(pattern, op.formatted_name):
            continue
        for sample in islice(native_samples(op), per_op):
            if time.perf_counter() - started > limit:
                return
            yield measure(sample, ours_first=next(turns) % 2 == 0)


def measure(sample: Sample, *, ours_first: bool) -> Row:
    """One sample under both."""
    if not ours_first:
        theirs, gradcheck_s = timed(lambda: gradcheck(sample, forward=sample.forward))
    results, ours_s = timed(lambda: ours(sample))
    if ours_first:
        theirs, gradcheck_s = timed(lambda: gradcheck(sample, forward=sample.forward))
    return Row(
        sample.name,
        tuple(result.verdict.name for result in results),
        tuple(result.reason for result in results),
        tuple(result.resolution for result in results),
        max((result.evaluations for result in results), default=0),
        all(result.vacuous for result in results),
        ours_s,
        theirs,
        gradcheck_s,
    )


def timed(look: Callable[[], T]) -> tuple[T, float]:
    """What `look` finds, and the seconds of the processor that it takes."""
    start = time.process_time()
    return look(), time.process_time() - start


def ours(sample: Sample) -> list[Result]:
    """The two laws that compare with the oracle."""
    backend = load_backend("torch")
    try:
        case = case_of(sample)
        names = ("vjp-eq-fd", "jvp-eq-fd") if sample.forward else ("vjp-eq-fd",)
        return [laws()[name].check(backend, case) for name in names]
    except Exception as error:  # one sample that torch cannot run must not end the sweep; it is listed as raising
        return [Result(law="vjp-eq-fd", verdict=Verdict.UNSUPPORTED, reason=f"{type(error).__name__}: {str(error).splitlines()[0][:120]}")]


def report(rows: list[Row]) -> None:
    """The table of BROKEN and INCONCLUSIVE, then the headline."""
    for verdict in ("BROKEN", "INCONCLUSIVE", "UNSUPPORTED"):
        listed = [row for row in rows if verdict in row.verdicts]
        print(f"\n{verdict}: {len(listed)} samples of {len({row.sample.split('#')[0] for row in listed})} ops")
        for row in listed[:80]:
            place = row.verdicts.index(verdict)
            print(f"  {row.sample:<44} {'forward' if place else 'reverse'}  gradcheck {row.gradcheck:<7} {row.reasons[place][:110]}")
    tested = [row for row in rows if not row.vacuous and "UNSUPPORTED" not in row.verdicts]
    decided = [row for row in tested if set(row.verdicts) <= {"HOLDS", "BROKEN"}]
    both = [row for row in rows if "UNSUPPORTED" not in row.verdicts and row.gradcheck != "raises"]
    ratio = sum(row.ours_s for row in both) / sum(row.gradcheck_s for row in both)
    print(
        f"\n{len(rows)} samples, {len(tested)} not vacuous: {len(decided) / max(1, len(tested)):.2%} decided, "
        f"median {median(row.evaluations for row in tested):g} forward evaluations a law, {ratio:.2f} x the time of gradcheck fast"
    )


if __name__ == "__main__":
    main()
