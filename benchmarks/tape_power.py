"""Which faults of tape semantics are found, after how many examples, and does gradcheck see them?

    for each fault: random walks on the faulty tape and the reference, until they disagree; then the shortest part of that walk
    for those that torch can have: gradcheck and gradgradcheck of a function built from the same faulty tape

    python benchmarks/tape_power.py [--quick] [--out FILE.json]

Headline: faults found / injected, median examples, steps per second without a fault, false alarms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness.backends import Backend, load_backend  # noqa: E402 (the script runs from anywhere)
from harness.backends.faulty.tape import ENGINE_FAULTS, PART_FAULTS, load_faults  # noqa: E402
from harness.program import Case  # noqa: E402
from harness.strategies.choose import RandomChoose  # noqa: E402
from harness.tape.walks import Disagreement, World, script, shrink, walk  # noqa: E402
from harness.verdict import Verdict  # noqa: E402
from harness.verdict.constants import WALK_ULPS, eps  # noqa: E402
from properties.laws import Law, laws  # noqa: E402
from properties.machines.tape import KNOWN_ON_TORCH  # noqa: E402
from tests.laws.examples import CASES  # noqa: E402
from tests.laws.test_controls import stage_of  # noqa: E402

STEPS = 40
PATIENCE = 20  # walks of a quick run for a fault that a direct law is about: most of these no walk reaches
OWN_FAULTS = {"aliases-cotangent", "shares-slots"}  # of the kind that torch is known for: there nothing may be taken as known


def world(name: str, known: frozenset[str]) -> World:
    return World(load_backend(name).tape("cpu"), rounding=WALK_ULPS * eps("float64"), known=known)


def hunt(fault: str, examples: int) -> dict[str, Any]:
    """Walks until the fault shows."""
    inner = "reference" if fault in ENGINE_FAULTS else "torch"
    name, known = f"faulty:{fault}:{inner}", KNOWN_ON_TORCH if inner == "torch" and fault not in OWN_FAULTS else frozenset[str]()
    start = time.perf_counter()
    for example in range(0 if fault in PART_FAULTS else examples):  # the walks use no larger part: a direct law is asked at once
        try:
            walk(world(name, known), RandomChoose(np.random.default_rng(example)), STEPS)
        except Disagreement as found:
            short = shrink(lambda: world(name, known), found)
            took = time.perf_counter() - start
            return {
                "by": "walks",
                "examples": example + 1,
                "seconds": took,
                "steps": len(short.actions),
                "what": short.what,
                "script": script(short.actions),
            }
    return {"by": by_law(fault), "examples": examples, "seconds": time.perf_counter() - start}


def by_law(fault: str) -> str:
    """The direct law that breaks on it, where it holds without the fault; "" where none does."""
    named = (law for law in laws().values() if fault in law.faults)
    return next((law.name for law in named if any(breaks(law, load_backend(stage_of(law, fault)), case) for case in CASES)), "")


def breaks(law: Law, backend: Backend, case: Case) -> bool:
    return law.check(backend, case).verdict is Verdict.BROKEN


def gradcheck_sees(fault: str) -> bool | None:
    """Whether gradcheck or gradgradcheck of a function that uses the whole tape fails; None where neither torch nor a gradient can have the fault."""
    if fault in ENGINE_FAULTS or fault in PART_FAULTS:
        return None
    tape = load_backend(f"faulty:{fault}:torch").tape("cpu")

    def function(x: torch.Tensor) -> Any:
        h = tape.apply("multiply", x, 2.0)
        tape.hook(h, lambda gradient: None) if h.requires_grad else None
        tape.scale_in_place(tape.narrow(h, 0, 2), 3.0)
        with tape.no_grad():
            constant = tape.detach(tape.apply("tanh", tape.view(x.detach(), (4,))))
        return tape.apply("tanh", tape.apply("add", tape.apply("multiply", h, constant * 0 + 0.5), tape.apply("clone", h)))

    point = torch.tensor([0.3, -0.2, 0.1, 0.4], dtype=torch.float64, requires_grad=True)
    try:
        return not (torch.autograd.gradcheck(function, (point,)) and torch.autograd.gradgradcheck(function, (point,)))
    except Exception:  # a check that raises has seen something
        return True
    finally:
        torch.set_grad_enabled(True)


def quiet(examples: int) -> tuple[int, float, int]:
    """(steps, seconds, false alarms) of walks on torch as it is."""
    start, steps, alarms = time.perf_counter(), 0, 0
    for example in range(examples):
        made = world("torch", KNOWN_ON_TORCH)
        try:
            walk(made, RandomChoose(np.random.default_rng([7, example])), STEPS)
        except Disagreement as found:
            alarms += 1
            print(f"false alarm: {found.what}\n{script(found.actions)}")
        steps += len(made.actions)
    return steps, time.perf_counter() - start, alarms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer walks: under a minute on an idle core")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/out/tape_power.json"))
    options = parser.parse_args()
    examples, silent, patience = (200, 150, PATIENCE) if options.quick else (1000, 3500, 1000)
    named = {fault for law in laws().values() for fault in law.faults}
    torch.set_num_threads(1)
    table = {}
    for fault, summary in load_faults().items():
        table[fault] = {"summary": summary, "gradcheck": gradcheck_sees(fault), **hunt(fault, patience if fault in named else examples)}
        row = table[fault]
        print(f"{fault:32} {row['by'] or 'NOT FOUND':32} {row['examples']:4} examples {row['seconds']:6.2f} s  gradcheck {row['gradcheck']}")
    steps, seconds, alarms = quiet(silent)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"faults": table, "steps": steps, "seconds": seconds, "false_alarms": alarms}, indent=1))
    print(headline(table, steps / seconds, steps, alarms))


def headline(table: dict[str, Any], rate: float, steps: int, alarms: int) -> str:
    walks = [row for row in table.values() if row["by"] == "walks"]
    found = sum(1 for row in table.values() if row["by"])
    shared = [row["gradcheck"] for row in table.values() if row["gradcheck"] is not None]
    examples, length = (statistics.median(row[what] for row in walks) for what in ("examples", "steps"))
    return (
        f"tape_power: {found}/{len(table)} faults found ({len(walks)} by walks, median {examples:.0f} examples, "
        f"shrunk to {length:.0f} steps); gradcheck and gradgradcheck see {sum(shared)}/{len(shared)}; "
        f"{alarms} false alarms in {steps} steps at {rate:.0f} steps/s"
    )


if __name__ == "__main__":
    main()
