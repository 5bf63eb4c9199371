"""The larger parts of the reference tape, by the protocol that describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.tape.hooking import Hooking, Saving
from harness.tape.reference.drawing import ReferenceDrawing
from harness.tape.reference.memory import ReferenceDtypes, ReferenceLeaving, ReferenceWriting
from harness.tape.reference.offers import OFFERS
from harness.tape.reference.walking import ReferenceHooking, ReferenceSaving, ReferenceTracing, ReferenceWalking
from harness.tape.special_values import Drawing
from harness.tape.tracing import Tracing
from harness.tape.walking import Walking
from harness.tape.writing import Dtypes, Leaving, Writing

PARTS: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {
        Walking: ReferenceWalking,
        Hooking: ReferenceHooking,
        Saving: ReferenceSaving,
        Tracing: ReferenceTracing,
        Writing: ReferenceWriting,
        Dtypes: ReferenceDtypes,
        Leaving: ReferenceLeaving,
        Drawing: ReferenceDrawing,
        **OFFERS,
    }
)
