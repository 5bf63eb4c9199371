"""The larger parts of the reference tape, by the protocol that describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.tape.reference_offers import OFFERS

PARTS: Mapping[type, Callable[[Any], Any]] = MappingProxyType({**OFFERS})
