"""The parts of the pytest plugin; `harness.pytest_plugin` loads them when they are needed, never in a suite that does not use them."""
