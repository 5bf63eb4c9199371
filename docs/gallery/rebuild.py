"""Rebuild the gallery: real runs on this machine, their pages, and pictures of these.

python docs/gallery/rebuild.py [torch] [faulty]          both take some minutes on two cores; the pictures need Chromium

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

from tests.reports.browser import EXECUTABLE, Tab, chromium  # noqa: E402 (the script runs from anywhere)

OPS = "exp|tanh|hardsigmoid|digamma|maximum|prod|softmax|layer_norm|matmul|program|tape"
LAWS = "(?!.*(compil|traced|generated)).*"  # a compiler at work for minutes makes no better picture
FAULTS = {"values": ("flipped-entry", "scaled-tangent"), "tape": ("overwrites-grad", "records-in-no-grad")}
PICTURES = (  # file, page, selector at the top, width, height, scheme
    ("torch.png", "torch.html", "", 1280, 1100, "light"),
    ("finding.png", "torch.html", "[data-text*='hardsigmoid']", 1280, 1180, "light"),
    ("jacobian.png", "faulty.html", "[data-text*='softmax'] .wide", 1280, 620, "light"),
    ("dark.png", "faulty.html", "[data-text*='accumulate-adds'] .wide", 1280, 560, "dark"),
    ("tape.png", "torch.html", "#tape", 1280, 900, "light"),
    ("narrow.png", "faulty.html", "", 400, 1100, "light"),
)


def harness(folder: Path, *arguments: str) -> None:
    """Run the command; its exit code says what was found, which is not the question here."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-m", "harness.cli", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 7):
        raise SystemExit(f"autograd-harness {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def make_torch(folder: Path) -> None:
    """Today's run, the one before, and the negative controls, on one page."""
    (folder / "known.json").write_bytes((ROOT / "baselines" / "torch-2.13.json").read_bytes())
    for name, seed in (("earlier", "2"), ("today", "1")):
        harness(folder, "verify", "--op", OPS, "--law", LAWS, "--seed", seed, "--baseline", "known.json", "--out", name)
    harness(folder, "selftest", "--law", "values|forward|linearity|form|sameness|tape", "--seed", "1", "--out", "power")
    harness(folder, "report", "today", "power", "--since", "earlier", "--html", str(HERE / "torch.html"))


def make_faulty(folder: Path) -> None:
    """A run with faults in values, one with faults of the tape, on one page."""
    for name, faults in FAULTS.items():
        backends = [part for fault in faults for part in ("--backend", f"faulty:{fault}:torch")]
        selected = ("--op", "tape", "--law", "tape") if name == "tape" else ("--op", "exp|softmax|matmul", "--law", "values|forward")
        harness(folder, "verify", *backends, *selected, "--seed", "1", "--out", name)
    harness(folder, "report", *FAULTS, "--html", str(HERE / "faulty.html"))


SHOW = """place => {
    const element = document.querySelector(place);
    (element.querySelector(".story") || element.closest(".story") || {}).open = true;
    document.querySelector(".bar").hidden = true;
    scrollTo(0, element.getBoundingClientRect().top + scrollY - 24);
}"""


def take_pictures() -> None:
    """What the pages look like."""
    with chromium() as browser:
        for name, page, selector, width, height, scheme in PICTURES:
            tab = Tab(browser, width, color_scheme=scheme)
            tab.page.set_viewport_size({"width": width, "height": height})
            tab.open(HERE / page)
            if selector:
                tab.page.evaluate(SHOW, selector)
            tab.page.screenshot(path=HERE / name, timeout=120_000)
            tab.close()


PAGES = {"torch": make_torch, "faulty": make_faulty}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        for page in sys.argv[1:] or PAGES:
            PAGES[page](Path(temporary))
        if EXECUTABLE:
            take_pictures()
