"""What an autograd implementation must offer to be verified: about 50 lines to write.

    vjp:  (f, x, w) -> f(x), f'(x)^T w          for f: R^n -> R^m, cotangent w of the shape of f(x)
    jvp:  (f, x, v) -> f(x), f'(x) v            optional, tangent v of the shape of x

Arrays are the implementation's own; NumPy's cross the border where arrays are made and read, copied. A function takes and returns tuples of arrays.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from harness.backends.settled import Settled
from harness.ops.defaults import given
from harness.tape.errors import Died as Died  # part of this protocol: re-exported
from harness.tape.errors import Unsupported as Unsupported

if TYPE_CHECKING:
    from harness.program import Case
    from harness.tape.interface import Tape

Arrays = tuple[Any, ...]
Function = Callable[..., Arrays]
Vjp = Callable[[Function, Arrays, Arrays], tuple[Arrays, Arrays]]
Hvp = Callable[[Function, Arrays, Arrays, Arrays], Arrays]
Jvp = Callable[[Function, Arrays, Arrays], tuple[Arrays, Arrays]]

CAPABILITIES = {
    "jvp": "forward mode: the method `jvp`",
    "tape": "an imperative tape: the method `tape`",
    "reverse_routes": "several ways to the same vjp: the method `reverse_routes`",
    "forward_routes": "several ways to the same jvp: the method `forward_routes`",
    "layouts": "arrays with strides: `array` honours `layout`",
    "complex": "complex dtypes",
    "second_order": "derivatives of derivatives: the method `hvps`",
    "third_order": "derivatives of those again: the method `third`",
    "tf32": "products of matrices with operands of 10 bits: the method `tf32`",
    "batching": "many cotangents or tangents at once: the methods `batched_vjp`, `batched_jvp`",
}


class Description(msgspec.Struct, frozen=True):
    """What the harness may know about a backend's array without copying it."""

    shape: tuple[int, ...]
    dtype: str
    device: str


class Backend(Settled, ABC):
    """An autograd implementation under test. Subclass it, fill in the abstract methods, name it `package.module:Object`."""

    name: str
    version: str
    capabilities: frozenset[str] = frozenset()
    coarse: bool = False  # its float64 is accurate to single precision only: the oracle follows the catalogue's NumPy values instead
    omits: bool = False  # its ops understand `harness.ops.defaults.OMITTED`: names of parameters that the call is to leave out
    shape_pool: int = 0  # it compiles for each new shape: so many programs with their shapes serve an op for a whole run; 0: every case has its own

    @abstractmethod
    def devices(self) -> tuple[str, ...]:
        """The devices present, the default first: ("cpu", "cuda:0")."""

    @abstractmethod
    def dtypes(self, device: str) -> tuple[str, ...]:
        """The differentiable dtypes on `device`, by NumPy's names, and "bfloat16"."""

    @abstractmethod
    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        """A new array holding `values` (never sharing memory with them), cast to `dtype`; integers and booleans keep their own dtype."""

    def sharing(self, values: Sequence[np.ndarray], *, dtype: str, device: str) -> Arrays:
        """Arrays that lie in one piece of memory, one behind the other; each in its own where the backend's arrays cannot."""
        return tuple(self.array(x, dtype=dtype, device=device) for x in values)

    @abstractmethod
    def numpy(self, array: Any) -> np.ndarray:
        """A copy of `array` in NumPy; bfloat16 becomes float32 (exact)."""

    @abstractmethod
    def describe(self, array: Any) -> Description:
        """Shape, dtype and device of `array`. Raises TypeError when it is not one of the backend's arrays."""

    @abstractmethod
    def op(self, name: str) -> Callable[..., Any] | None:
        """The catalogue op `name` on this backend's arrays, called `op(*arrays, **params)`; None when it has none."""

    @abstractmethod
    def vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        """(outputs, gradients): `function(*primals)`, and per primal f'(x)^T w, or None when no output depends on it."""

    def prepare(self, function: Function, case: Case, dtype: str) -> Function:
        """`function`, made ready for many calls: what compiles does so here. `case` and `dtype` say what it computes, whoever asks."""
        return function

    def jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> tuple[Arrays, Arrays]:
        """(outputs, output tangents): `function(*primals)`, and per output f'(x) v."""
        raise Unsupported(f"backend {self.name} has no forward mode.")

    def reverse_routes(self) -> Mapping[str, Vjp]:
        """Other ways to the same vjp (`backward()`, a functional transform), by name."""
        return {}

    def forward_routes(self) -> Mapping[str, Jvp]:
        """Other ways to the same jvp, by name."""
        return {}

    def hvps(self) -> Mapping[str, Hvp]:
        """Ways to H v = d/dt f'(x + t v)^T w at t = 0, by the composition of modes ("reverse over reverse"); outer mode first."""
        return {}

    def nested_jvp(self, function: Function, primals: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """Forward over forward: per output d/ds f'(x + s u) v at s = 0, with v = `tangents` and u = `others`."""
        raise Unsupported(f"backend {self.name} has no nested forward mode.")

    def third(self, function: Function, primals: Arrays, cotangents: Arrays, tangents: Arrays, others: Arrays) -> Arrays:
        """D^3 <w, f>(x)[v, u, .] = d/ds H(x + s u) v at s = 0, with v = `tangents` and u = `others`; of the primals' shapes."""
        raise Unsupported(f"backend {self.name} has no third derivatives.")

    def batched_vjp(self, function: Function, primals: Arrays, cotangents: Arrays) -> Arrays:
        """Gradients for many cotangents at once: every cotangent and every gradient has one more leading axis."""
        raise Unsupported(f"backend {self.name} has no batched vjp.")

    def batched_jvp(self, function: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """Output tangents for many tangents at once: every tangent and every output tangent has one more leading axis."""
        raise Unsupported(f"backend {self.name} has no batched jvp.")

    def tf32(self, device: str) -> AbstractContextManager[None]:
        """While entered, products of float32 matrices on `device` are computed in TF32."""
        raise Unsupported(f"backend {self.name} has no TF32.")

    def native_names(self, dtype: str, device: str) -> tuple[str, ...]:
        """Further subjects that the library itself describes, for what the catalogue does not name. Raises Unsupported where they cannot be had."""
        return ()

    def native_cases(self, name: str, *, dtype: str, device: str, seed: int) -> Iterator[Case]:
        """Cases of one of `native_names`, without end, or none; their law is still open, and another process finds their subject by its target."""
        return iter(())

    def tape(self, device: str) -> Tape:
        """The imperative interface, for laws on accumulation, graph lifetime and grad modes."""
        raise Unsupported(f"backend {self.name} has no tape.")

    def owned(self, function: Callable[..., Any]) -> Mapping[str, tuple[Any, bool]]:
        """The arrays that a callable owns (a module's parameters and buffers), by name, each with whether it is differentiated."""
        return {}

    def call(self, function: Callable[..., Any], owned: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """`function(*args, **kwargs)` with `owned` in place of the arrays that it owns, which stay as they are."""
        return function(*args, **kwargs)

    def strides(self, array: Any) -> tuple[int, ...] | None:
        """How far apart neighbours along each axis lie in memory, in elements; None where the backend's arrays have no strides."""
        return None

    def spell(self, op: str, args: Sequence[str], params: Mapping[str, Any]) -> str:
        """The call as a person would write it in this library."""
        written = [*args, *(f"{key}={value!r}" for key, value in given(params).items())]
        return f"{op}({', '.join(written)})"

    def preamble(self) -> str:
        """The import lines that a script in this library starts with."""
        return ""

    def literal(self, name: str, values: np.ndarray, *, dtype: str, device: str, layout: str) -> str:
        """Python source of an expression that makes the array, for a script that needs this library and NumPy only."""
        return f"np.array({values.tolist()!r}, dtype={str(values.dtype)!r})"

    def derivatives(self) -> str:
        """Python source of the derivatives, after `preamble` and `import numpy as np`; empty: no script can be written without the harness.

        It defines `raw_vjp`, `raw_jvp`: as `vjp`, `jvp` without the outputs; `numpy(array)`; and `form(array)`: shape, dtype and device.
        """
        return ""
