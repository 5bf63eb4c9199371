"""What a cell came to, in pytest's terms.

HOLDS passes, BROKEN fails (known: expected to fail), UNSUPPORTED and INSUFFICIENT EVIDENCE are skipped with their reason
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.running.cell import Outcome

PROPERTY = "autograd"  # the user property of a test report that tells a cell's outcome to the main process


def told(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain data, small enough to be sent for every cell."""
    ended, finding = outcome.ended, outcome.finding
    return {
        "cell": ended.cell,
        "verdict": ended.verdict,
        "reason": ended.reason,
        "counts": msgspec.to_builtins(ended.counts),
        "title": finding.title if finding else "",
        "text": finding.text if finding else "",
        "known": finding.known if finding else None,
        "notices": [(notice.backend, notice.seen, notice.lasts) for notice in outcome.notices],
    }


def report(outcome: Outcome) -> None:
    """End the test item accordingly."""
    finding, ended = outcome.finding, outcome.ended
    if finding and finding.known is not None:
        pytest.xfail(f"known: {finding.known}")
    if finding:
        pytest.fail(finding.text, pytrace=False)
    if ended.verdict != "HOLDS":
        pytest.skip(f"{ended.verdict}: {ended.reason}")
