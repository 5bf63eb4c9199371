"""A library that is too old for its adapter is told before the adapter stumbles over it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.backends import BackendError, load_backend, versions
from harness.backends.registry import OURS
from harness.backends.versions import OLDEST, too_old

PYPROJECT = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(OLDEST))
def test_the_oldest_version_is_the_one_that_the_extra_installs(name: str):
    assert re.search(rf'^{name} = \["[\w-]+(?:\[\w+\])?>=([\d.]+)"\]$', PYPROJECT, re.MULTILINE)[1] == OLDEST[name]


def test_every_backend_of_a_library_has_an_oldest_version():
    assert set(OLDEST) == set(OURS) - {"reference"}


@pytest.mark.parametrize(
    ("name", "installed", "told"),
    [
        ("jax", {"jax": "0.4.1"}, "jax 0.4.1 is installed, and the adapter needs 0.4.30 or newer; pip install --upgrade 'jax>=0.4.30'"),
        (
            "tensorflow",
            {"tensorflow-cpu": "2.9"},
            "tensorflow-cpu 2.9 is installed, and the adapter needs 2.16 or newer; pip install --upgrade 'tensorflow-cpu>=2.16'",
        ),
        ("jax", {"jax": "0.4.30"}, ""),
        ("torch", {"torch": "2.13.0+cpu"}, ""),
        ("jax", {}, ""),
        ("jax", {"jax": "built by hand"}, ""),
    ],
)
def test_a_version_that_is_too_old_is_told_with_its_remedy(name: str, installed: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(versions, "version", lambda distribution: installed.get(distribution) or missing(distribution))
    assert too_old(name) == told


def missing(distribution: str) -> str:
    raise versions.PackageNotFoundError(distribution)


def test_a_backend_that_is_too_old_is_refused_before_it_is_imported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(versions, "version", lambda distribution: "0.1")
    with pytest.raises(
        BackendError, match=r"backend 'paddle' cannot be used: paddlepaddle 0.1 is installed, and the adapter needs 3.0 or newer; pip"
    ):
        load_backend("paddle")
