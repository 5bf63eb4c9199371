"""What an adapter says about itself: types and names, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.backends.conformance.shortfall import Shortfall
from harness.backends.protocol import CAPABILITIES, Backend
from harness.ops.catalogue import catalogue

DTYPES = ("float64", "float32", "bfloat16", "float16", "complex128", "complex64")
_METHODS = {
    "jvp": ("jvp",),
    "tape": ("tape",),
    "reverse_routes": ("reverse_routes",),
    "forward_routes": ("forward_routes",),
    "second_order": ("hvps",),
    "third_order": ("third",),
    "batching": ("batched_vjp",),
    "tf32": ("tf32",),
}


def structure_shortfalls(backend: Backend) -> Iterator[Shortfall]:
    """Names, devices, dtypes, capabilities and ops."""
    for attribute in ("name", "version"):
        value = getattr(backend, attribute, None)
        if not isinstance(value, str) or not value:
            yield Shortfall(f"`{attribute}` must be a non-empty text.", f"It is {value!r}.", f"Set it on the class: {attribute} = '...'.")
    yield from _devices_and_dtypes(backend)
    yield from _capabilities(backend)
    yield from _ops(backend)


def _devices_and_dtypes(backend: Backend) -> Iterator[Shortfall]:
    devices = backend.devices()
    if not _texts(devices) or not devices:
        yield Shortfall("`devices()` must return a tuple of at least one text.", f"It returned {devices!r}.", "Return ('cpu',) if there is only one.")
        return
    for device in devices:
        dtypes = backend.dtypes(device)
        if not _texts(dtypes) or not dtypes:
            yield Shortfall(
                f"`dtypes({device!r})` must return a tuple of at least one text.", f"It returned {dtypes!r}.", "Return ('float64',), say."
            )
            continue
        for dtype in dtypes:
            if dtype not in DTYPES:
                known = ", ".join(DTYPES)
                yield Shortfall(f"A dtype must be one of {known}.", f"`dtypes({device!r})` has {dtype!r}.", "Use NumPy's name, or leave it out.")
        if "complex" in backend.capabilities and not any(dtype.startswith("complex") for dtype in dtypes):
            why = f"Device {device!r} has {dtypes}."
            yield Shortfall("A backend with 'complex' must have a complex dtype.", why, "Add one, or drop the capability.")


def _capabilities(backend: Backend) -> Iterator[Shortfall]:
    for capability in sorted(backend.capabilities - set(CAPABILITIES)):
        known = ", ".join(CAPABILITIES)
        yield Shortfall("`capabilities` must name what the protocol knows.", f"It has {capability!r}.", f"Known are: {known}.")
    for capability, methods in _METHODS.items():
        written = any(getattr(type(backend), method) is not getattr(Backend, method) or method in vars(backend) for method in methods)
        if capability in backend.capabilities and not written:
            remedy = f"Write `{methods[0]}`, or drop the capability."
            yield Shortfall(f"A backend with {capability!r} must offer {CAPABILITIES[capability]}.", f"`{methods[0]}` is not written.", remedy)
        if capability not in backend.capabilities and written:
            why = f"`{methods[0]}` is written, but `capabilities` lacks {capability!r}: its laws would be skipped."
            yield Shortfall("Every method that works must be announced.", why, f"Add {capability!r} to `capabilities`.")


def _ops(backend: Backend) -> Iterator[Shortfall]:
    for name in (*catalogue(), "no_such_op"):
        op = backend.op(name)
        if op is not None and not callable(op):
            yield Shortfall(
                "`op(name)` must return a callable, or None.", f"`op({name!r})` returned {op!r:.60}.", "Return None for ops that you lack."
            )
    if backend.op("no_such_op") is not None:
        yield Shortfall(
            "`op(name)` must return None for an op that the backend lacks.", "It returned something for 'no_such_op'.", "Look it up in a table."
        )
    if backend.op("multiply") is None:
        remedy = "Offer it: the conformance check computes with it, and the laws measure rounding with it."
        yield Shortfall("Every backend must have the op 'multiply'.", "`op('multiply')` is None.", remedy)


def _texts(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
