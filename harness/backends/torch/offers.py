"""What torch's tape offers beside recording and walking: training, and more, by the protocol that describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.backends.torch.amp import TorchMixedPrecision
from harness.backends.torch.checkpoint import TorchCheckpointing
from harness.backends.torch.compiling import TorchCompiling
from harness.backends.torch.custom import TorchCustomFunctions
from harness.backends.torch.forward_mode import TorchForwardMode
from harness.backends.torch.layers import TorchModules
from harness.backends.torch.lifetimes import TorchLifetimes
from harness.backends.torch.optim import TorchOptimizing
from harness.backends.torch.transforms import TorchTransforms
from harness.tape.checkpointing import Checkpointing
from harness.tape.compiling import Compiling
from harness.tape.custom_function import CustomFunctions
from harness.tape.forward_mode import ForwardMode
from harness.tape.lifetimes import Lifetimes
from harness.tape.mixed_precision import MixedPrecision
from harness.tape.modules import Modules
from harness.tape.optimizing import Optimizing
from harness.tape.transforming import Transforms

OFFERS: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {
        Optimizing: TorchOptimizing,
        CustomFunctions: TorchCustomFunctions,
        Transforms: TorchTransforms,
        ForwardMode: TorchForwardMode,
        Lifetimes: TorchLifetimes,
        Checkpointing: TorchCheckpointing,
        MixedPrecision: TorchMixedPrecision,
        Compiling: TorchCompiling,
        Modules: TorchModules,
    }
)
