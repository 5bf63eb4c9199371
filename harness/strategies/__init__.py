"""Hypothesis strategies: shapes, dtypes, devices, layouts, values, programs and whole cases."""

from harness.strategies.cases import cases, edge_cases, programs, random_cases
from harness.strategies.tensors import devices, dtypes, layouts, shapes, tensors

__all__ = ["cases", "devices", "dtypes", "edge_cases", "layouts", "programs", "random_cases", "shapes", "tensors"]
