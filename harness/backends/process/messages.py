"""What the harness and an adapter in another process say to each other: one JSON object a line, arrays included.

    {"id": 1, "do": "hello"}                                              ->  {"id": 1, "name": "mylib", "ops": ["multiply", ...], ...}
    {"id": 2, "do": "vjp", "program": {...}, "values": [...], ...}        ->  {"id": 2, "outputs": [...], "gradients": [[...] or null, ...]}

A question is answered by one line with the same id, or by {"id": 2, "error": "one sentence.", "unsupported": false}. docs/reference/process.md tells
the same to people, docs/reference/process.schema.json to programs.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np

from harness.program import Program
from harness.program.arrays import decode_array, encode_array

PROTOCOL = 1
Values = list[float | int | bool | str | list[float | str]]


class Array(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers in row-major order; "nan", "inf" and "-inf" are texts; a complex number is the pair [real, imaginary].

    `dtype` is NumPy's name of the dtype, or "bfloat16", to compute in; integers ("int64") are indices, "bool" is a mask.
    """

    dtype: str
    shape: list[int]
    values: Values


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked. `values` has one array per input of the program; `differentiable` are the positions that vjp and jvp differentiate."""

    id: int
    do: Literal["hello", "evaluate", "vjp", "jvp"]
    program: Program | None = None
    device: str = "cpu"
    values: list[Array] = []
    differentiable: list[int] = []
    cotangents: list[Array] = []
    tangents: list[Array] = []


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What comes back: to hello who answers, to evaluate `outputs`, to vjp also `gradients`, to jvp also `tangents`, or an `error`.

    A gradient is null where no output depends on that input. Without `devices` it is the CPU, without
    `dtypes` float64. `shape_pool`, as in harness.backends.Backend, is for a library that compiles per shape. `unsupported`
    tells an error that is a limit of the library from one that is a mistake.
    """

    id: int
    error: str = ""
    unsupported: bool = False
    protocol: int = PROTOCOL
    name: str = ""
    version: str = ""
    devices: list[str] = []
    dtypes: list[str] = []
    ops: list[str] = []
    capabilities: list[str] = []
    shape_pool: int = 0
    outputs: list[Array] = []
    gradients: list[Array | None] = []
    tangents: list[Array] = []


def to_wire(values: np.ndarray, dtype: str) -> Array:
    """`values`, to be computed with in `dtype`; integers and masks keep their own."""
    kind = dtype if values.dtype.kind in "fc" else values.dtype.name
    encoded = [number for part in _pieces(values) for number in encode_array(part)["values"]]
    return Array(dtype=kind, shape=list(values.shape), values=encoded)


def from_wire(array: Array) -> np.ndarray:
    """The numbers; those of bfloat16 as float32.

    Raises:
        ValueError: values that do not fill the shape, or are no numbers of that dtype.
    """
    kind = "float32" if array.dtype == "bfloat16" else array.dtype
    return decode_array({"dtype": kind, "shape": array.shape, "values": array.values})


def schema() -> dict[str, Any]:
    """The JSON Schema of both messages."""
    (question, answer), components = msgspec.json.schema_components([Question, Answer], ref_template="#/$defs/{name}")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"autograd-harness process protocol {PROTOCOL}"}
    return head | {"oneOf": [question, answer], "$defs": components}


def _pieces(values: np.ndarray) -> list[np.ndarray]:
    """Parts small enough that `encode_array` writes them as numbers."""
    flat = np.ascontiguousarray(values).reshape(-1)
    return [flat[i : i + 64] for i in range(0, flat.size, 64)]
