"""The scripts of docs/findings-frameworks.md run, where their library is installed, and print what their comments say."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "findings-frameworks.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
SCRIPTS = [pytest.param(heading, code, id=heading) for heading, body in SECTIONS for code in re.findall(r"```py\n(.*?)```", body, re.DOTALL)]


@pytest.mark.slow
@pytest.mark.parametrize(("heading", "code"), SCRIPTS)
def test_a_finding_is_shown_without_the_harness(heading: str, code: str):
    library = heading.split(":")[0]
    if find_spec(library) is None:
        pytest.skip(f"{library} is not installed; make verify-backends BACKENDS={library} makes an environment for it")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode < 0 if "kills the process" in heading else done.returncode == 0, done.stderr
    for said in re.findall(r"^print\([^\n]*# (-?[\d.e-]+)(?:$| |;)", code, re.MULTILINE):
        assert said.rstrip(".") in done.stdout


def test_every_finding_of_the_table_has_its_section():
    anchors = {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading, _ in SECTIONS}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) == anchors
