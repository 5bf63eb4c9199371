"""Hypothesis strategies: shapes, dtypes, devices, layouts, values, programs and whole cases."""

from harness.strategies.cases import cases, programs, random_cases
from harness.strategies.edges_first import edge_cases
from harness.strategies.tensors import devices, dtypes, layouts, shapes, tensors

__all__ = ["cases", "devices", "dtypes", "edge_cases", "layouts", "programs", "random_cases", "shapes", "tensors"]
