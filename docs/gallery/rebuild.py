"""Rebuild the gallery: real runs on this machine, their pages, and pictures of these.

python docs/gallery/rebuild.py          about five minutes on two cores; the pictures need Chromium

    torch.html      torch beside an earlier run of another seed, with the negative controls of this configuration
    faulty.html     torch made wrong on purpose, in its values and in its tape
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.reports.browser import EXECUTABLE, Browser  # noqa: E402 (the script runs from anywhere)

OPS = "exp|log|tanh|hardsigmoid|digamma|maximum|multiply|sum|prod|cumsum|softmax|layer_norm|matmul|program|tape"
FAULTS = ("flipped-entry", "scaled-tangent", "overwrites-grad", "records-in-no-grad")
PICTURES = (  # file, page, selector at the top, width, height, scheme
    ("torch.png", "torch.html", "", 1280, 1100, "light"),
    ("finding.png", "torch.html", "[data-text*='hardsigmoid']", 1280, 1000, "light"),
    ("jacobian.png", "faulty.html", "[data-text*='vjp-eq-fd'] .wide", 1280, 760, "light"),
    ("dark.png", "faulty.html", "[data-text*='accumulate-adds']", 1280, 1000, "dark"),
    ("tape.png", "torch.html", "#tape", 1280, 900, "light"),
    ("narrow.png", "faulty.html", "", 400, 1100, "light"),
)


def harness(folder: Path, *arguments: str) -> None:
    """Run the command; its exit code says what was found, which is not the question here."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-m", "harness.cli", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 7):
        raise SystemExit(f"autograd-harness {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def make_pages(folder: Path) -> None:
    """The runs, and from them the pages."""
    (folder / "known.json").write_bytes((ROOT / "baselines" / "torch-2.13.json").read_bytes())
    for name, seed in (("earlier", "2"), ("today", "1")):
        harness(folder, "verify", "--op", OPS, "--seed", seed, "--baseline", "known.json", "--out", name)
    harness(folder, "selftest", "--law", "values|forward|linearity|form|sameness|tape", "--seed", "1", "--out", "power")
    faulty = [part for fault in FAULTS for part in ("--backend", f"faulty:{fault}:torch")]
    harness(folder, "verify", *faulty, "--op", "exp|softmax|matmul|tape", "--law", "values|forward|tape", "--seed", "1", "--out", "faulty")
    harness(folder, "report", "today", "power", "--since", "earlier", "--html", str(HERE / "torch.html"))
    harness(folder, "report", "faulty", "--html", str(HERE / "faulty.html"))


def take_pictures(folder: Path) -> None:
    """What the pages look like."""
    with Browser(folder / "profile") as browser:
        for name, page, selector, width, height, scheme in PICTURES:
            browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            browser.open(HERE / page)
            browser.wait_for("document.body.dataset.ready")
            browser.evaluate("document.querySelectorAll('.story').forEach(each => each.open = true)")
            top = browser.evaluate(f"document.querySelector({selector!r}).getBoundingClientRect().top + scrollY - 24") if selector else 0
            browser.picture(HERE / name, width, height, top=int(top))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        make_pages(Path(temporary))
        if EXECUTABLE:
            take_pictures(Path(temporary))
