"""Are wrong gradients found? Ops of torch's OpInfo database whose vjp is made wrong, float64: this harness beside gradcheck.

    python benchmarks/mutants.py [--quick] [--slow] [--op REGEX] [--limit S] [--samples N]

A mutant is an ordinary torch function with the op's forward and a wrong backward, so both checkers see the same thing. What changes the gradient
by less than the resolution that the harness promises (1e-6 of it), or not at all, is no mutant and counted apart.
Goals: no silent pass (HOLDS, not vacuous), 99 % BROKEN, at least 400 ops. Prints a table, what was missed, and one headline line last; writes
benchmarks/out/mutants.json.
"""

from __future__ import annotations

import argparse
import math
import re
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from native_cases import Function, case_of, gradcheck, make_case, usable_samples, with_function, write

from harness.backends import load_backend
from harness.backends.bind import bind
from harness.backends.torch.native import Sample, native_ops
from harness.verdict import Result, Verdict, required_resolution
from properties.laws import laws
from properties.laws.along import direction
from properties.laws.gradients import gradients_of

LAW = "vjp-eq-fd"
QUICK_SECONDS = 36.0  # after torch's database has been loaded, which takes some seven
SLOW_ELEMENTS = 30  # inputs plus outputs that the slow mode is asked to look at

Gradients = tuple[torch.Tensor, ...]
Change = Callable[[Gradients, torch.Tensor, int, int], Gradients]


def at_entry(change: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Change:
    """`change` of one entry of one gradient; the second argument is the first entry of the cotangent, so that the mutant stays linear."""

    def changed(gradients: Gradients, cotangent: torch.Tensor, leaf: int, entry: int) -> Gradients:
        spoiled = gradients[leaf].clone(memory_format=torch.contiguous_format)
        spoiled.view(-1)[entry] = change(spoiled.view(-1)[entry], cotangent)
        return (*gradients[:leaf], spoiled, *gradients[leaf + 1 :])

    return changed


def everywhere(change: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    """`change` of every gradient."""
    return lambda gradients, cotangent, leaf, entry: tuple(map(change, gradients))


def transposed(g: torch.Tensor) -> torch.Tensor:
    """The last two axes swapped where that fits, else the entries in reverse order."""
    square = g.ndim >= 2 and g.shape[-1] == g.shape[-2] > 1
    return g.transpose(-1, -2).contiguous() if square else g.reshape(-1).flip(0).reshape(g.shape)


MUTATIONS: dict[str, Change] = {
    "all x 1.0005": everywhere(lambda g: g * (1 + 5e-4)),
    "all x 1.01": everywhere(lambda g: g * 1.01),
    "one zeroed": at_entry(lambda g, w: 0 * g),
    "one sign flipped": at_entry(lambda g, w: -g),
    "one + 1e-3": at_entry(lambda g, w: g + 1e-3 * w.to(g.dtype)),
    "all signs": everywhere(torch.neg),
    "transposed": everywhere(transposed),
}


@dataclass(frozen=True)
class Row:
    """One mutant. `change` is its relative size; `verdict` says why where it is none; `slow` None where not asked."""

    sample: str
    mutation: str
    change: float
    verdict: str
    reason: str
    evaluations: int
    fast: str
    slow: str | None

    @property
    def is_mutant(self) -> bool:
        return self.verdict not in ("unchanged", "below resolution", "a subgradient", "right undecided", "raises")


def main() -> None:
    """Run the mutants and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"as many as {QUICK_SECONDS:g} s allow, every op once before any twice")
    parser.add_argument("--slow", action="store_true", help=f"gradcheck's slow mode too, where inputs and outputs are at most {SLOW_ELEMENTS}")
    parser.add_argument("--op", default="", help="only ops whose name matches this regular expression")
    parser.add_argument("--limit", type=float, default=math.inf, help="stop after this many seconds")
    parser.add_argument("--samples", type=int, default=1, help="samples per op")
    args = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    rows = list(run(args.op, args.samples, QUICK_SECONDS if args.quick else args.limit, args.slow))
    write("mutants", [asdict(row) for row in rows])
    report(rows)


def run(pattern: str, samples: int, limit: float, slow: bool) -> Iterator[Row]:
    """Every op with one mutation, then every op with the next, so that a run cut short has seen many ops and all mutations."""
    ops = [op for op in native_ops() if re.search(pattern, op.formatted_name)]
    started = time.perf_counter()  # the database has been loaded
    order = np.random.default_rng(0).permutation(len(ops))
    drawn: dict[int, list[Sample]] = {}
    names = list(MUTATIONS)
    for turn in range(len(names)):
        for place, i in enumerate(order):
            if time.perf_counter() - started > limit:
                return
            if i not in drawn:
                drawn[i] = _samples(ops[i], samples)
            for sample in drawn[i]:
                yield measure(sample, names[(place + turn) % len(names)], slow)


def _samples(op: object, count: int) -> list[Sample]:
    try:
        return list(usable_samples(op, count))
    except Exception:  # an op that this build of torch cannot run
        return []


def measure(sample: Sample, mutation: str, slow: bool) -> Row:
    """One mutant under the checkers."""
    backend = load_backend("torch")
    try:
        case = case_of(sample)
        right = gradients_of(bind(backend, case))
        leaf, entry = _entry(right)
        mutant = with_function(sample, spoiled(sample.function, MUTATIONS[mutation], leaf, entry))
        case = make_case(mutant.name, mutant.function, mutant.primals)
        wrong = gradients_of(bind(backend, case))
        change = relative_change(right, wrong, direction(case))
        if not change >= required_resolution(case.dtype):
            return Row(sample.name, mutation, change, "below resolution" if change else "unchanged", "", 0, "", None)
        result = laws()[LAW].check(backend, case)
        decidable = result.verdict is Verdict.BROKEN or decided(laws()[LAW].check(backend, case_of(sample)))
    except Exception as error:  # one sample that torch cannot run must not end the run; it is counted
        return Row(sample.name, mutation, math.nan, "raises", f"{type(error).__name__}: {str(error).splitlines()[0][:120]}", 0, "", None)
    small = sum(x.size for x in (*case.points, *case.cotangents)) <= SLOW_ELEMENTS
    verdict = named(result) if decidable else "right undecided"
    return Row(
        sample.name,
        mutation,
        change,
        verdict,
        result.reason,
        result.evaluations,
        gradcheck(mutant),
        gradcheck(mutant, fast=False) if slow and small else None,
    )


def named(result: Result) -> str:
    """The verdict; at a kink a changed gradient may be another subgradient, and as right as the first."""
    if result.verdict is Verdict.HOLDS and result.details.get("status") == "kink":
        return "a subgradient"
    return "VACUOUS" if result.vacuous else result.verdict.name


def decided(right: Result) -> bool:
    """Whether the harness can say anything here: where a function jumps, or its derivative vanishes, wrong gradients look like the right one."""
    return right.verdict is Verdict.HOLDS and not right.vacuous


def spoiled(function: Function, change: Change, leaf: int, entry: int) -> Function:
    """`function` with the same values and a vjp that went through `change`."""

    class Spoiled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *primals):  # type: ignore[no-untyped-def]
            ctx.save_for_backward(*primals)
            return tuple(y.detach().clone() for y in function(*(p.detach() for p in primals)))

        @staticmethod
        def backward(ctx, *cotangents):  # type: ignore[no-untyped-def]
            with torch.enable_grad():
                leaves = tuple(p.detach().requires_grad_() for p in ctx.saved_tensors)
                outputs = function(*leaves)
            found = torch.autograd.grad(outputs, leaves, cotangents, allow_unused=True)
            gradients = tuple(torch.zeros_like(p) if g is None else g for g, p in zip(found, leaves, strict=True))
            return change(gradients, next(w.reshape(-1)[0] for w in cotangents if w.numel()), leaf, entry)

    return lambda *primals: tuple(Spoiled.apply(*primals))


def relative_change(right: tuple[np.ndarray, ...], wrong: tuple[np.ndarray, ...], step: tuple[np.ndarray, ...]) -> float:
    """|(g' - g) D v| / |g D v|, norms over all entries: how far the mutation moves a directional derivative, relative to its natural size."""
    moved = math.sqrt(sum(float(np.sum(np.abs((b - a) * v) ** 2)) for a, b, v in zip(right, wrong, step, strict=True)))
    size = math.sqrt(sum(float(np.sum(np.abs(a * v) ** 2)) for a, v in zip(right, step, strict=True)))
    return moved / size if size else (math.inf if moved else 0.0)


def _entry(gradients: tuple[np.ndarray, ...]) -> tuple[int, int]:
    """(leaf, flat entry): one that is not zero, where there is one."""
    rng = np.random.default_rng(0)
    candidates = [(leaf, i) for leaf, g in enumerate(gradients) for i in np.flatnonzero(g)] or [(0, 0)]
    leaf, entry = candidates[int(rng.integers(len(candidates)))]
    return leaf, int(entry)


def report(rows: list[Row]) -> None:
    """The table, what was missed, and the headline."""
    mutants = [row for row in rows if row.is_mutant]
    print(f"{'mutation':<18}{'mutants':>8}{'BROKEN':>9}{'silent':>8}{'undecided':>10}{'fast finds':>12}{'slow finds':>12}")
    for name in (*MUTATIONS, ""):
        of = [row for row in mutants if name in ("", row.mutation)]
        count, slow = Counter(row.verdict for row in of), [row for row in of if row.slow]
        print(
            f"{name or 'all':<18}{len(of):>8}{share(count['BROKEN'], len(of)):>9}{count['HOLDS']:>8}{count['INCONCLUSIVE'] + count['VACUOUS']:>10}"
            f"{share(sum(row.fast != 'passes' for row in of), len(of)):>12}{share(sum(row.slow != 'passes' for row in slow), len(slow)):>12}"
        )
    for row in rows:
        if row.verdict in ("HOLDS", "INCONCLUSIVE", "VACUOUS", "a subgradient", "right undecided", "raises"):
            print(f"  {row.verdict:<16}{row.sample:<44}{row.mutation:<18}{row.change:8.1e}  {row.reason[:110]}")
    none = Counter(row.verdict for row in rows if not row.is_mutant)
    ops = {row.sample.split("#")[0] for row in mutants}
    broken, silent = sum(row.verdict == "BROKEN" for row in mutants), sum(row.verdict == "HOLDS" for row in mutants)
    fast = sum(row.fast == "passes" for row in mutants)
    print(
        f"\nno mutants: {none['unchanged']} unchanged, {none['below resolution']} below the resolution, {none['a subgradient']} another subgradient, "
        f"{none['right undecided']} where the right gradient is vacuous or undecided as well, {none['raises']} that torch cannot run"
    )
    print(
        f"mutants: {silent} silent passes and {share(broken, len(mutants))} BROKEN of {len(mutants)} wrong gradients of {len(ops)} ops; "
        f"gradcheck fast passes {share(fast, len(mutants))}"
    )


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


if __name__ == "__main__":
    main()
