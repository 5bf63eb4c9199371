"""The conformance check: right adapters pass, and every shortfall that is planted in a right one is told with its remedy."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.backends import Backend, Description, load_backend
from harness.backends.conformance import Shortfall, conformance
from harness.program.layout import LAYOUTS, lay_out
from tests.backends.toy import Arrays, Node, ToyBackend, ToyTape, gradients, multiply


def changed(**members: Any) -> Backend:
    """The toy backend with other members."""
    return type("Changed", (ToyBackend,), members)()


def told(backend: Backend) -> str:
    return "\n".join(map(str, conformance(backend)))


def test_the_toy_backend_conforms() -> None:
    assert conformance(ToyBackend()) == []


@pytest.mark.parametrize("name", ["torch", "reference"])
def test_our_own_backend_conforms(name: str) -> None:
    pytest.importorskip(name) if name == "torch" else None
    assert conformance(load_backend(name)) == []


def aliasing_array(self: Backend, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Node:
    return Node(values if values.dtype.name == dtype else values.astype(dtype if values.dtype.kind == "f" else values.dtype))


def vjp_with(change: Callable[[Arrays], Arrays]) -> Callable[..., tuple[Arrays, Arrays]]:
    """A vjp whose cotangents pass through `change`."""

    def vjp(self: Backend, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        return ToyBackend.vjp(self, function, primals, change(cotangents))  # type: ignore[arg-type]

    return vjp


def swallowing_vjp(self: Backend, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
    with contextlib.suppress(Exception):
        return ToyBackend.vjp(self, function, primals, cotangents)  # type: ignore[arg-type]
    return (), ()


class Confused(ToyBackend):
    """After an exception nothing is differentiated any more."""

    off = False

    def vjp(self, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        leaves = tuple(Node(primal.value) for primal in primals)
        recording, self.off = not self.off, True
        outputs = function(*leaves)
        self.off = not recording
        return outputs, tuple(gradients(outputs, cotangents, leaves)) if recording else (None,) * len(leaves)


def scaling_in_place(cotangents: Arrays) -> Arrays:
    doubled = tuple(Node(2 * w.value) for w in cotangents)
    for w in cotangents:
        w.value *= 2
    return tuple(Node(w.value / 2) for w in doubled)


def printing(cotangents: Arrays) -> Arrays:
    print("computing")
    return cotangents


def drawing(cotangents: Arrays) -> Arrays:
    np.random.rand()
    random.random()
    return cotangents


def wandering(cotangents: Arrays) -> Arrays:
    os.chdir("/")
    return cotangents


def quitting(cotangents: Arrays) -> Arrays:
    sys.exit("the licence has expired")


def interrupting(cotangents: Arrays) -> Arrays:
    raise KeyboardInterrupt("no signal came")


def filtering(cotangents: Arrays) -> Arrays:
    warnings.filterwarnings("ignore", message=f"number {len(warnings.filters)}")
    return cotangents


def settling(cotangents: Arrays) -> Arrays:
    """Sets what it has set before: nothing changes from the second time on."""
    random.seed(0)
    np.random.seed(0)
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    return cotangents


class Settled(ToyBackend):
    """The first vjp sets a default dtype, and so do all others."""

    bits = 64

    def settings(self) -> dict[str, Any]:
        return {"the default dtype": f"float{self.bits}"}

    def vjp(self, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        self.bits = 32
        return super().vjp(function, primals, cotangents)


class Doubling(ToyBackend):
    """Each vjp leaves another default dtype behind."""

    bits = 16

    def settings(self) -> dict[str, Any]:
        return {"the default dtype": f"float{self.bits}"}

    def vjp(self, function: Callable[..., Arrays], primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
        self.bits *= 2
        return super().vjp(function, primals, cotangents)


class Overwriting(ToyTape):
    def backward(self, output: Any, cotangent: Any = None, **options: Any) -> None:
        self.slots.clear()
        super().backward(output, cotangent, **options)


class Forgetful(ToyTape):
    @contextlib.contextmanager
    def no_grad(self) -> Any:
        self.recording = False
        yield


class Recording(ToyTape):
    def apply(self, op: str, *args: Any, **params: Any) -> Any:
        return multiply(*args)


class Unclearable(ToyTape):
    def clear_grad(self, leaf: Any) -> None:
        self.slots[leaf] *= 0


PLANTED: dict[str, tuple[Backend, str]] = {
    "no name": (changed(name=""), "`name` must be a non-empty text. It is ''. Set it on the class"),
    "devices as a list": (changed(devices=lambda self: ["cpu"]), "`devices()` must return a tuple of at least one text. It returned ['cpu']"),
    "no dtypes": (changed(dtypes=lambda self, device: ()), "`dtypes('cpu')` must return a tuple of at least one text"),
    "unknown dtype": (changed(dtypes=lambda self, device: ("double",)), "`dtypes('cpu')` has 'double'. Use NumPy's name"),
    "unknown capability": (changed(capabilities=frozenset({"tape", "speed"})), "It has 'speed'. Known are: jvp"),
    "capability not written": (changed(capabilities=frozenset({"tape", "jvp"})), "`jvp` is not written. Write `jvp`, or drop the capability"),
    "method not announced": (changed(capabilities=frozenset()), "`tape` is written, but `capabilities` lacks 'tape'"),
    "complex without a dtype": (changed(capabilities=frozenset({"tape", "complex"})), "A backend with 'complex' must have a complex dtype"),
    "an op that is no callable": (changed(op=lambda self, name: {"multiply": multiply, "exp": "exp"}.get(name)), "`op('exp')` returned 'exp'"),
    "every op": (changed(op=lambda self, name: multiply), "It returned something for 'no_such_op'. Look it up in a table"),
    "no multiply": (changed(op=lambda self, name: None), "`op('multiply')` is None. Offer it"),
    "array aliases": (changed(array=aliasing_array), "`array(x)` must be a copy of x. A change of x afterwards changed the array"),
    "numpy aliases": (changed(numpy=lambda self, array: array.value), "`numpy(array)` must be a copy. A change of it changed the backend's array"),
    "numpy gives a list": (changed(numpy=lambda self, array: array.value.tolist()), "must return a numpy.ndarray. It returned"),
    "numpy casts": (changed(numpy=lambda self, array: array.value.astype("float64")), "float32 came back as float64, not float32. Do not cast"),
    "numpy loses the order": (
        changed(numpy=lambda self, array: np.array(array.value[..., ::-1] if array.value.ndim else array.value)),
        "`numpy(array(x))` must be x.",
    ),
    "wrong device": (
        changed(describe=lambda self, array: Description(ToyBackend.describe(self, array).shape, array.value.dtype.name, "gpu")),
        "it says 'gpu', not 'cpu'",
    ),
    "shape as a list": (
        changed(describe=lambda self, array: Description(list(ToyBackend.describe(self, array).shape), array.value.dtype.name, "cpu")),
        "it says [3, 4], not (3, 4)",
    ),  # type: ignore[arg-type]
    "describes strangers": (
        changed(
            describe=lambda self, array: Description(
                np.shape(getattr(array, "value", 0)), getattr(getattr(array, "value", None), "dtype", np.dtype(int)).name, "cpu"
            )
        ),
        "For NoneType it returned. Test with isinstance first",
    ),
    "absolute cotangent": (
        changed(vjp=vjp_with(lambda ws: tuple(Node(abs(w.value)) for w in ws))),
        "its sign, size and order count. For f = x * y, entry 0 is",
    ),
    "cotangents in reverse order": (changed(vjp=vjp_with(lambda ws: ws[::-1])), "For f = (x * y, x * x), entry 0 is"),
    "mutated cotangent": (changed(vjp=vjp_with(scaling_in_place)), "`vjp` must leave its cotangents as they are. For f = x * y, entry 0 is"),
    "gradients only": (
        changed(vjp=lambda self, *given: ToyBackend.vjp(self, *given)[1][:1]),
        "`vjp` must return (outputs, derivatives). It returned tuple",
    ),
    "swapped pair": (changed(vjp=lambda self, *given: ToyBackend.vjp(self, *given)[::-1]), "`vjp` must return the outputs first."),
    "a gradient too few": (
        changed(vjp=lambda self, *given: (ToyBackend.vjp(self, *given)[0], ToyBackend.vjp(self, *given)[1][:1])),
        "tuple of 1 came back, not a tuple of 2",
    ),
    "gradient missing": (
        changed(vjp=lambda self, *given: (ToyBackend.vjp(self, *given)[0], (None, *ToyBackend.vjp(self, *given)[1][1:]))),
        "entry 0 is None, not",
    ),
    "gradient in double": (
        changed(vjp=lambda self, *given: (lambda y, g: (y, tuple(n and Node(n.value.astype("float16")) for n in g)))(*ToyBackend.vjp(self, *given))),
        "A gradient must have the shape, dtype and device of its primal.",
    ),
    "exception swallowed": (changed(vjp=swallowing_vjp), "The function raised, and nothing came out. Do not catch it"),
    "confused after an exception": (Confused(), "After an exception and `reset()`, `vjp` must work as before."),
    "prints": (changed(vjp=vjp_with(printing)), "It printed 'computing"),
    "draws random numbers": (changed(vjp=vjp_with(drawing)), "It changed the state of NumPy's random numbers. Save and restore it"),
    "changes the warnings filters": (changed(vjp=vjp_with(filtering)), "It changed the warnings filters."),
    "seeds NumPy's random numbers": (changed(vjp=vjp_with(settling)), "It changed the state of NumPy's random numbers."),
    "seeds Python's random numbers": (changed(vjp=vjp_with(settling)), "It changed the state of Python's random numbers."),
    "silences NumPy": (changed(vjp=vjp_with(settling)), "It changed NumPy's handling of floating-point errors (np.seterr)."),
    "silences all warnings": (changed(vjp=vjp_with(settling)), "It changed the warnings filters."),
    "sets the default dtype of its library once": (Settled(), "It changed the default dtype of its library."),
    "changes the default dtype of its library": (Doubling(), "It changed the default dtype of its library. Save and restore it"),
    "changes the working directory": (changed(vjp=vjp_with(wandering)), "It changed the working directory, to '/'. Save and restore it"),
    "exits": (changed(vjp=vjp_with(quitting)), "SystemExit was raised at test_conformance.py, line"),
    "interrupts": (changed(vjp=vjp_with(interrupting)), "KeyboardInterrupt was raised at test_conformance.py, line"),
    "not implemented": (changed(describe=lambda self, array: 1 / 0), "ZeroDivisionError was raised at test_conformance.py, line"),
    "tape of another kind": (changed(tape=lambda self, device: object()), "`tape(device)` must return a harness.tape.Tape. It returned object"),
    "tape overwrites": (changed(tape=lambda self, device: Overwriting()), "After 2 of y = x * x the gradient is"),
    "tape forgets to record again": (
        changed(tape=lambda self, device: Forgetful()),
        "Recording was True before, False inside and False after it. Restore",
    ),
    "tape records under no_grad": (changed(tape=lambda self, device: Recording()), "A result made under `no_grad()` must not require a gradient."),
    "tape cannot clear": (changed(tape=lambda self, device: Unclearable()), "`clear_grad` must forget the gradient. It is still there."),
}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.filterwarnings("ignore:number")
def test_a_planted_shortfall_is_told_with_its_remedy(planted: str) -> None:
    backend, said = PLANTED[planted]
    with warnings.catch_warnings():
        found = told(backend)
    assert re.search(re.escape(said), found), found


def test_every_shortfall_is_three_full_sentences() -> None:
    for backend, _ in PLANTED.values():
        with warnings.catch_warnings():
            for shortfall in conformance(backend):
                assert isinstance(shortfall, Shortfall)
                for sentence in (shortfall.what, shortfall.why, shortfall.remedy):
                    assert sentence[0].isupper() or sentence[0] == "`", sentence
                    assert sentence.endswith("."), sentence


class Strided(ToyBackend):
    """Claims layouts and has them."""

    capabilities = frozenset({"tape", "layouts"})

    def array(self, values: np.ndarray, *, dtype: str, device: str, layout: str = "contiguous") -> Any:
        buffer, shape, strides, offset = lay_out(np.asarray(values), layout)
        buffer = buffer.astype(dtype) if buffer.dtype.kind == "f" else buffer
        node = Node(np.lib.stride_tricks.as_strided(buffer[offset:], shape, [step * buffer.itemsize for step in strides]))
        return node

    def strides(self, array: Any) -> tuple[int, ...]:
        return tuple(step // array.value.itemsize for step in array.value.strides)


def test_a_backend_with_layouts_conforms_when_it_realises_them() -> None:
    assert conformance(Strided()) == []


def test_a_backend_that_claims_layouts_must_realise_each() -> None:
    claimed = changed(capabilities=frozenset({"tape", "layouts"}))
    found = told(claimed)
    for layout in LAYOUTS:
        assert f"layout={layout!r} has strides None" in found


@pytest.mark.parametrize(
    "fault", ["negated-gradient", "missing-gradient", "wrong-shape", "wrong-dtype", "absolute-cotangent", "mutated-cotangent", "scaled-tangent"]
)
def test_a_faulty_torch_does_not_conform(fault: str) -> None:
    pytest.importorskip("torch")
    assert conformance(load_backend(f"faulty:{fault}:torch"))


def test_complex_derivatives_must_follow_the_conjugate_convention() -> None:
    pytest.importorskip("torch")
    torch_backend: Any = load_backend("torch")

    class Plain(type(torch_backend)):  # type: ignore[misc]
        """f'(z)^T w without the conjugate."""

        def vjp(self, function: Any, primals: Arrays, cotangents: Arrays) -> tuple[Arrays, Arrays]:
            outputs, found = super().vjp(function, primals, tuple(w.conj() for w in cotangents))
            return outputs, tuple(g if g is None else g.conj().resolve_conj() for g in found)

    assert "conjugate convention" in told(Plain())


def test_the_working_directory_is_restored_after_the_check() -> None:
    before = os.getcwd()
    assert "It changed the working directory" in told(changed(vjp=vjp_with(wandering)))
    assert os.getcwd() == before
