"""A case: everything that one comparison needs, as data, named by its content.

    id = first 12 hex digits of blake2b(canonical JSON of the case)

A case is stored as JSON and never pickled, so that it can be read, sent and replayed years later.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import numpy as np

from harness.program.arrays import decode_array, encode_array
from harness.program.program import Program

CASE_FORMAT = 1


class Opaque(msgspec.Struct, frozen=True, tag="opaque"):
    """A user's own function: `target` is `module:qualified.name`; where it cannot be imported, a label in brackets."""

    target: str
    kwargs: dict[str, Any] = {}
    structure: Any = None  # how the flat primals nest in the call's arguments; None: one positional argument each

    @property
    def ops(self) -> tuple[str, ...]:
        return (self.target,)


class Case(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """Law, subject, backend and all values.

    `primals` holds one array per input of the subject, in their order (constants, indices and masks included);
    `differentiable` lists the positions of those that are differentiated; `tangents` has one array per such position (their shape),
    `cotangents` one per output. Values are float64 (complex128) holding numbers exact in `dtype`.
    `layouts` (harness.program.layout.LAYOUTS) has one name per input, then one per output for its cotangent, then one per
    differentiable input for its tangent; what it leaves out is contiguous.
    """

    law: str
    subject: Program | Opaque
    backend: str
    device: str
    dtype: str
    primals: tuple[np.ndarray, ...]
    differentiable: tuple[int, ...]
    tangents: tuple[np.ndarray, ...]
    cotangents: tuple[np.ndarray, ...]
    layouts: tuple[str, ...]
    seed: int = 0
    resolution: float | None = None  # what the comparison must resolve, relative to the derivative's scale; None: what the dtype allows
    format: int = CASE_FORMAT
    drawn: dict[str, Any] = {}  # how the generator came to it (regime, margin to the nearest kink ...); not part of the id

    @property
    def id(self) -> str:
        return hashlib.blake2b(to_json(msgspec.structs.replace(self, drawn={}))).hexdigest()[:12]

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """All that has a layout, in the order of `layouts`."""
        return (*self.primals, *self.cotangents, *self.tangents)

    @property
    def points(self) -> tuple[np.ndarray, ...]:
        """The primals that are differentiated."""
        return tuple(self.primals[i] for i in self.differentiable)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the primals: as a program calls them, x0, x1, ... those of somebody's function."""
        if isinstance(self.subject, Program):
            return tuple(given.name for given in self.subject.inputs)
        return tuple(f"x{i}" for i in range(len(self.primals)))

    @property
    def is_native(self) -> bool:
        """Whether the subject is one of a library's own ops, from its database of samples; not a program, and not a function of somebody's."""
        return self.drawn.get("regime") == "native"

    @property
    def of_ops(self) -> bool:
        """Whether the subject is made of ops that are known by their names: a program, or a native one. A function of somebody's may be anything."""
        return isinstance(self.subject, Program) or self.is_native


def to_json(case: Case) -> bytes:
    """Canonical JSON: keys sorted, so that equal cases are equal bytes."""
    return msgspec.json.encode(case, enc_hook=_encode, order="sorted")


def from_json(data: bytes | str) -> Case:
    """The case written by `to_json`.

    Raises:
        ValueError: not a case, or a case of a newer format; the message says which.
    """
    try:
        case = msgspec.json.decode(data, type=Case, dec_hook=_decode)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError(f"not a case file: {error}") from None
    if case.format > CASE_FORMAT:
        raise ValueError(f"case format {case.format} is newer than this harness reads ({CASE_FORMAT}); upgrade autograd-harness")
    return case


def _encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return encode_array(value)
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"cannot write {type(value)} into a case")


def _decode(kind: type, value: Any) -> Any:
    if kind is np.ndarray:
        return decode_array(value)
    raise NotImplementedError(f"cannot read {kind} from a case")
