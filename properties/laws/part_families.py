"""The families whose laws look at a larger part of a tape, or at it from several threads, in the order in which they are listed."""

from __future__ import annotations

PART_FAMILIES = (
    "optimizers",
    "zeroing",
    "stepping",
    "training",
    "custom_functions",
    "custom_contexts",
    "custom_lifetimes",
    "transforms",
    "transforms_arguments",
    "transforms_forward",
    "forward_mode",
    "higher_order",
    "memory",
    "memory_cycles",
    "threads",
    "checkpointing",
    "replayed",
    "mixed_precision",
    "compiled_ops",
    "products",
    "modules",
    "modules_state",
    "compiling",
)
