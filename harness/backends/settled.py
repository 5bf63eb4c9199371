"""What is global in a library: told, left after an exception, brought back.

restore(s) after s = settings() and any change: settings() = s
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Settled:
    """The part of a backend that answers for its library's global state; by default there is none."""

    def settings(self) -> Mapping[str, Any]:
        """What is global in the library (default dtype, grad mode, random state), by name, to be compared: an adapter leaves it as it was."""
        return {}

    def reset(self) -> None:
        """Restore global state (grad mode, default dtype) after an exception."""

    def restore(self, settings: Mapping[str, Any]) -> None:
        """Bring back what `settings()` told before something changed it; by default by `reset()`."""
        self.reset()
