"""What adapters did beside their work, a text for each backend, however many cells and workers saw it.

The adapter NAME breaks a promise. What was seen. Whether it was undone. The remedies. Where it was seen first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.record.events import Notice

UNDONE = "That was undone when the comparison or cell ended: no other depends on it."
LASTS = "That could not be undone: results after it may depend on it."


def sentences(notices: Iterable[Notice]) -> list[str]:
    """A text for each backend."""
    by_backend: dict[str, list[Notice]] = {}
    for notice in notices:
        by_backend.setdefault(notice.backend, []).append(notice)
    return [_text(backend, told) for backend, told in by_backend.items()]


def _text(backend: str, told: Sequence[Notice]) -> str:
    seen = " ".join(_seen([notice for notice in told if notice.lasts is lasts], became) for lasts, became in ((False, UNDONE), (True, LASTS))).strip()
    remedies = _once(notice.remedy for notice in told)
    promises = "a promise" if len(told) == 1 else f"{len(told)} of its promises"
    return f"The adapter {backend} breaks {promises}. {seen} {remedies} First seen in {told[0].cell}."


def _seen(told: Sequence[Notice], became: str) -> str:
    return f"{_once(notice.seen for notice in told)} {became}" if told else ""


def _once(texts: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(texts))
