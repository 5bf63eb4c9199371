"""What the reference tape offers beside recording and walking: training, and more, by the protocol that describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from harness.tape.checkpointing import Checkpointing
from harness.tape.compiling import Compiling
from harness.tape.custom_function import CustomFunctions
from harness.tape.lifetimes import Lifetimes
from harness.tape.mixed_precision import MixedPrecision
from harness.tape.modules import Modules
from harness.tape.optimizing import Optimizing
from harness.tape.reference.checkpointing import ReferenceCheckpointing
from harness.tape.reference.compiling import ReferenceCompiling
from harness.tape.reference.custom import ReferenceCustomFunctions
from harness.tape.reference.lifetimes import ReferenceLifetimes
from harness.tape.reference.modules import ReferenceModules
from harness.tape.reference.optimizing import ReferenceOptimizing
from harness.tape.reference.precision import ReferenceMixedPrecision
from harness.tape.reference.transforms import ReferenceTransforms
from harness.tape.transforming import Transforms

OFFERS: Mapping[Any, Callable[[Any], Any]] = MappingProxyType(
    {
        Optimizing: ReferenceOptimizing,
        CustomFunctions: ReferenceCustomFunctions,
        Transforms: ReferenceTransforms,
        Lifetimes: ReferenceLifetimes,
        Checkpointing: ReferenceCheckpointing,
        Modules: ReferenceModules,
        MixedPrecision: ReferenceMixedPrecision,
        Compiling: ReferenceCompiling,
    }
)
