"""Case files: `cases/<id>.json` beside the record, and the script that shows the same without us, `cases/<id>.py`.

A case is bytes with an id here; what the bytes mean is the program package's business. A reader names a case by its path, or by as many
first digits of its id as tell it apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from harness.record.errors import RecordError, cause

CASES = "cases"
NAMED = 3  # folders that an error names
_ID = re.compile(r"[0-9a-z]{4,64}")


def write_case(folder: str | Path, case: str, data: bytes, script: str = "") -> Path:
    """Write `data` as the case file of id `case` under `folder` (that of the record), its reproduction beside it where there is one; return the path.

    Raises:
        RecordError: the folder cannot be written.
        ValueError: `case` is no id.
    """
    if not _ID.fullmatch(case):
        raise ValueError(f"write_case(case=...) must be 4 to 64 lower-case letters and digits; got {case!r}. Use the case's own `id`.")
    path = Path(folder) / CASES / f"{case}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if script:
            path.with_suffix(".py").write_text(script, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise RecordError(f"cannot write the case file {path}: {cause(error)}. Choose a folder that can be written with --out.") from None
    return path


def find_case(reference: str, folders: Sequence[str | Path]) -> Path:
    """The case file that `reference` names: a path, or the first digits of an id, looked up in `folders` (of records), the first that has it.

    Raises:
        RecordError: no such file or case, or several cases begin so.
    """
    path = Path(reference)
    if path.suffix or len(path.parts) > 1:
        if path.is_file():
            return path
        raise RecordError(f"there is no case file {reference}. Give the path of a file in a {CASES} folder, or a case's id.")
    for folder in folders:
        found = sorted((Path(folder) / CASES).glob(f"{reference}*.json")) if reference and _ID.fullmatch(reference.ljust(4, "0")) else []
        if len(found) > 1:
            raise RecordError(f"{len(found)} cases begin with {reference}: {', '.join(each.stem for each in found[:4])}. Give more of the id.")
        if found:
            return found[0]
    searched = ", ".join(str(Path(folder) / CASES) for folder in folders[:NAMED]) or "no folder"
    searched += f" and {len(folders) - NAMED} more" if len(folders) > NAMED else ""
    raise RecordError(f"no case begins with {reference!r} (searched: {searched}). Give the path of its file, or name the run's folder with --out.")


def read_case(reference: str, folders: Sequence[str | Path] = ()) -> bytes:
    """The bytes of the case that `reference` names (see `find_case`).

    Raises:
        RecordError: it cannot be found or read.
    """
    path = find_case(reference, folders)
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"cannot read the case file {path}: {cause(error)}.") from None
