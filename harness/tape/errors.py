"""What a tape refuses, by kind: the same deed is illegal everywhere, only the words differ.

kind = tape.refusal(error)      "freed", "modified", ...; "" when the backend cannot tell
"""

from __future__ import annotations

# Each kind, and the promise that it enforces.
REFUSALS = {
    "freed": "a graph whose saved values were freed cannot be walked again",
    "modified": "a value that backward needs was changed in place since it was saved",
    "leaf in place": "a leaf that requires grad, or a view of it, cannot be changed in place while recording",
    "non-leaf flag": "requires_grad of a computed value cannot be switched off; detach it",
    "no graph": "backward and grad start from values that require grad",
    "untracked input": "a gradient can be asked for values that require grad only",
    "unused input": "a gradient for an input that the output does not depend on has to be allowed",
    "empty inputs": "the list of inputs cannot be empty",
    "retain": "retain_grad is for values that require grad",
    "hook": "a hook is for values that require grad",
    "hook shape": "a hook returns a gradient of the shape that it was given",
    "cotangent shape": "a cotangent has the shape of its output",
    "cotangent dtype": "a cotangent has the dtype of its output",
    "cotangent count": "there are as many cotangents as outputs",
    "implicit cotangent": "only an output of one element has a cotangent by default",
    "gradient shape": "an assigned gradient has the shape of its leaf",
    "device": "all operands of an op are on one device",
    "view detach": "a view cannot be detached in place",
    "blind view": "a view taken while nothing was recorded cannot be changed in place while something is",
    "random": "what was drawn at random has no derivative",
    "pack": "a hook that packs a saved value does not change it in place",
    "slot hook": "a hook after a slot returns nothing",
    "slot hook place": "a hook after a slot is for leaves",
    "floating": "only floating point values can require grad",
    "materialize": "zeros for unused inputs cannot be asked for while unused inputs are not allowed",
    "checkpoint": "a function under a checkpoint saves the same values when it runs again",
    "checkpoint variant": "the variant of a checkpoint is named",
    "copy": "only a leaf can be copied deeply",
    "array": "a value that requires grad has to be detached before it leaves the tape as an array",
}


class Unsupported(Exception):
    """The backend says, on purpose, that it does not offer something. The message is one sentence; it becomes the reason in the record."""


class Refused(RuntimeError):
    """An illegal deed on the reference tape; `kind` is one of REFUSALS."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind}: {REFUSALS[kind]}.")
        self.kind = kind


class Died(RuntimeError):
    """The process behind a backend ended, or (`hung`) gave no answer in time; the message tells how."""

    def __init__(self, told: str, *, hung: bool) -> None:
        super().__init__(told)
        self.hung = hung
