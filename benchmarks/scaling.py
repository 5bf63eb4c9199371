"""What one reverse check costs as the primals grow: (time of the check) / (time of one forward and backward), and its peak memory.

    python benchmarks/scaling.py [--quick] [--largest N]

f(x) = x sin(x) + mean(x), elementwise work and one reduction, float64. The physical floor is one vjp and two forwards. Nothing may grow faster than
the number of elements. Each size runs in its own process, so that its peak memory is its own.
Prints a table and one headline line last; writes benchmarks/out/scaling.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
from native_cases import make_case, write

from harness.backends import load_backend
from properties.laws import laws

LAW = "vjp-eq-fd"
QUICK_LARGEST, LARGEST = 1_000_000, 10_000_000
REPEATS = 3


@dataclass(frozen=True)
class Row:
    """One size. `arrays` is the peak memory above that of a bare process, in arrays of the primal's size."""

    n: int
    verdict: str
    evaluations: int
    check_s: float
    vjp_s: float
    peak_mib: float
    arrays: float

    @property
    def ratio(self) -> float:
        return self.check_s / self.vjp_s


def main() -> None:
    """Measure every size, or, when asked by itself, one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"up to {QUICK_LARGEST:,} elements")
    parser.add_argument("--largest", type=int, default=None, help=f"default {LARGEST:,}")
    parser.add_argument("--one", type=int, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        print(json.dumps(asdict(measure(args.one))))
        return
    largest = args.largest or (QUICK_LARGEST if args.quick else LARGEST)
    rows = [apart(10**k) for k in range(1, 8) if 10**k <= largest]
    write("scaling", [asdict(row) | {"ratio": row.ratio} for row in rows])
    report(rows)


def apart(n: int) -> Row:
    """One size in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", str(n)], capture_output=True, text=True, check=True)
    return Row(**json.loads(done.stdout.splitlines()[-1]))


def measure(n: int) -> Row:
    """One size: the check, and a plain forward and backward of the same function."""
    torch.set_num_threads(1)
    x = torch.randn(n, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    backend, law = load_backend("torch"), laws()[LAW]
    law.check(backend, make_case("small", function, (x[:2],)))  # imports and caches
    bare = peak_mib()
    case = make_case("scaling", function, (x,))
    result = law.check(backend, case)
    peak = peak_mib()
    check_s = fastest(lambda: law.check(backend, case))
    return Row(
        n, result.verdict.name, result.evaluations, check_s, fastest(lambda: forward_and_backward(x)), peak, max(peak - bare, 0.0) * 2**20 / (8 * n)
    )


def function(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return (x * x.sin() + x.mean(),)


def forward_and_backward(x: torch.Tensor) -> None:
    leaf = x.detach().requires_grad_()
    (y,) = function(leaf)
    torch.autograd.grad(y, leaf, torch.ones_like(y))


def fastest(action: Callable[[], object]) -> float:
    """The least of some runs, in seconds: other work on the machine only adds."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def report(rows: list[Row]) -> None:
    """The table and the headline."""
    print(f"{'elements':>12}{'verdict':>10}{'forwards':>10}{'check':>12}{'fwd + bwd':>12}{'ratio':>8}{'peak MiB':>10}{'arrays':>8}")
    for row in rows:
        times = f"{row.check_s * 1e3:>10.2f}ms{row.vjp_s * 1e3:>10.2f}ms"
        print(f"{row.n:>12,}{row.verdict:>10}{row.evaluations:>10}{times}{row.ratio:>8.1f}{row.peak_mib:>10,.0f}{row.arrays:>8.1f}")
    last = rows[-1]
    print(
        f"\nscaling: at {last.n:,} elements one reverse check costs {last.ratio:.1f} x (forward + backward) with {last.evaluations} forwards, "
        f"peak memory {last.arrays:.0f} arrays of that size ({last.peak_mib:,.0f} MiB)"
    )


if __name__ == "__main__":
    main()
