"""What torch's tape offers beside recording and walking: training, and more, by the protocol that describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.backends.torch_amp import TorchMixedPrecision
from harness.backends.torch_checkpoint import TorchCheckpointing
from harness.backends.torch_compiling import TorchCompiling
from harness.backends.torch_custom import TorchCustomFunctions
from harness.backends.torch_forward_mode import TorchForwardMode
from harness.backends.torch_layers import TorchModules
from harness.backends.torch_lifetimes import TorchLifetimes
from harness.backends.torch_optim import TorchOptimizing
from harness.backends.torch_transforms import TorchTransforms
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
