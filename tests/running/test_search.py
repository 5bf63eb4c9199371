"""How long a search may take: the work of this process counts, a busy machine does not."""

from __future__ import annotations

import pytest

from harness.running import search
from harness.running.search import WAITING, Deadline


@pytest.mark.parametrize(("work", "clock", "passed"), [(0.9, 0.9, False), (1.1, 1.1, True), (0.1, 0.9 * WAITING, False), (0.1, 1.1 * WAITING, True)])
def test_deadline_counts_work_and_bounds_waiting(monkeypatch, work, clock, passed):
    monkeypatch.setattr(search, "process_time", lambda: 5.0)
    monkeypatch.setattr(search, "monotonic", lambda: 100.0)
    deadline = Deadline(1.0)
    monkeypatch.setattr(search, "process_time", lambda: 5.0 + work)
    monkeypatch.setattr(search, "monotonic", lambda: 100.0 + clock)
    assert deadline.passed is passed
