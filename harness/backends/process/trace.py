"""A function of arrays as a program: called once with symbols that write down what is done to them.

traced(lambda x: (mul(x, c),), (x,))  ->  x0, x1 : inputs;  v0 = multiply(x0, x1);  return v0      with x1 = c
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.ops import lookup
from harness.program import Program
from harness.program.program import Input, Instruction

SEVERAL = frozenset({"unstack", "split", "meshgrid", "aminmax", "qr"})  # ops that return a tuple even when it has one element


@dataclass(frozen=True)
class Held:
    """An array of a library in another process: its numbers are kept here, and sent when they are needed."""

    values: np.ndarray
    dtype: str
    device: str

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape


@dataclass(frozen=True)
class Symbol:
    """A value that the trace names."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    device: str
    trace: Trace = field(repr=False)


@dataclass
class Trace:
    """What has been done so far."""

    inputs: list[Input] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)

    def input(self, array: Held, *, primal: bool = False) -> Symbol:
        """A new input with the numbers of `array`."""
        name = f"x{len(self.inputs)}"
        role = "primal" if primal else {"b": "mask", "i": "index", "u": "index"}.get(array.values.dtype.kind, "constant")
        self.inputs.append(Input(name, array.shape, role))  # type: ignore[arg-type]
        self.held.append(array)
        return Symbol(name, array.shape, array.dtype, array.device, self)

    def call(self, op: str, arrays: tuple[Held | Symbol, ...], params: dict[str, Any]) -> Any:
        """`op` of arrays, as an instruction; its shapes are those that the catalogue says."""
        symbols = [array if isinstance(array, Symbol) else self.input(array) for array in arrays]
        described = lookup(op)
        shapes = described.result_shapes(tuple(symbol.shape for symbol in symbols), params)
        names = tuple(f"v{len(self.instructions)}_{i}" for i in range(len(shapes)))
        self.instructions.append(Instruction(op, tuple(symbol.name for symbol in symbols), names, params))
        dtype = next((s.dtype for s in symbols if s.dtype.startswith(("float", "complex", "bfloat"))), symbols[0].dtype)
        made = tuple(Symbol(name, tuple(shape), dtype, symbols[0].device, self) for name, shape in zip(names, shapes, strict=True))
        return made if len(made) > 1 or op in SEVERAL else made[0]

    def program(self, outputs: tuple[Held | Symbol, ...]) -> Program:
        """The program that returns `outputs`."""
        names = tuple((y if isinstance(y, Symbol) else self.input(y)).name for y in outputs)
        return Program(tuple(self.inputs), tuple(self.instructions), names)


def traced(function: Callable[..., tuple[Any, ...]], primals: tuple[Held, ...]) -> tuple[Program, list[Held]]:
    """`function` as a program, and what its inputs are: the primals, then the constants that it uses."""
    trace = Trace()
    outputs = function(*[trace.input(primal, primal=True) for primal in primals])
    return trace.program(tuple(outputs)), trace.held
