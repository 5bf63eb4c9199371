"""What a gradient is like, before its numbers: shape, dtype and device are the primal's; and derivatives leave the world as it was.

grad.shape == x.shape,  grad.dtype == x.dtype,  grad.device == x.device
x, w, f(x) after the vjp == x, w, f(x) before
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from harness.backends import Backend
from harness.backends.bind import Bound, bind
from harness.backends.protocol import Arrays
from harness.program import Case
from harness.verdict import Result, structural
from properties.laws.answers import says_so
from properties.laws.entries import of_values
from properties.laws.exact import Sides, check_equal
from properties.laws.inner import flat
from properties.laws.law import Law


def check_form(backend: Backend, case: Case) -> Result:
    """Every gradient, and every output tangent where there is a forward mode."""
    bound = bind(backend, case)
    _, gradients = backend.vjp(bound.function, bound.primals, bound.cotangents())
    wrong = list(_differences(backend, gradients, bound.primals, "gradient"))
    compared = len(bound.primals)
    forward = forward_or_none(bound)
    if forward is not None:
        outputs, tangents = forward
        wrong += _differences(backend, tangents, outputs, "output tangent")
        compared += len(outputs)
    return structural("grad-form", not wrong, "; ".join(wrong), comparisons=compared)


def check_value(backend: Backend, case: Case) -> Result:
    """The values beside the vjp and the jvp against the plain call."""
    forward_too = forward_or_none(bind(backend, case)) is not None

    def pair(bound: Bound) -> Sides:
        plain = flat(bound.values())
        beside, _ = backend.vjp(bound.function, bound.primals, bound.cotangents())
        values = [flat(bound.numpy(beside))]
        forward = forward_or_none(bound) if forward_too else None
        if forward is not None:
            values.append(flat(bound.numpy(forward[0])))
        return Sides(np.concatenate(values), np.concatenate([plain] * len(values)))

    return check_equal("value-unchanged", backend, case, pair, entries=of_values(case))


def check_pure(backend: Backend, case: Case) -> Result:
    """Primals, cotangents and tangents, bit for bit."""
    bound = bind(backend, case)
    cotangents, tangents = bound.cotangents(), bound.tangents()
    watched = {"primal": bound.primals, "cotangent": cotangents, "tangent": tangents}
    before = {what: bound.numpy(arrays) for what, arrays in watched.items()}
    bound.function(*bound.primals)
    backend.vjp(bound.function, bound.primals, cotangents)
    forward_or_none(bound, tangents)
    changed = [f"{what} {i}" for what, arrays in watched.items() for i in _changed(bound.numpy(arrays), before[what])]
    compared = sum(x.size for arrays in before.values() for x in arrays)
    return structural("inputs-not-mutated", not changed, f"changed in place: {', '.join(changed)}", comparisons=compared)


def forward_or_none(bound: Bound, tangents: Arrays | None = None) -> tuple[Arrays, Arrays] | None:
    """The jvp of the case; None where the backend has no forward mode, or none for this case."""
    if "jvp" not in bound.backend.capabilities:
        return None
    try:
        return bound.backend.jvp(bound.function, bound.primals, bound.tangents() if tangents is None else tangents)
    except Exception as error:  # whatever a backend raises: a refusal in words leaves the reverse mode to be looked at
        if not says_so(error):
            raise
        bound.backend.reset()
        return None


def _differences(backend: Backend, arrays: Sequence[Any], like: Sequence[Any], what: str) -> Iterator[str]:
    if len(arrays) != len(like):
        yield f"{len(arrays)} {what}s came back for {len(like)}"
        return
    for i, (array, value) in enumerate(zip(arrays, like, strict=True)):
        if array is None:
            continue
        try:
            seen, due = backend.describe(array), backend.describe(value)
        except TypeError as error:
            yield f"{what} {i} is not an array of the backend ({error})"
            continue
        for field in ("shape", "dtype", "device"):
            if getattr(seen, field) != getattr(due, field):
                yield f"{what} {i} has {field} {getattr(seen, field)}; the value it belongs to has {getattr(due, field)}"


def _changed(after: Sequence[np.ndarray], before: Sequence[np.ndarray]) -> Iterator[int]:
    return (i for i, (x, y) in enumerate(zip(after, before, strict=True)) if x.tobytes() != y.tobytes())


LAWS = (
    Law(
        name="grad-form",
        family="form",
        statement="A gradient has the shape, dtype and device of its primal; an output tangent those of its output.",
        equation="grad.shape, grad.dtype, grad.device = x.shape, x.dtype, x.device",
        source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.grad.html",
        check=check_form,
        faults=("wrong-shape", "wrong-dtype"),
    ),
    Law(
        name="value-unchanged",
        family="form",
        statement="The value returned beside a derivative is the value of the plain call.",
        equation="vjp(f, x)[0] = jvp(f, x)[0] = f(x)",
        source="https://docs.pytorch.org/docs/stable/generated/torch.func.vjp.html",
        check=check_value,
        faults=("shifted-value",),
    ),
    Law(
        name="inputs-not-mutated",
        family="form",
        statement="Neither the function nor its derivatives change primals, cotangents or tangents.",
        equation="x, v, w after = x, v, w before, bit for bit",
        source="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html",
        check=check_pure,
        faults=("mutated-cotangent",),
    ),
)
