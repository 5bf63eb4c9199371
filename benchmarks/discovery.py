"""Are faults found that live at an edge only? Planted into ops of torch one at a time: 155 (planted.py, planted_beyond.py), 150 unseen (unseen/).

    this harness      the cases that the profile `ci` draws for the op, in their order, until a law breaks
    plain inputs      uniform in the op's domain, ordinary shapes, row-major; torch's gradcheck and gradgradcheck, with forward mode
    OpInfo            the samples that torch's own tests use for the op; the same checkers

A law breaks on a fault only if it does not break on torch itself in that case. A checker is asked only where the fault is met: elsewhere the function
is torch's own. Prints a row per fault, what was missed, and one headline line last; writes benchmarks/out/discovery.json, or discovery-unseen.json.
Many an unseen fault knows a parameter by our name for it only: on OpInfo's samples, which give another or none, such a one is "not met".
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import torch
from discovery_rivals import opinfo, plain
from planted import PLANTED
from planted_beyond import BEYOND
from planting import Planted, PlantedBackend
from unseen import BLIND, UNSEEN

from harness.backends import Unsupported, load_backend
from harness.backends.bind import bind
from harness.program import Case
from harness.running.cells import Cell
from harness.running.judge import run_case
from harness.running.pool import pool_of
from harness.running.profiles import PROFILES
from harness.verdict import Verdict

OUT = Path(__file__).parent / "out"
PROFILE = PROFILES["ci"]
LAWS = {
    "second": ("hvp-eq-fd",),
    "nested": ("jvp-jvp-eq-fd",),
    "poisoned": ("masked-nan-harmless",),
    "cotangent": ("vjp-eq-fd", "layout-independent"),
    "tangent": ("jvp-eq-fd", "layout-independent"),
}
FIRST_ORDER = ("vjp-eq-fd", "vjp-eq-digits", "layout-independent", "backward-answers")
INSIDE_A_LAW = ("poisoned", "cotangent", "tangent")  # a law moves numbers or memory itself, so that the case alone need not meet the fault


def main() -> None:
    """Hunt each, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed, fewer inputs for the others: under 50 s")
    parser.add_argument("--seeds", type=int, default=5, help="runs of the profile, each from another seed")
    parser.add_argument("--first", type=int, default=0, help="the first seed: others than those with which the generator was built tell more")
    parser.add_argument("--only", default="", help="only faults whose summary matches this regular expression; nothing is written")
    parser.add_argument(
        "--unseen", action="store_true", help="the faults of examiners who had not read the generator, in place of those with which it was built"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    seeds, inputs = (1, 20) if args.quick else (args.seeds, PROFILE.examples + PROFILE.edges)
    start = time.perf_counter()
    faults = [planted for planted in (UNSEEN if args.unseen else (*PLANTED, *BEYOND)) if re.search(args.only, planted.summary)]
    rows = [row(planted, range(args.first, args.first + seeds), inputs) for planted in faults]
    seconds = time.perf_counter() - start
    if not args.only:
        OUT.mkdir(exist_ok=True)
        written = {"first_seed": args.first, "seeds": seeds, "plain_inputs": inputs, "seconds": seconds, "faults": rows}
        (OUT / ("discovery-unseen.json" if args.unseen else "discovery.json")).write_text(json.dumps(written, indent=1) + "\n")
    print(headline(rows, seeds, seconds, "unseen planted" if args.unseen else "planted"))


def row(planted: Planted, seeds: range, inputs: int) -> dict[str, Any]:
    """What each way of checking makes of one fault."""
    cases = [hunt(planted, seed) for seed in seeds]
    found = {
        "fault": planted.summary,
        "op": planted.op,
        "kind": planted.kind,
        "cases": cases,  # until found, per seed; None: not found
        "plain": plain(planted, inputs),
        "opinfo": opinfo(planted),
    }
    print(f"{planted.summary:38} {planted.op:18} cases {cases!s:24} plain {found['plain']!s:6} OpInfo {found['opinfo']}", flush=True)
    return found


def hunt(planted: Planted, seed: int) -> int | None:
    """How many cases of the profile it takes until a law breaks on the fault; None where none does."""
    backend, honest = PlantedBackend(planted), load_backend("torch")
    cell = Cell("", planted.op, planted.dtype, "cpu", "torch")
    laws = LAWS.get(planted.kind, FIRST_ORDER)
    for count, case in enumerate(pool_of(cell, honest, PROFILE, seed, 0).cases, start=1):
        if planted.kind not in INSIDE_A_LAW and not meets(backend, case):
            continue
        for law in laws:
            asked = msgspec.structs.replace(case, law=law)
            if breaks(backend, asked) and run_case(honest, asked).verdict is not Verdict.BROKEN:
                return count
    return None


def breaks(backend: PlantedBackend, case: Case) -> bool:
    """Whether the law of the case breaks, the fault being met."""
    before = backend.fault.met
    return run_case(backend, case).verdict is Verdict.BROKEN and backend.fault.met > before


def meets(backend: PlantedBackend, case: Case) -> bool:
    """Whether the op of the case is called at the fault's edge."""
    bound, before = bind(backend, case), backend.fault.met
    try:
        bound.function(*(x.detach().requires_grad_() for x in bound.primals))
    except (RuntimeError, Unsupported):  # the plain forward fails
        return False
    return backend.fault.met > before


def headline(rows: list[dict[str, Any]], seeds: int, seconds: float, kind: str = "planted") -> str:
    counts = [cases for each in rows for cases in each["cases"]]
    found = [cases for cases in counts if cases is not None]
    always = [each["fault"] for each in rows if None not in each["cases"]]
    blind = [each["fault"] for each in rows if each["fault"] in BLIND]
    of_blind = f" (of the {len(blind)} blind ones {len(BLIND.intersection(always))})" if blind else ""
    rivals = {name: sum(each[name] == "found" for each in rows) for name in ("plain", "opinfo")}
    return (
        f"discovery: {len(always)}/{len(rows)} {kind} edge faults found{of_blind} within the ci profile ({len(found)}/{len(counts)} over {seeds} "
        f"seeds), median {median(found):.0f} cases; gradcheck finds {rivals['plain']} on uniform inputs, {rivals['opinfo']} on OpInfo's samples; "
        f"{seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
