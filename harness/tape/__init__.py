"""The imperative side of an autograd: what a tape may offer, and what its documentation promises."""

from harness.tape.errors import REFUSALS, Refused, Unsupported
from harness.tape.features import FEATURES
from harness.tape.interface import Tape
from harness.tape.reference.tape import ReferenceTape

__all__ = ["FEATURES", "REFUSALS", "ReferenceTape", "Refused", "Tape", "Unsupported"]
