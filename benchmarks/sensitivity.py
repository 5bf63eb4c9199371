"""How small may a single wrong entry of a Jacobian be and still be found, and what does it cost to find it?

Beside gradcheck's fast mode, and numdifftools, where it is installed, on the same phi(t): it calls a gradient wrong that is off by more than its own
error estimate, so its false alarms on the right Jacobian count too.

    f(x) = x mean(x) + sin(x)        J = diag(mean(x) + cos(x)) + x 1^T / n        wrong: J[i, j] + delta, for one i and j

    python benchmarks/sensitivity.py [--quick] [--probes N]

Found: BROKEN with every one of 20 seeds (tangents, cotangents, point and place of the error are drawn from the seed). A check is some probes, each
with its own tangent and cotangent; gradcheck's fast mode takes one. Goals: 1e-6 at n = 1000 in at most 100 forward evaluations, located in at most
500 at n = 10,000. Prints a table and one headline line last; writes benchmarks/out/sensitivity.json.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median

import msgspec
import numpy as np
import torch
from honesty_rivals import NO_NUMDIFFTOOLS, Rival, rivals
from native_cases import Function, gradcheck, make_case, write

from harness.backends import load_backend
from harness.backends.bind import bind
from harness.backends.torch.native import Sample
from harness.program import Case
from harness.verdict import Verdict
from properties.laws import laws
from properties.laws.along import direction, projected_along
from properties.laws.gradients import gradients_of
from properties.laws.inner import inner
from properties.laws.located import locate_entry

LAW = "vjp-eq-fd"
SIZES = (10, 100, 1000, 10_000)
SEEDS, QUICK_SEEDS = 20, 4
DECADES = range(0, -13, -1)
EXPOSED = 1.0  # the error that is located


@dataclass(frozen=True)
class Row:
    """One size. `found` is the smallest delta found with every seed (None: not even 1), `forwards` the median that a check without an error takes,
    `to_break` that of one which finds `found`, `to_locate` that of finding its place; `placed` is how many seeds named the right one."""

    n: int
    found: float | None
    forwards: float
    to_break: float
    to_locate: float
    placed: int
    seeds: int
    gradcheck_found: float | None
    rival_found: float | None  # numdifftools'
    rival_alarms: int | None  # seeds for which it calls the right Jacobian wrong; None where it is not installed


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SEEDS} seeds")
    parser.add_argument("--probes", type=int, default=2, help="tangents and cotangents per check")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rows = [measure(n, QUICK_SEEDS if args.quick else SEEDS, args.probes) for n in SIZES]
    write("sensitivity", [asdict(row) for row in rows])
    report(rows, args.probes)


def measure(n: int, seeds: int, probes: int) -> Row:
    """One size, all seeds."""
    found = smallest(lambda delta, seed: ours(n, delta, seed, probes)[0], seeds)
    theirs = smallest(lambda delta, seed: gradcheck(sample(n, delta, seed)[0]) != "passes", seeds)
    rival = rivals().get("numdifftools")
    right = [ours(n, 0.0, seed, probes) for seed in range(seeds)]
    if any(broken for broken, _ in right):
        raise AssertionError("the right Jacobian was called wrong")
    located = [placed(n, seed) for seed in range(seeds)]
    return Row(
        n,
        found,
        median(spent for _, spent in right),
        median(ours(n, found or 1.0, seed, probes)[1] for seed in range(seeds)),
        median(spent for _, spent in located),
        sum(hit for hit, _ in located),
        seeds,
        theirs,
        smallest(lambda delta, seed: denied_by(rival, n, delta, seed, probes), seeds) if rival else None,
        sum(denied_by(rival, n, 0.0, seed, probes) for seed in range(seeds)) if rival else None,
    )


def smallest(finds: Callable[[float, int], bool], seeds: int) -> float | None:
    """The smallest power of ten below which some seed misses."""
    found = None
    for exponent in DECADES:
        delta = 10.0**exponent
        if not all(finds(delta, seed) for seed in range(seeds)):
            return found
        found = delta
    return found


def ours(n: int, delta: float, seed: int, probes: int) -> tuple[bool, int]:
    """(BROKEN, forward evaluations) of a check: probes until one breaks."""
    backend, spent = load_backend("torch"), 0
    for case in cases(n, delta, seed, probes):
        result = laws()[LAW].check(backend, case)
        spent += result.evaluations
        if result.verdict is Verdict.BROKEN:
            return True, spent
    return False, spent


def denied_by(rival: Rival, n: int, delta: float, seed: int, probes: int) -> bool:
    """Whether for some probe the gradient is off the rival's derivative by more than the error that it states."""
    backend = load_backend("torch")
    for case in cases(n, delta, seed, probes):
        value, error, _ = rival(projected_along(backend, case), 0.0)
        if not abs(inner(gradients_of(bind(backend, case)), direction(case)) - value) <= (error or 0.0):
            return True
    return False


def placed(n: int, seed: int) -> tuple[bool, int]:
    """(the right place, forward evaluations) of locating an error of the size EXPOSED."""
    case, (i, j) = next(cases(n, EXPOSED, seed, 1)), sample(n, EXPOSED, seed)[1]
    found = locate_entry(load_backend("torch"), msgspec.structs.replace(case, law=LAW))
    return found is not None and (found.output, found.input) == (i, j), found.evaluations if found else 0


def cases(n: int, delta: float, seed: int, probes: int) -> Iterator[Case]:
    """The same point and error, another tangent and cotangent each."""
    given, _ = sample(n, delta, seed)
    for probe in range(probes):
        yield make_case(given.name, given.function, given.primals, seed=1000 * seed + probe)


def sample(n: int, delta: float, seed: int) -> tuple[Sample, tuple[int, int]]:
    """The function with its error, and where it is: (output, input)."""
    rng = np.random.default_rng((n, seed))
    i, j = (int(k) for k in rng.integers(n, size=2))
    x = torch.from_numpy(rng.standard_normal(n))
    return Sample("x mean(x) + sin(x)", seed, wrong_at(i, j, delta), (x,), forward=False), (i, j)


def wrong_at(i: int, j: int, delta: float) -> Function:
    """The function, with `delta` added to J[i, j] in its vjp."""

    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):  # type: ignore[no-untyped-def]
            ctx.save_for_backward(x)
            return x * x.mean() + x.sin()

        @staticmethod
        def backward(ctx, w):  # type: ignore[no-untyped-def]
            (x,) = ctx.saved_tensors
            g = w * (x.mean() + x.cos()) + (w @ x) / x.numel()
            g[j] += delta * w[i]
            return g

    return lambda x: (Wrong.apply(x),)


def report(rows: list[Row], probes: int) -> None:
    """The table and the headline."""
    print(f"{'n':>7}{'found':>9}{'forwards':>10}{'to break':>10}{'to locate':>11}{'right place':>13}{'gradcheck fast':>16}{'numdifftools':>14}")
    for row in rows:
        costs = f"{row.forwards:>10g}{row.to_break:>10g}{row.to_locate:>11g}{f'{row.placed}/{row.seeds}':>13}"
        print(f"{row.n:>7}{decade(row.found):>9}{costs}{decade(row.gradcheck_found):>16}{decade(row.rival_found):>14}")
    alarms = [row.rival_alarms for row in rows if row.rival_alarms is not None]
    checks = sum(row.seeds for row in rows)
    print(f"numdifftools: {sum(alarms)} false alarms in {checks} checks of the right Jacobian" if alarms else NO_NUMDIFFTOOLS)
    thousand, last = next(row for row in rows if row.n == 1000), rows[-1]
    theirs = "misses even 1" if thousand.gradcheck_found is None else f"needs {thousand.gradcheck_found:.0e}"
    print(
        f"\nsensitivity: one wrong entry of {thousand.found or math.nan:.0e} at n = 1000 found with {thousand.seeds}/{thousand.seeds} seeds, "
        f"a check of {probes} probes is {thousand.forwards:g} forwards, {thousand.to_break:g} to call it BROKEN "
        f"(gradcheck fast {theirs}); located in {last.to_locate:g} forwards at n = 10,000"
    )


def decade(found: float | None) -> str:
    return "-" if found is None else f"{found:.0e}"


if __name__ == "__main__":
    main()
