"""A record with a poison in every text: each string of each event, names of fields that a backend chooses included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from harness.record import Event
from tests.record.examples import HOSTILE

SPARED = frozenset({"type", "verdict", "phase", "found"})  # words of our own; without them no section would have anything to say


def poisoned(events: Sequence[Event], poison: str = HOSTILE, spared: frozenset[str] = SPARED) -> list[Event]:
    """The events, each text of which ends in `poison`; equal texts stay equal, so that cells, cases and findings still belong together."""
    return [msgspec.structs.replace(event, **_spoilt(msgspec.structs.asdict(event), poison, spared)) for event in events]


def _spoilt(fields: dict[str, Any], poison: str, spared: frozenset[str]) -> dict[str, Any]:
    return {name: value if name in spared else _poisoned(value, poison, spared) for name, value in fields.items()}


def _poisoned(value: Any, poison: str, spared: frozenset[str]) -> Any:
    if isinstance(value, str):
        return value + poison
    if isinstance(value, list):
        return [_poisoned(each, poison, spared) for each in value]
    if isinstance(value, dict):
        spoilt = _spoilt(value, poison, spared)
        return spoilt | {f"{name}{poison}": each for name, each in spoilt.items()}
    return value
