"""Somebody's own adapter, tried in a process of its own first: one that ends its process, or never comes back, must not take the command with it.

ended("mypkg.adapter:Backend", LOADING)  ->  ""          "exited with code 5 when it was loaded"

Only that is told here; what else is wrong with an adapter is told by who loads it afterwards.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from harness.backends.process.worker import ending
from harness.running.last_words import frames

LOADING, USING = "load_backend(name)", "conformance(load_backend(name))"
_WHEN = {LOADING: "when it was loaded", USING: "while its promises were checked"}
SECONDS = 120.0  # a framework's import on a loaded machine, and a check that takes less than ten elsewhere
_TRIED = "AUTOGRAD_HARNESS_TRIED"  # in the environment: the workers of a run need not find out again
_CHILD = """
import faulthandler, sys
from harness.backends import load_backend
from harness.backends.conformance import conformance
name, seconds = sys.argv[1], float(sys.argv[2])
faulthandler.enable()
faulthandler.dump_traceback_later(0.7 * seconds)
try:
    %s
except BaseException:  # told by who asks next
    pass
faulthandler.cancel_dump_traceback_later()
print("alive", file=sys.__stdout__, flush=True)
"""


def is_own(name: str) -> bool:
    """Whether `name` is somebody's `package.module:Object` in this environment."""
    return ":" in name and "@" not in name and not name.startswith(("faulty:", "process:"))


def ended(name: str, deed: str, seconds: float = SECONDS) -> str:
    """How a process that does `deed` (LOADING, USING) with the adapter `name` ended, as a part of a sentence; empty where it went on."""
    key = f"{deed} {name}"
    tried = msgspec.json.decode(os.environ.get(_TRIED, "{}"), type=dict[str, str])
    if key not in tried:
        tried[key] = _ended(name, deed, seconds)
        os.environ[_TRIED] = msgspec.json.encode(tried).decode()
    return tried[key]


def _ended(name: str, deed: str, seconds: float) -> str:
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    command = [sys.executable, "-c", _CHILD % deed, name, str(seconds)]
    try:
        done = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as late:
        return f"gave no answer in {seconds:g} s {_WHEN[deed]}{_place(late.stderr)}"
    return "" if done.stdout.rstrip().endswith(b"alive") else f"{ending(done.returncode)} {_WHEN[deed]}{_place(done.stderr)}"


def _place(stderr: bytes | None) -> str:
    """The innermost line that is none of Python's own or of an installed package, as the last dump of the stack has it."""
    stack = frames((stderr or b"").decode("utf-8", "replace"))
    file, line, _ = next((frame for frame in stack if not frame[0].startswith((sys.base_prefix, sys.prefix))), ("", "", ""))
    return f", at {Path(file).name}, line {line}" if file else ""
