r"""Floats that JSON does not have, losslessly.

    nan, inf, -inf  <->  "nan", "inf", "-inf"            the text "nan"  <->  "\\nan"

A text that would read as such a word gets a backslash in front, so that both directions are exact for every value.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import msgspec

_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def to_plain(value: Any) -> Any:
    """`value` as finite numbers, encodable texts, lists and dicts.

    Fields of a Struct at their default are left out; NumPy scalars and arrays become numbers and lists; anything else becomes its `str`.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _escaped(str(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _word(value)
    if isinstance(value, dict):
        return {_encodable(str(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return _fields(value)
    return to_plain(value.tolist()) if hasattr(value, "tolist") else _escaped(str(value))


def from_plain(value: Any) -> Any:
    """What `to_plain` was given (with lists for tuples, sets and arrays)."""
    if isinstance(value, str):
        return _restored(value)
    if isinstance(value, dict):
        return {key: from_plain(item) for key, item in value.items()}
    return [from_plain(item) for item in value] if isinstance(value, list) else value


def _fields(struct: msgspec.Struct) -> dict[str, Any]:
    tag = struct.__struct_config__.tag
    plain: dict[str, Any] = {} if tag is None else {"type": tag}
    for name, default in _defaults(type(struct)):
        value = getattr(struct, name)
        if value is not default and value != default:
            plain[name] = to_plain(value)
    return plain


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """(name, default) of each field; a required field has a default that no value equals. `format` is always written."""
    return tuple((field.name, object() if field.required or field.name == "format" else _default(field)) for field in msgspec.structs.fields(kind))


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _word(value: float) -> str:
    return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")


def _escaped(text: str) -> str:
    return "\\" + text if text.lstrip("\\") in _WORDS else _encodable(text)


def _restored(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return text[1:] if text.startswith("\\") and text.lstrip("\\") in _WORDS else text


def _encodable(text: str) -> str:
    """A lone surrogate (a file name, a foreign message) has no UTF-8; it is spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
