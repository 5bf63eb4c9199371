"""Independent estimates of a derivative, each with a bound on its own error. No oracle imports a backend."""

from harness.oracles.differentiate import differentiate
from harness.oracles.estimate import Estimate, Rung

__all__ = ["Estimate", "Rung", "differentiate"]
