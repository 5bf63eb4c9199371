"""How numbers, durations, verdicts and other people's texts read, in every format."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

SYMBOLS = {
    "HOLDS": "✓",
    "BROKEN": "✕",
    "CRASHED": "↯",
    "HUNG": "∞",
    "ERRORED": "!",
    "INSUFFICIENT EVIDENCE": "◔",
    "INCONCLUSIVE": "?",
    "UNSUPPORTED": "–",
    "INTERRUPTED": "‖",
}
MEANINGS = {
    "HOLDS": "the law held in every comparison, and there were enough of them",
    "BROKEN": "the backend contradicts the law by more than the oracle's error bound",
    "CRASHED": "the process died in this cell",
    "HUNG": "no answer within the time limit",
    "ERRORED": "the harness or the backend raised where it should have answered",
    "INSUFFICIENT EVIDENCE": "nothing broke, but there were too few valid comparisons to say that it holds",
    "INCONCLUSIVE": "the oracle could not decide: a kink, noise, a domain's edge",
    "UNSUPPORTED": "the backend does not offer what the law needs",
    "INTERRUPTED": "the run stopped before its end",
}
DEFECTS = {
    "wrong": "a value, NaN or exception that no choice at a kink or a tie explains",
    "semantics": "what backward does to the world",
    "convention": "a kink or a tie, where several answers can be defended",
    "precision": "right, but to fewer digits than there should be",
}
_LONGEST = 20_000


def symbol(verdict: str, known: bool = False) -> str:
    """The verdict's sign; a known finding has its own, for colour alone says nothing."""
    return "⊗" if known else SYMBOLS.get(verdict, "!")


def slug(verdict: str) -> str:
    """The verdict as the name of a style."""
    return verdict.lower().replace(" ", "-") if verdict in SYMBOLS else "errored"


def visible(value: Any) -> Any:
    """A foreign text with nothing hidden in it: control characters, bidi marks and lone surrogates are spelled out, a very long one is cut."""
    if type(value) is not str:
        return value
    text = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}\n… {len(value) - _LONGEST:,} more characters are in the record"
    return text if text.isprintable() else "".join(_spelled(letter) for letter in text)


def _spelled(letter: str) -> str:
    hidden = letter not in "\n\t" and unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return f"⟨U+{ord(letter):04X}⟩" if hidden else letter


def one_line(text: str, width: int = 160) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def as_number(value: Any) -> float | None:
    """`value` where it is a number (NaN and infinities are), else None."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def number(value: Any, digits: int = 3) -> str:
    """A measured value: three significant digits, or the digits asked for."""
    size = as_number(value)
    return ("" if value is None else str(value)) if size is None else f"{size:.{digits}g}"


def brief_number(value: float) -> str:
    """At most five or six letters: 0.25, 1.5e3, 1e-4."""
    told = f"{value:.2g}"
    short = f"{value:.0e}" if len(told.lstrip("-")) > 5 else told
    return re.sub(r"e([+-])0*", lambda found: "e" + found[1].strip("+"), short)


def power(exponent: float) -> str:
    """The number 10^exponent as the axis of a chart labels it: 1e-6, or 1, 10, 100."""
    return f"{10**exponent:g}" if 0 <= exponent <= 3 else f"1e{exponent:g}"


def count(value: int) -> str:
    return f"{value:,}"


def brief_count(value: int) -> str:
    """At most four letters: 940, 1.2k, 35k, 1.2M."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if value >= size:
            return f"{value / size:.1f}{unit}" if value < 9.95 * size else f"{value / size:.0f}{unit}"
    return str(value)


def plural(value: int, noun: str, nouns: str = "") -> str:
    return f"{value:,} {noun if value == 1 else nouns or noun + 's'}"


def duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02d}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def memory(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB" if size else "not measured"
