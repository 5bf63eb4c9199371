"""What adapters did beside their work, a text for each backend, however many cells and workers saw it.

The adapter NAME breaks a promise. What was seen. That it was undone. The remedies. Where it was seen first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.record.events import Notice

UNDONE = "That was undone each time, so that the results stand."


def sentences(notices: Iterable[Notice]) -> list[str]:
    """A text for each backend."""
    by_backend: dict[str, list[Notice]] = {}
    for notice in notices:
        by_backend.setdefault(notice.backend, []).append(notice)
    return [_text(backend, told) for backend, told in by_backend.items()]


def _text(backend: str, told: Sequence[Notice]) -> str:
    seen, remedies = (" ".join(dict.fromkeys(getattr(notice, name) for notice in told)) for name in ("seen", "remedy"))
    promises = "a promise" if len(told) == 1 else f"{len(told)} of its promises"
    return f"The adapter {backend} breaks {promises}. {seen} {UNDONE} {remedies} First seen in {told[0].cell}."
