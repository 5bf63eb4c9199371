"""All faults of the larger parts of a tape: importing this registers them."""

from __future__ import annotations

from harness.backends import faulty_amp as faulty_amp
from harness.backends import faulty_checkpoint as faulty_checkpoint
from harness.backends import faulty_compiling as faulty_compiling
from harness.backends import faulty_contexts as faulty_contexts
from harness.backends import faulty_created as faulty_created
from harness.backends import faulty_custom as faulty_custom
from harness.backends import faulty_forward_mode as faulty_forward_mode
from harness.backends import faulty_lifetimes as faulty_lifetimes
from harness.backends import faulty_modules as faulty_modules
from harness.backends import faulty_optimizers as faulty_optimizers
from harness.backends import faulty_threads as faulty_threads
from harness.backends import faulty_transforms as faulty_transforms
