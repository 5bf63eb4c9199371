"""What a tape may offer beyond the minimum: each method belongs to a feature, and raises Unsupported where the tape does not announce it.

tape.features >= {"views"}   =>   tape.view and tape.narrow do what they say
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from harness.tape.errors import Unsupported

FEATURES = {
    "inputs": "backward(inputs=): accumulate into these leaves only",
    "functional": "gradient(): gradients as results, no slot is touched",
    "higher_order": "backward and gradient with create_graph",
    "flags": "is_leaf, has_history, set_requires_grad",
    "retain_grad": "retain_grad, retains_grad: computed values keep their gradient",
    "slots": "slot, assign_grad, zero_grad: the gradient slot as an object",
    "detach": "detach: the same value without history",
    "in_place": "scale_in_place, add_in_place",
    "views": "view, narrow: other looks at the same memory",
    "version": "version: how often the memory was changed in place",
    "hooks": "hook: a function that sees, and may replace, a gradient on its way",
    "modes": "grad_mode: recording on or off as a context, nested at will; set_recording: at once",
    "mode_decorators": "what no_grad and grad_mode return also decorates functions and generators",
    "memory": "memory: which memory a handle looks into",
    "devices": "move: the same value on another device, differentiably",
    "refusals": "refusal: what kind of illegal deed an error is",
}

Hook = Callable[[Any], Any]  # gradient handle -> a handle that replaces it, or None
Handles = Sequence[Any]
Writer = Callable[[list[str], Mapping[str, str]], str]  # (arguments, options), all as source -> the deed as source
P = TypeVar("P")


class Features:
    """The optional half of a tape."""

    features: frozenset[str] = frozenset()
    writers: Mapping[str, Writer] = MappingProxyType({})  # how a person would write a deed in the library's own words, for scripts
    parts: Mapping[Any, Callable[[Any], Any]] = MappingProxyType({})  # the larger parts: protocols of harness.tape, and who makes one for a tape

    def part(self, kind: Callable[..., P]) -> P:
        """A larger part of the interface, described by the class `kind` in a module of its own: harness.tape.optimizing and others.

        Raises:
            Unsupported: the tape has none.
        """
        if kind not in self.parts:
            about = (kind.__doc__ or "").partition("\n")[0]
            raise Unsupported(f"this tape has no {kind.__name__} ({about.rstrip('.')}).")
        made: P = self.parts[kind](self)
        return made

    def gradient(
        self, output: Any, wrt: Handles, cotangent: Any = None, *, retain_graph: bool = False, create_graph: bool = False, allow_unused: bool = False
    ) -> tuple[Any, ...]:
        """Handles of (d output / d input)^T cotangent, one per input; None for an unused one where that is allowed."""
        self._lacks("functional")

    def is_leaf(self, handle: Any) -> bool:
        """Whether no recorded op made it."""
        self._lacks("flags")

    def has_history(self, handle: Any) -> bool:
        """Whether a recorded op made it."""
        self._lacks("flags")

    def set_requires_grad(self, handle: Any, flag: bool) -> None:
        """Freeze or unfreeze a leaf."""
        self._lacks("flags")

    def retain_grad(self, handle: Any) -> None:
        """Let a computed value keep its gradient."""
        self._lacks("retain_grad")

    def retains_grad(self, handle: Any) -> bool:
        """Whether a computed value keeps its gradient."""
        self._lacks("retain_grad")

    def slot(self, leaf: Any) -> Any:
        """The accumulated gradient itself, not a copy; None before the first."""
        self._lacks("slots")

    def assign_grad(self, leaf: Any, gradient: Any) -> None:
        """Put a handle into the gradient slot."""
        self._lacks("slots")

    def zero_grad(self, leaf: Any) -> None:
        """Zero the accumulated gradient in place, detached; None stays None."""
        self._lacks("slots")

    def detach(self, handle: Any) -> Any:
        """The same memory, a leaf that requires no grad."""
        self._lacks("detach")

    def scale_in_place(self, handle: Any, factor: float) -> None:
        """Multiply the memory by `factor`."""
        self._lacks("in_place")

    def add_in_place(self, handle: Any, other: Any) -> None:
        """Add `other` to the memory."""
        self._lacks("in_place")

    def view(self, handle: Any, shape: tuple[int, ...]) -> Any:
        """The same memory in another shape."""
        self._lacks("views")

    def narrow(self, handle: Any, start: int, stop: int) -> Any:
        """A look at handle[start:stop]."""
        self._lacks("views")

    def version(self, handle: Any) -> int:
        """How often the memory was changed in place; shared by all who look into it."""
        self._lacks("version")

    def hook(self, handle: Any, function: Hook) -> Callable[[], None]:
        """Call `function` with the gradient of `handle` whenever it is computed; what comes back removes the hook."""
        self._lacks("hooks")

    def grad_mode(self, recording: bool) -> AbstractContextManager[Any]:
        """A context in which ops are recorded, or not."""
        self._lacks("modes")

    def set_recording(self, recording: bool) -> None:
        """Switch recording on or off, now."""
        self._lacks("modes")

    def memory(self, handle: Any) -> int | None:
        """A number that two handles share exactly when they look into the same memory; None for one without elements."""
        self._lacks("memory")

    def move(self, handle: Any, device: str) -> Any:
        """The same value on another device."""
        self._lacks("devices")

    def device(self, handle: Any) -> str:
        """Where the value lies."""
        self._lacks("devices")

    def refusal(self, error: Exception) -> str:
        """Which of harness.tape.errors.REFUSALS the error is; "" where the tape cannot tell."""
        return ""

    def _lacks(self, feature: str) -> NoReturn:
        """Raises Unsupported, but for a feature that the tape announces: that is a promise broken."""
        if feature in self.features:
            raise RuntimeError(f"this tape announces the feature {feature!r} and does not have it: {FEATURES[feature]}.")
        raise Unsupported(f"this tape has no {feature} ({FEATURES[feature]}).")
