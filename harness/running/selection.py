"""From what a person asked for to cells, every wrong name told in one sentence with its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from harness.backends import Backend
from harness.ops.catalogue import catalogue
from harness.running.cells import PROGRAM, TAPE, Cell, blind_plan, plan, shard
from harness.running.misuse import NothingSelected, close_names, matcher, one_of, refuse
from harness.running.native import PREFIX, is_native, native_ops
from harness.running.profiles import COMPILING, ON_REQUEST, PROFILES, Profile
from harness.running.usable import backend_called, usable
from harness.strategies.rounding import COMPLEX_DTYPES, REAL_DTYPES
from properties.laws import Law, laws, lookup_law
from properties.laws.differential import differential_law

DTYPES = (*REAL_DTYPES, *COMPLEX_DTYPES)


@dataclass(frozen=True)
class Selection:
    """What is to be verified. Empty means: everything that is there (devices), that the profile names (dtypes), or that is known (ops, laws).

    A backend that has none of the profile's dtypes is verified in its first one.
    `op` and `law` are regular expressions for whole names ("sum|prod", "vjp-.*"); a law is also meant by its family.
    """

    backends: tuple[str, ...] = ("torch",)
    devices: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    op: str = ""
    law: str = ""
    profile: str = "quick"
    shard: tuple[int, int] = (1, 1)
    against: tuple[str, ...] = ()  # backends that serve as oracles: the laws `agrees-with-NAME`


@dataclass(frozen=True)
class Resolved:
    """A selection with everything looked up. `absent` says of backends that cannot be used why; their cells are planned, and cannot run."""

    profile: Profile
    backends: Mapping[str, Backend]
    cells: tuple[Cell, ...]
    absent: Mapping[str, str]


def resolve(selection: Selection) -> Resolved:
    """The backends and cells that `selection` means.

    Raises:
        Misuse: a name that is not known, an expression that matches nothing, a device that is not there, no backend that can be had.
        NothingSelected: all are known, and no cell is left.
    """
    check_names(selection)
    profile = PROFILES[selection.profile]
    against = [_against(name) for name in selection.against]
    chosen, ops = [*select_laws(selection.law), *against], select_ops(selection.op)
    backends, absent = usable(selection.backends)
    natives = profile.native if selection.op == "" else PREFIX in selection.op
    cells = [
        cell
        for name, backend in backends.items()
        for devices in [_devices(backend, selection.devices)]
        for dtypes in [selection.dtypes or _usual(backend, profile, devices)]
        for more in [native_ops(backend, matcher("op", selection.op), dtypes, devices) if natives else []]
        for cell in plan(backend, name, laws=chosen, ops=[*ops, *more], devices=devices, dtypes=dtypes)
        if not left_out(profile, cell, selection)
    ]
    cells += [
        cell
        for name in absent
        for cell in blind_plan(name, laws=chosen, ops=ops, dtypes=selection.dtypes or profile.dtypes)
        if not left_out(profile, cell, selection)
    ]
    if not cells:
        raise NothingSelected(
            f"no cell is left: no law that {selection.law!r} matches speaks of an op that {selection.op!r} matches. Widen one of the two."
        )
    return Resolved(profile, backends, tuple(shard(cells, *selection.shard)), absent)


def check_names(selection: Selection) -> None:
    """What can be told without a backend.

    Raises:
        Misuse: a profile, dtype, law or op that is not known.
    """
    one_of("profile", selection.profile, PROFILES)
    for dtype in selection.dtypes:
        one_of("dtype", dtype, DTYPES)
    select_laws(selection.law)
    select_ops(selection.op)


def _against(name: str) -> Law:
    """The law that compares with the backend `name`; Misuse where that cannot be had."""
    backend_called(name)
    return differential_law(name)


def left_out(profile: Profile, cell: Cell, asked: Selection) -> bool:
    """Whether nobody gets the cell who does not ask for it: for its law, or, unless that is asked by name only, for its op."""
    family = lookup_law(cell.law).family
    if asked.law or (asked.op and family not in COMPILING | ON_REQUEST):
        return False
    return family in profile.later or (not asked.op and cell.op != PROGRAM and family in left_to_programs(profile, cell.op))


def left_to_programs(profile: Profile, op: str) -> frozenset[str]:
    """The families of laws that are not tried on `op` where nobody asks for them.

    Many native subjects are linear, so that a second derivative of theirs is no evidence; nobody knows their domain well enough to square them.
    """
    return profile.on_programs | ({"second order"} if is_native(op) else frozenset())


def select_ops(expression: str) -> list[str]:
    """The ops whose whole name matches; "program" (random programs) and "tape" (sequences of actions) count as ops here.

    An expression that speaks of "native:" may match nothing else.
    """
    known, matches = [*catalogue(), PROGRAM, TAPE], matcher("op", expression)
    found = [name for name in known if matches(name)]
    return found if found or PREFIX in expression else _nothing("op", "an op of the catalogue", expression, known)


def select_laws(expression: str) -> list[Law]:
    """The laws whose whole name or family matches."""
    known, matches = [name for law in laws().values() for name in (law.name, law.family)], matcher("law", expression)
    return [law for law in laws().values() if matches(law.name) or matches(law.family)] or _nothing(
        "law", "a law or a family of laws", expression, known
    )


def _usual(backend: Backend, profile: Profile, devices: list[str]) -> tuple[str, ...]:
    """The dtypes of `profile`; of a backend that has none of them, its first."""
    offered = [dtype for device in devices for dtype in backend.dtypes(device)]
    return profile.dtypes if not offered or set(offered) & set(profile.dtypes) else (offered[0],)


def _nothing(argument: str, what: str, expression: str, known: list[str]) -> NoReturn:
    refuse(
        argument,
        f"an expression that matches {what}",
        expression,
        close_names(expression, known) or f"See them with: autograd-harness list {argument}s.",
    )


def _devices(backend: Backend, asked: tuple[str, ...]) -> list[str]:
    """The devices of `backend` that were asked for; "cuda" means every "cuda:N"."""
    present = backend.devices()
    for device in asked:
        if not any(_means(device, each) for each in present):
            refuse("device", f"a device that backend {backend.name} sees", device, f"It sees: {', '.join(present)}.")
    return [each for each in present if not asked or any(_means(device, each) for device in asked)]


def _means(asked: str, present: str) -> bool:
    return present == asked or present.split(":")[0] == asked
