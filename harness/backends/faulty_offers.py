"""All faults of the larger parts of a tape: importing this registers them."""

from __future__ import annotations

from harness.backends import faulty_contexts as faulty_contexts
from harness.backends import faulty_custom as faulty_custom
from harness.backends import faulty_optimizers as faulty_optimizers
