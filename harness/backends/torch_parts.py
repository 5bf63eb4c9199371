"""The larger parts of torch's tape, by the protocol that describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.backends.torch_offers import OFFERS

PARTS: Mapping[type, Callable[[Any], Any]] = MappingProxyType({**OFFERS})
