"""Hypothesis strategies: shapes, dtypes, devices, layouts, values, programs and whole cases."""

from harness.strategies.cases import cases, edge_cases, programs
from harness.strategies.tensors import devices, dtypes, layouts, shapes, tensors

__all__ = ["cases", "devices", "dtypes", "edge_cases", "layouts", "programs", "shapes", "tensors"]
