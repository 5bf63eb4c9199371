"""What goes wrong with files of ours, told in one sentence with its remedy."""

from __future__ import annotations


class RecordError(Exception):
    """A record, case file or baseline that cannot be read or written. The text is a sentence for the user; it needs no traceback."""


def cause(error: OSError) -> str:
    """The operating system's own words, without its numbers: "permission denied"."""
    return (error.strerror or str(error)).lower()
