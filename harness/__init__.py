"""autograd-harness: is this autograd right? Gradients against an oracle that knows its own error, and the semantics of the tape."""

__version__ = "0.1.0"
