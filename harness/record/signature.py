"""A finding's signature: what one bug has in common in all the cells and cases that it breaks.

    law | op | kind of error | regime                 vjp-agrees | softmax | factor | ties

Numbers are left out (the next run finds the same bug at another point), dtype and device too (one bug breaks many of them).
"""

from __future__ import annotations

import re

SEPARATOR = " | "
_NUMBER = re.compile(r"0x[0-9a-f]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_WORD = re.compile(r"[^a-z0-9#]+")
_LONGEST_KIND = 60


def signature(law: str, op: str, kind: str, regime: str = "") -> str:
    """The text that groups findings. `kind` is the diagnosed pattern, or the reason or exception in words; empty parts at the end are left out."""
    parts = [_one_line(law), _one_line(op), _stable(kind), _stable(regime)]
    while parts and not parts[-1]:
        parts.pop()
    return SEPARATOR.join(parts)


def parts_of(text: str) -> tuple[str, str]:
    """(law, op) of a signature; "*" for a part that it does not have."""
    law, op, *_ = [*text.split(SEPARATOR), "*", "*"]
    return law or "*", op or "*"


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _stable(text: str) -> str:
    """Lower-case words with every number as #: "off by the factor 2.0" and "... 1.9999" are one kind."""
    return _WORD.sub(" ", _NUMBER.sub("#", text).lower()).strip()[:_LONGEST_KIND].strip()
