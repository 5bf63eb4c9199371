"""What a function is to be called with, as a person writes it on a command line.

    NAME: DTYPE[DIM, ...] [in (LOW, HIGH) | > LOW | < HIGH]

A DIM is a number or a symbol; the same symbol is the same size everywhere. `int64[n] < k` draws indices, 0 <= i < k, and k may be a symbol too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

DTYPES = ("float64", "float32", "float16", "bfloat16", "complex128", "complex64", "int64", "int32", "bool")
GRAMMAR = "NAME: DTYPE[DIM, ...], and perhaps 'in (LOW, HIGH)', '> LOW' or '< HIGH'"
_TOKEN = re.compile(r"\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<sign>[:\[\],()<>])|(?P<other>\S))")

Size = int | str


class UnreadableInput(ValueError):
    """An input that does not follow the grammar; the message is one sentence that points at the place."""


@dataclass(frozen=True)
class Input:
    """One argument: its dims (numbers or symbols), and the open interval that its values lie in (for integers `low <= i < high`)."""

    name: str
    dtype: str
    dims: tuple[Size, ...] = ()
    low: float = float("-inf")
    high: float | str = float("inf")

    @property
    def is_integer(self) -> bool:
        return self.dtype.startswith("int")


def read_input(text: str) -> Input:
    """The input that `text` describes.

    Raises:
        UnreadableInput: it describes none.
    """
    return _Reader(text).input()


class _Reader:
    """The tokens of one text, from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._tokens = [(match.lastgroup or "", match[match.lastgroup or 0], match.start(match.lastgroup or 0)) for match in _TOKEN.finditer(text)]

    def input(self) -> Input:
        name = self._take("word", "a name")
        self._sign(":")
        dtype = self._dtype()
        dims = self._dims() if self._next() == "[" else ()
        low, high = self._domain(dtype)
        if self._next():
            self._refuse("nothing more")
        return Input(name, dtype, dims, low, high)

    def _dtype(self) -> str:
        word = self._next()
        if word not in DTYPES:
            close = get_close_matches(word, DTYPES, n=1)
            self._refuse(f"a dtype ({', '.join(DTYPES)})", f"Did you mean {close[0]}?" if close else "")
        return self._take("word", "a dtype")

    def _dims(self) -> tuple[Size, ...]:
        self._sign("[")
        dims: list[Size] = []
        while self._next() != "]":
            if dims:
                self._sign(",")
            dims.append(self._size())
        self._sign("]")
        return tuple(dims)

    def _size(self) -> Size:
        if not (self._next().isdecimal() or self._next().isidentifier()):
            self._refuse("a size: a number or a symbol")
        word = self._advance()
        return int(word) if word.isdecimal() else word

    def _domain(self, dtype: str) -> tuple[float, float | str]:
        """(low, high) of what follows the dims."""
        low, high = 0.0 if dtype.startswith("int") else float("-inf"), float("inf")
        sign = self._next()
        if not sign:
            return low, high
        if dtype == "bool" or dtype.startswith("complex"):
            self._refuse(f"nothing more: values of {dtype} have no order")
        if sign == "in":
            return self._interval()
        if sign not in ("<", ">"):
            self._refuse("'in (LOW, HIGH)', '> LOW' or '< HIGH'")
        self._advance()
        if sign == ">":
            return self._number(), high
        return low, self._advance() if self._next().isidentifier() else self._number()

    def _interval(self) -> tuple[float, float]:
        self._advance()
        self._sign("(")
        low = self._number()
        self._sign(",")
        high = self._number()
        if not low < high:
            self._at -= 1
            self._refuse(f"a number above {low:g}")
        self._sign(")")
        return low, high

    def _number(self) -> float:
        return float(self._take("number", "a number"))

    def _sign(self, sign: str) -> None:
        if self._next() != sign:
            self._refuse(f"{sign!r}")
        self._advance()

    def _take(self, kind: str, what: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            self._refuse(what)
        return self._advance()

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _advance(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _refuse(self, wanted: str, remedy: str = "") -> NoReturn:
        """Say what was wanted, and where."""
        column = self._tokens[self._at][2] if self._at < len(self._tokens) else len(self._text)
        seen = f"got {self._next()!r}" if self._next() else "the text ends"
        remedy = remedy or f"Write {GRAMMAR}."
        raise UnreadableInput(f"--input {self._text!r} must have {wanted} at column {column + 1}; {seen}. {remedy}")
