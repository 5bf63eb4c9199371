"""What `import harness` costs its user: nothing that they did not ask for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "jax", "tensorflow", "mlx", "hypothesis", "pytest", "scipy", "jinja2", "rich", "click")


def loaded_by(statement: str) -> set[str]:
    """The top-level packages in `sys.modules` after `statement` in a fresh interpreter."""
    script = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("package", HEAVY)
def test_import_harness_loads_no_heavy_package(package: str, after_import: set[str]):
    assert package not in after_import


def test_the_list_of_loaded_packages_would_show_a_heavy_one():
    assert "jinja2" in loaded_by("import jinja2")


def test_the_laws_load_without_hypothesis_pytest_or_a_framework():
    assert not loaded_by("from properties.laws import laws; laws()") & {"hypothesis", "pytest", "torch", "jax"}


def test_the_reports_load_nothing_of_the_mathematics():
    assert not loaded_by("import reports") & {"torch", "hypothesis", "pytest", "properties", "scipy"}


@pytest.fixture(scope="module")
def after_import() -> set[str]:
    return loaded_by("import harness")
