"""Write the record of a run: one JSON object per line, flushed as it happens, so that a crash loses nothing but the line being written."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import msgspec

from harness.record.errors import RecordError, cause
from harness.record.events import Event
from harness.record.numbers import to_plain


def encode_event(event: Event) -> bytes:
    """The event as one line of JSON, newline included."""
    return msgspec.json.encode(to_plain(event)) + b"\n"


class RecordWriter:
    """The file of one worker. Use it as a context manager.

    Raises:
        RecordError: the file or its folder cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        except OSError as error:
            raise RecordError(f"cannot write the record {self.path}: {cause(error)}. Choose a folder that can be written with --out.") from None

    def write(self, event: Event) -> None:
        """Append one event and hand it to the operating system."""
        try:
            self._file.write(encode_event(event))
            self._file.flush()
        except OSError as error:
            raise RecordError(f"cannot go on writing the record {self.path}: {cause(error)}. What was written before stays readable.") from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> RecordWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
