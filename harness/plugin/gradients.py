"""The fixture `gradients`: the public face with the run's seed and the test's marker filled in.

def test_gelu(gradients):
    gradients.assert_(gelu, x)
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from harness import Report, assert_gradients, check_gradients
from harness.plugin.options import given
from harness.running.misuse import Misuse, integer_in, seconds_in
from harness.running.search import seed_of


@dataclass(frozen=True)
class Gradients:
    """`check` and `assert_` are harness.check_gradients and harness.assert_gradients.

    Arguments of the call win over those of the marker, and these over the run's.
    """

    defaults: Mapping[str, Any]

    def check(self, function: Any, *primals: Any, **arguments: Any) -> Report:
        """A report, whatever it says."""
        return check_gradients(function, *primals, **{**self.defaults, **arguments})

    def assert_(self, function: Any, *primals: Any, **arguments: Any) -> Any:
        """Fail the test where a law does not hold."""
        return assert_gradients(function, *primals, **{**self.defaults, **arguments})


def gradients_for(request: pytest.FixtureRequest) -> Gradients:
    """The fixture's value in one test: the seed is the run's, mixed with the test's name."""
    asked, marker = given(request.config), request.node.get_closest_marker("gradients")
    try:
        run = integer_in("seed", asked["seed"]) if asked["seed"] else _seed_of_session(request.config)
        limit = {"max_time": seconds_in("max-time", asked["max-time"])} if asked["max-time"] else {}
    except Misuse as error:
        raise pytest.UsageError(str(error)) from None
    seed = seed_of(run, request.node.nodeid) % 2**32
    request.node.add_report_section("setup", "autograd-harness", f"the same numbers again: --autograd-seed {run}")
    backend = {"backend": asked["backend"][0]} if len(asked["backend"]) == 1 else {}
    return Gradients({"seed": seed, **backend, **limit, **(marker.kwargs if marker else {})})


def _seed_of_session(config: pytest.Config) -> int:
    """Fresh per session; with pytest-xdist the same for all workers."""
    if _KEY not in config.stash:
        shared = getattr(config, "workerinput", {}).get("testrunuid")
        config.stash[_KEY] = seed_of(0, shared) % 2**32 if shared else secrets.randbits(32)
    return config.stash[_KEY]


_KEY = pytest.StashKey[int]()
