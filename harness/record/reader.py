"""Read a record back, as far as it goes.

A run that was killed leaves half a line at its end, a newer harness leaves fields and events that this one does not know: both are read past. A file
that is no record, or one of a newer format, is told apart in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

from harness.record.errors import RecordError, cause
from harness.record.events import RECORD_FORMAT, Event, RunStarted
from harness.record.numbers import from_plain

_KINDS = {kind.__struct_config__.tag: kind for kind in get_args(Event)}
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_NAN, _INFINITE = b'nan"', b'inf"'
FILE_NAME = "record.ndjson"


def read_events(path: str | Path) -> Iterator[Event]:
    """The events of a record, in order; `path` is the file or the folder of a run.

    Raises:
        RecordError: the file cannot be read, is no record, is damaged before its last line, or has a newer format.
    """
    path = Path(path)
    path = path / FILE_NAME if path.is_dir() else path
    try:
        with path.open("rb") as lines:
            yield from _events(path, lines)
    except OSError as error:
        raise RecordError(f"cannot read the record {path}: {cause(error)}. Give the path of a {FILE_NAME}, or of the folder that holds it.") from None


def _events(path: Path, lines: Iterator[bytes]) -> Iterator[Event]:
    first = next(lines, b"")
    yield _run_started(path, first)
    for number, line in enumerate(lines, start=2):
        event = _plain_event(line) or _event(path, number, line)
        if event is not None:
            yield event


def _plain_event(line: bytes) -> Event | None:
    """The event of an ordinary line, as almost all are; None where it needs a closer look."""
    if _NAN in line or _INFINITE in line:
        return None
    try:
        return _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _run_started(path: Path, line: bytes) -> RunStarted:
    """The first line, which says whether this is a record at all."""
    foreign = f"{path} is not a record of autograd-harness: its first line does not say what was run. Give the path of a {FILE_NAME}."
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RecordError(foreign) from None
    if not isinstance(fields, dict) or fields.get("type") != "run" or not isinstance(fields.get("format"), int):
        raise RecordError(foreign)
    if fields["format"] > RECORD_FORMAT:
        raise RecordError(f"{path} has record format {fields['format']}, this harness reads up to {RECORD_FORMAT}. Upgrade autograd-harness.")
    run: RunStarted = _typed(path, 1, fields, RunStarted)
    return run


def _event(path: Path, number: int, line: bytes) -> Event | None:
    """One further line; None for an event of a kind that this version does not know, a blank line, or a last line that was cut off."""
    if not line.strip():
        return None
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if not line.endswith(b"\n"):
            return None
        raise RecordError(f"line {number} of {path} is damaged ({error}). Delete that line to read the rest.") from None
    kind = _KINDS.get(fields.get("type")) if isinstance(fields, dict) else None
    return None if kind is None else _typed(path, number, fields, kind)


def _typed(path: Path, number: int, fields: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(from_plain(fields), kind)
    except msgspec.ValidationError as error:
        raise RecordError(f"line {number} of {path} is not a valid {fields['type']} event ({error}). Delete that line to read the rest.") from None
