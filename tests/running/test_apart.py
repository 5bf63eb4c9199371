"""Calls in another process: answers and errors come back, and its death is told."""

from __future__ import annotations

import faulthandler
import os

import pytest

from harness.backends.protocol import Died
from harness.running.apart import Apart
from harness.running.misuse import Misuse


def refuse() -> None:
    raise Misuse("there is no such case.")


def test_a_process_that_ends_is_told_and_the_next_call_is_answered():
    with Apart() as apart:
        first = apart.call(os.getpid)
        assert first != os.getpid()
        with pytest.raises(Misuse, match=r"there is no such case\."):
            apart.call(refuse)
        with pytest.raises(Died, match=r"the process ended: Segmentation fault in .*process.py:\d+\)"):
            apart.call(faulthandler._sigsegv)
        with pytest.raises(Died, match=r"the process ended\.$"):
            apart.call(os._exit, 9)
        assert apart.call(os.getpid) != first
