"""The larger parts of torch's tape, by the protocol that describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.backends.torch.offers import OFFERS
from harness.backends.torch.special_values import TorchAnomalies, TorchDrawing, TorchGaps
from harness.backends.torch.tape_memory import TorchAliasing, TorchDtypes, TorchLayouts, TorchLeaving, TorchSparseness, TorchWriting
from harness.backends.torch.tape_parts import TorchHookGroups, TorchHooking, TorchInferring, TorchSaving, TorchTracing, TorchWalking
from harness.tape.hooking import HookGroups, Hooking, Saving
from harness.tape.inferring import Inferring
from harness.tape.special_values import Anomalies, Drawing, Gaps
from harness.tape.tracing import Tracing
from harness.tape.walking import Walking
from harness.tape.writing import Aliasing, Dtypes, Layouts, Leaving, Sparseness, Writing

PARTS: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {
        Walking: TorchWalking,
        Hooking: TorchHooking,
        HookGroups: TorchHookGroups,
        Saving: TorchSaving,
        Tracing: TorchTracing,
        Inferring: TorchInferring,
        Writing: TorchWriting,
        Aliasing: TorchAliasing,
        Dtypes: TorchDtypes,
        Layouts: TorchLayouts,
        Leaving: TorchLeaving,
        Sparseness: TorchSparseness,
        Drawing: TorchDrawing,
        Gaps: TorchGaps,
        Anomalies: TorchAnomalies,
        **OFFERS,
    }
)
