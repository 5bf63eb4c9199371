"""The catalogue of differentiable ops: per op its domain, kinks, parameters, shape rule, NumPy reference and source."""

from harness.ops.catalogue import catalogue, lookup
from harness.ops.choose import Choose, DoesNotFit
from harness.ops.domain import Domain
from harness.ops.op import Op, Operand, apply_reference

__all__ = ["Choose", "DoesNotFit", "Domain", "Op", "Operand", "apply_reference", "catalogue", "lookup"]
