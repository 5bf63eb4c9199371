"""The folder that a run leaves behind, and `latest` beside it.

reports/out/20261123-204329/   reports/out/latest -> 20261123-204329
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from harness.running.misuse import refuse

DEFAULT = Path("reports/out")
LATEST = "latest"


def default_folder() -> Path:
    """A new name under `reports/out`, after the time."""
    stem = datetime.now().strftime("%Y%m%d-%H%M%S")
    names = [stem, *(f"{stem}-{i}" for i in range(2, 100))]
    return DEFAULT / next(name for name in names if not (DEFAULT / name).exists())


def make_folder(folder: Path) -> None:
    """Make `folder`, and see that it can be written.

    Raises:
        Misuse: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        refuse("out", "a folder that can be written", str(folder), f"It is not ({(error.strerror or str(error)).lower()}); name another with --out.")


def point_latest_to(folder: Path) -> None:
    """Make `latest` beside a run under `reports/out` mean it; where the file system has no links, nothing."""
    if folder.parent != DEFAULT:
        return
    link = DEFAULT / LATEST
    with suppress(OSError):
        link.unlink(missing_ok=True)
        link.symlink_to(folder.name)


def run_folders() -> Iterator[Path]:
    """The folders of earlier runs here, `latest` first, then newest first."""
    yield DEFAULT / LATEST
    yield from sorted((each for each in DEFAULT.glob("*") if each.is_dir() and not each.is_symlink()), reverse=True)
