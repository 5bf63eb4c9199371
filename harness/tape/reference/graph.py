"""What a tape is made of: storages that count their changes, tensors that look into them, nodes that remember an op.

    tensor --looks into--> storage (version)          tensor --computed by--> node --operands' edges--> nodes, down to one per leaf

Source: https://docs.pytorch.org/docs/stable/notes/autograd.html
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from harness.tape.reference.rule import Rule

Gradients = tuple[Any, ...]
OUTPUT = -1  # among the saved values of a node: its own result, not an operand


@dataclass(eq=False)
class Storage:
    """Memory that several tensors may look into; `version` counts its changes in place."""

    device: str = "cpu"
    version: int = 0


@dataclass(frozen=True)
class Step:
    """One view op on the way from a base to a view of it: enough to go there and, by the op's adjoint, back."""

    op: str
    params: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]


@dataclass(eq=False)
class Tensor:
    """`array` is a NumPy view of the storage. `flag` is requires_grad of a leaf; `node` computed it; `base` and `steps` say what it is a view of.

    `seen` is the storage's version when `node` was made: a view whose memory changed since has another history.
    """

    array: np.ndarray
    storage: Storage = field(default_factory=Storage)
    flag: bool = False
    node: Node | None = None
    grad: Tensor | None = None
    retains: bool = False
    base: Tensor | None = None
    steps: tuple[Step, ...] = ()
    seen: int = 0
    blind: bool = False  # a view taken while nothing was recorded
    hooks: dict[int, Callable[[Tensor], Tensor | None]] = field(default_factory=dict)
    accumulator: weakref.ReferenceType[Node] | None = None
    after_slot: dict[int, Callable[[Tensor], None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """A value that a node needs later, as it was: the check of the version is what makes changes in place safe.

    With `packed` the value was given away: `packed()` makes it again.
    """

    tensor: Tensor
    version: int
    packed: Callable[[], Tensor] | None = None


@dataclass(eq=False)
class Node:
    """A recorded op; or, with `leaf`, the end of the graph where a gradient is accumulated.

    `edges` has one entry per operand, None for a constant; every edge has a smaller `number`. `hooks` see the gradient of the result,
    those `before` and `after` only where the node runs.
    """

    number: int
    rule: Rule
    edges: tuple[Node | None, ...]
    shapes: tuple[tuple[int, ...], ...]
    params: dict[str, Any]
    saved: dict[int, Saved] = field(default_factory=dict)
    freed: bool = False
    hooks: dict[int, Callable[[Tensor], Tensor | None]] = field(default_factory=dict)
    before: dict[int, Callable[[Gradients], Gradients | None]] = field(default_factory=dict)
    after: dict[int, Callable[[Gradients, Gradients], Gradients | None]] = field(default_factory=dict)
    retainer: weakref.ReferenceType[Tensor] | None = None
    leaf: Tensor | None = None
