"""torch.autograd.forward_ad as a part of torch's tape.

Source: https://docs.pytorch.org/docs/stable/autograd.html#forward-mode-automatic-differentiation
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from torch.autograd import forward_ad

from harness.backends.torch.routes import load_forward_mode
from harness.tape.forward_mode import ForwardMode


class TorchForwardMode(ForwardMode):
    """make_dual and unpack_dual."""

    def __init__(self, tape: object) -> None:
        """Nothing is asked of the tape."""
        load_forward_mode()

    def level(self) -> AbstractContextManager[Any]:
        """`dual_level()`."""
        return forward_ad.dual_level()

    def dual(self, primal: Any, tangent: Any) -> Any:
        """`make_dual`."""
        return forward_ad.make_dual(primal, tangent)

    def parts(self, handle: Any) -> tuple[Any, Any]:
        """`unpack_dual`."""
        primal, tangent = forward_ad.unpack_dual(handle)
        return primal, tangent
