"""The imperative side of an autograd: what a tape may offer, and what its documentation promises."""

from harness.tape.interface import Tape

__all__ = ["Tape"]
