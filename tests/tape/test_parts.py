"""The larger parts of the reference tape and of torch's: illegal deeds are refused for one reason by both, and results can be followed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.backends import load_backend
from harness.tape import REFUSALS, ReferenceTape, Refused, Tape, Unsupported
from harness.tape.hooking import HookGroups, Hooking, Saving
from harness.tape.special_values import Drawing
from harness.tape.tracing import Tracing
from harness.tape.walking import Walking
from harness.tape.writing import Dtypes, Leaving, Writing
from properties.laws import laws
from tests.laws.examples import product

X, ONES = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)


@pytest.fixture(params=["reference", "torch"])
def tape(request: pytest.FixtureRequest) -> Tape:
    return load_backend(request.param).tape("cpu")


def doubled(tape: Tape, x: Any) -> Any:
    return tape.apply("multiply", x, 2.0)


def _blind(tape: Tape, x: Any) -> None:
    h = doubled(tape, x)
    with tape.no_grad():
        part = tape.narrow(h, 0, 2)
    tape.scale_in_place(part, 2.0)


def _packs(tape: Tape, x: Any) -> None:
    def pack(value: Any) -> Any:
        with tape.no_grad():
            tape.scale_in_place(value, 2.0)
        return value

    h = doubled(tape, x)
    with tape.part(Saving).hooks(pack, lambda value: value):
        tape.apply("multiply", h, h)


def _slot_hook(tape: Tape, x: Any) -> None:
    tape.part(Hooking).after_slot(x, lambda leaf: doubled(tape, leaf))
    tape.backward(doubled(tape, x), ONES)


DEEDS: dict[str, Callable[[Tape, Any], Any]] = {
    "blind view": _blind,
    "pack": _packs,
    "slot hook": _slot_hook,
    "slot hook place": lambda tape, x: tape.part(Hooking).after_slot(doubled(tape, x), lambda leaf: None),
    "view detach": lambda tape, x: tape.part(Writing).detach_in_place(tape.narrow(doubled(tape, x), 0, 2)),
    "floating": lambda tape, x: tape.set_requires_grad(tape.part(Dtypes).cast(tape.detach(x), "int64"), True),
    "copy": lambda tape, x: tape.part(Leaving).copy(doubled(tape, x)),
    "array": lambda tape, x: tape.part(Leaving).array(x),
    "cotangent count": lambda tape, x: tape.part(Walking).backward([doubled(tape, x), doubled(tape, x)], [ONES]),
    "materialize": lambda tape, x: tape.part(Walking).gradient([doubled(tape, x)], [x], [ONES], allow_unused=False, materialize=True),
}


@pytest.mark.parametrize("kind", DEEDS)
def test_every_illegal_deed_on_a_part_is_refused_for_its_own_reason(tape: Tape, kind: str) -> None:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        DEEDS[kind](tape, tape.leaf(X))
    assert tape.refusal(caught.value) == kind


@pytest.mark.parametrize(
    ("kind", "deed"),
    [
        ("cotangent dtype", lambda tape, x: tape.backward(doubled(tape, x), ONES.astype("float32"))),
        ("random", lambda tape, x: tape.backward(tape.part(Drawing).sample("bernoulli", x), ONES)),
    ],
)
def test_what_only_the_reference_refuses_says_which_promise_it_is(kind: str, deed: Callable[[Tape, Any], None]) -> None:
    reference = ReferenceTape()
    with pytest.raises(Refused, match=REFUSALS[kind]):
        deed(reference, reference.leaf(X))


def test_several_outputs_add_up_and_unused_inputs_are_zeros_on_request(tape: Tape) -> None:
    walking, x, other = tape.part(Walking), tape.leaf(X), tape.leaf(X)
    walking.backward([doubled(tape, x), tape.apply("multiply", x, x)], [ONES, ONES])
    assert tape.grad(x).tolist() == [4.0, 6.0, 8.0, 10.0]  # type: ignore[union-attr]  # it was filled just now
    found, unused = walking.gradient([doubled(tape, x)], [x, other], [np.stack([ONES, 3 * ONES])], batched=True, materialize=True)
    assert tape.value(found).tolist() == [[2.0] * 4, [6.0] * 4]
    assert tape.value(unused).shape[-1] == 4


def test_the_graph_ends_in_one_node_per_leaf(tape: Tape) -> None:
    look, x, constant = tape.part(Tracing), tape.leaf(X), tape.leaf(X, requires_grad=False)
    first, second = (look.edges(look.node(tape.apply("multiply", x, constant))) for _ in range(2))
    assert first[0] is second[0]
    assert look.leaf(first[0]) is x
    assert first[1] is None


def test_a_written_part_takes_the_gradient_of_its_place(tape: Tape) -> None:
    x, new = tape.leaf(X), tape.leaf(np.array([7.0, 8.0]))
    h = doubled(tape, x)
    tape.part(Writing).write(h, 1, 3, new)
    assert tape.value(h).tolist() == [2.0, 7.0, 8.0, 8.0]
    tape.backward(h, X)
    assert (tape.grad(x).tolist(), tape.grad(new).tolist()) == ([2.0, 0.0, 0.0, 8.0], [2.0, 3.0])  # type: ignore[union-attr]


def test_a_part_that_a_tape_lacks_says_what_it_would_be() -> None:
    with pytest.raises(Unsupported, match=r"this tape has no HookGroups \(Hooks on several values at once\)"):
        ReferenceTape().part(HookGroups)


def test_a_tape_whose_compilers_trace_no_derivative_is_unsupported_and_no_error():
    with pytest.raises(Unsupported, match="no compiler of the tape traces a function together with its derivative"):
        laws()["traced-op-eq-eager"].check(load_backend("reference"), product())
