"""Faults of created graphs: gradients that are differentiable, but not by everything that they depend on."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.backends.faulty.tape import WrappedTape, tape_fault


@tape_fault("gradient-always-creates", "every gradient as a result is differentiable", control=True)
class AlwaysCreates(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, create_graph: bool = False, **options: Any) -> Any:
        return self.inner.gradient(output, wrt, cotangent, create_graph=True, **options)


@tape_fault("created-once", "from the third derivative on a gradient is halved", control=True)
class CreatedOnce(WrappedTape):
    created = 0

    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, create_graph: bool = False, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, create_graph=create_graph, **options)
        self.created += create_graph
        return tuple(self.inner.apply("multiply", g, 0.5) for g in found) if create_graph and self.created > 2 else found


@tape_fault("created-forgets-cotangent", "a gradient with a created graph does not depend on its cotangent", control=True)
class ForgetsCotangent(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, **options: Any) -> Any:
        given = cotangent if cotangent is None or isinstance(cotangent, np.ndarray) else self.inner.value(cotangent)
        return self.inner.gradient(output, wrt, given, **options)


@tape_fault("created-drops-leaf", "a gradient with a created graph is a constant but for a share of a hundredth", control=True)
class DropsLeaf(WrappedTape):
    def gradient(self, output: Any, wrt: Any, cotangent: Any = None, *, create_graph: bool = False, **options: Any) -> Any:
        found = self.inner.gradient(output, wrt, cotangent, create_graph=create_graph, **options)
        if not create_graph:
            return found
        shares = [(self.inner.apply("multiply", g, 0.01), self.inner.apply("multiply", self.inner.detach(g), 0.99)) for g in found]
        return tuple(self.inner.apply("add", *share) for share in shares)
