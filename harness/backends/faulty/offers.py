"""All faults of the larger parts of a tape: importing this registers them."""

from __future__ import annotations

from harness.backends.faulty import amp as amp
from harness.backends.faulty import checkpoint as checkpoint
from harness.backends.faulty import compiling as compiling
from harness.backends.faulty import contexts as contexts
from harness.backends.faulty import created as created
from harness.backends.faulty import custom as custom
from harness.backends.faulty import forward_mode as forward_mode
from harness.backends.faulty import lifetimes as lifetimes
from harness.backends.faulty import modules as modules
from harness.backends.faulty import optimizers as optimizers
from harness.backends.faulty import threads as threads
from harness.backends.faulty import transforms as transforms
