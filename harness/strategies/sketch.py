"""A program while it grows: names, their values, and what made them."""

from __future__ import annotations

import numpy as np

from harness.ops.choose import Shape
from harness.ops.domain import REALS, Domain
from harness.ops.op import Op, Params, Values
from harness.program.layout import repeating
from harness.program.program import Input, Instruction, Program, Role
from harness.strategies.choose import Source
from harness.strategies.leaves import Layouts, draw_floats, draw_layout, draw_operand, holds
from harness.strategies.notes import note
from harness.strategies.point import Point
from harness.strategies.regimes import Regime
from harness.strategies.rounding import real_dtype


class Sketch:
    """The inputs and instructions so far; `values` holds every value by name, oldest first."""

    def __init__(self, regime: Regime, dtype: str, layouts: Layouts) -> None:
        self.regime, self.dtype, self.layouts = regime, dtype, layouts
        self.values: dict[str, np.ndarray] = {}
        self.inputs: list[Input] = []
        self.laid: list[str] = []
        self.instructions: list[Instruction] = []
        self.margin = np.inf

    def leaf(self, source: Source, shape: Shape, domain: Domain = REALS, role: Role = "primal", *, real: bool = False) -> str:
        """A new floating input in `domain`; with `real`, real in a complex program too. Raises NotDrawn."""
        layout = draw_layout(source, self.layouts, shape)
        value = draw_floats(source, self.regime, shape, domain, real_dtype(self.dtype) if real else self.dtype)
        return self.take(repeating(value, layout), role, layout)

    def side(self, source: Source, op: Op, position: int, shapes: tuple[Shape, ...], params: Params) -> str:
        """A new index or mask input for an operand of `op`. Raises NotDrawn."""
        operand = op.operand(position)
        value = draw_operand(source, operand, position, shapes, params, self.regime, self.dtype)
        return self.take(value, "mask" if operand.role == "mask" else "index", "contiguous")

    def take(self, value: np.ndarray, role: Role, layout: str) -> str:
        """`value` as a new input."""
        name = f"x{len(self.inputs)}"
        self.inputs.append(Input(name, value.shape, role))
        self.laid.append(layout)
        self.values[name] = value
        return name

    def instruct(self, op: Op, args: tuple[str, ...], params: Params, results: Values, margin: float) -> None:
        """Add `results = op(*args, **params)`."""
        start = sum(len(done.results) for done in self.instructions)
        names = tuple(f"v{start + i}" for i in range(len(results)))
        self.instructions.append(Instruction(op.name, args, names, params))
        self.values.update(zip(names, results, strict=True))
        self.margin = min(self.margin, margin)

    def inputs_back_to(self, count: int) -> None:
        """Forget the inputs after the first `count`: those of an instruction that did not fit."""
        for given in self.inputs[count:]:
            del self.values[given.name]
        del self.inputs[count:], self.laid[count:]

    def unused(self) -> list[str]:
        """Results that no instruction reads, oldest first."""
        read = {name for instruction in self.instructions for name in instruction.args}
        return [name for instruction in self.instructions for name in instruction.results if name not in read]

    def floats(self, shape: Shape | None = None, domain: Domain = REALS, kinds: str = "fc") -> list[str]:
        """Values of `shape` (any, when None) that lie in `domain`, real ("f"), complex ("c") or both, oldest first."""
        return [
            name
            for name, value in self.values.items()
            if value.dtype.kind in kinds and (shape is None or value.shape == shape) and (domain is REALS or holds(domain, value))
        ]

    def finish(self, source: Source) -> Point:
        """The program whose outputs are all unused results, and seldom one that is also used inside."""
        outputs = self.unused()
        inner = [name for instruction in self.instructions for name in instruction.results if name not in outputs]
        if inner and source.integer(0, 9) == 9:
            outputs = [source.element(inner), *outputs]
        program = Program(tuple(self.inputs), tuple(self.instructions), tuple(outputs))
        values = tuple(self.values[given.name] for given in self.inputs)
        drawn = note(program, self.values, self.regime.name, margin=self.margin)
        return Point(program, values, tuple(self.values[name] for name in outputs), tuple(self.laid), drawn)
