"""The pytest plugin: options, the marker and the fixture `gradients`, and the cells of the properties suite.

It is installed into other people's suites, where it must cost nothing: only pytest and the standard library are loaded until a test asks for more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.plugin import options

if TYPE_CHECKING:
    from harness.plugin.gradients import Gradients
    from harness.plugin.suite import Suite

MARKER = "gradients(**arguments): arguments that the fixture `gradients` passes to harness.check_gradients, such as laws='all' or probes=3"
_KEY = pytest.StashKey["Suite"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; tell wrong names before anything is collected, and before workers start."""
    config.addinivalue_line("markers", MARKER)
    if not hasattr(config, "workerinput") and _asks_for_properties(config):
        suite_of(config)


def suite_of(config: pytest.Config) -> Suite:
    """The run of the properties suite in this process, made when it is first asked for."""
    if _KEY not in config.stash:
        from harness.plugin.suite import make_suite  # loads the laws: only for those who run them

        config.stash[_KEY] = make_suite(config)
        config.pluginmanager.register(config.stash[_KEY], "autograd-suite")
    return config.stash[_KEY]


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: Any) -> list[pytest.Item] | None:
    """The cells of the properties suite in the place of the one function that runs them."""
    if name != getattr(collector.obj, "AUTOGRAD_CELLS", None):
        return None
    from harness.plugin.item import cell_items  # loads the laws: only for those who run them

    return list(cell_items(collector, name, obj, suite_of(collector.config)))


@pytest.fixture
def gradients(request: pytest.FixtureRequest) -> Gradients:
    """`gradients.check(f, *primals)` and `gradients.assert_(f, *primals)`: check_gradients and assert_gradients with the run's seed."""
    from harness.plugin.gradients import gradients_for  # loads the harness: only for those who use the fixture

    return gradients_for(request)


def _asks_for_properties(config: pytest.Config) -> bool:
    return any(argument.split("::")[0].split("/")[0] == "properties" for argument in config.args)
