"""A tape that is wrong on purpose: another tape, all of whose methods are forwarded, and the registry of the classes that each spoil one.

faulty_tape(inner, "doubles-grad")      a fault that is none of a tape's leaves the tape as it is
"""

from __future__ import annotations

from abc import update_abstractmethods
from collections.abc import Callable
from importlib import import_module
from typing import Any

from harness.tape.interface import Tape
from harness.tape.reference.tape import ReferenceTape
from harness.tape.reference.walker import Engine

TAPE_FAULTS: dict[str, tuple[str, Callable[[Tape], Tape]]] = {}
ENGINE_FAULTS: dict[str, tuple[str, type[Engine]]] = {}  # inside an autograd, where no wrapper reaches: in the reference tape only
PART_FAULTS: set[str] = set()  # the names of those of a larger part (harness.backends.faulty.parts), each the control of a law
# The faults that direct laws name as their negative controls; the others are for the random walks (benchmarks/tape_power.py).
CONTROLS = (
    "always-creates-graph",
    "averages-grad",
    "backward-first-order",
    "backward-leaves-off",
    "clear-ignored",
    "clear-keeps-zero",
    "constants-require-grad",
    "decorator-leaks",
    "devices-mix",
    "detach-copies",
    "detach-requires-grad",
    "detach-tracks",
    "doubles-grad",
    "enable-ignored",
    "exit-turns-on",
    "failed-backward-leaves-off",
    "fills-unreached",
    "first-grad-only",
    "frees-retained-graph",
    "frozen-thaws",
    "gradient-drops-seed",
    "gradient-fills-slots",
    "gradient-first-order",
    "gradient-keeps-graph",
    "keeps-graph",
    "leaf-in-place-ok",
    "leafness-lies",
    "leaks-no-grad",
    "mode-lies",
    "move-detaches",
    "moved-gradient-stays",
    "mode-reaches-threads",
    "mutates-cotangent",
    "needs-all-operands",
    "needs-recording",
    "never-leaves",
    "no-grad-freezes",
    "no-nesting",
    "overwrites-grad",
    "records-in-no-grad",
    "retain-ignored",
    "retain-on-constants",
    "retains-everything",
    "retains-once",
    "shallow-graph",
    "slot-replaced",
    "subtracts-grad",
    "swallows-errors",
    "switch-ignored",
    "untracked-root-ok",
    "version-stays",
    "zero-clears",
    "zero-ignored",
)
_NAMED: set[str] = set()  # faults that their own page calls a control
_CORE = ("starts", "inputs", "hooks", "tracing", "writing", "inference", "orders", "adjoints", "special_values", "complex")
_FAMILIES = ("accumulation", "slots", "walks", "modes", "memory", "functional", "engine", "engine_memory", *_CORE, "offers")


class WrappedTape(Tape):  # its abstract methods are filled in below
    """Every method is the inner tape's."""

    def __init__(self, inner: Tape) -> None:
        self.inner, self.features = inner, inner.features


def _forwarded(name: str) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: getattr(self.inner, name)(*args, **kwargs)


for _name in [name for name in dir(Tape) if not name.startswith("_") and callable(getattr(Tape, name))]:
    setattr(WrappedTape, _name, _forwarded(_name))
update_abstractmethods(WrappedTape)  # type: ignore[type-abstract]  # they were filled in just now


def tape_fault(name: str, summary: str, *, control: bool = False) -> Callable[[type[WrappedTape]], type[WrappedTape]]:
    """Register the class as the fault `name` of any tape; a `control` is one that a direct law names."""

    def registered(cls: type[WrappedTape]) -> type[WrappedTape]:
        TAPE_FAULTS[name] = (summary, cls)
        _NAMED.update({name} if control else ())
        return cls

    return registered


def engine_fault(name: str, summary: str, *, control: bool = False) -> Callable[[type[Engine]], type[Engine]]:
    """Register the class as the fault `name` of the reference tape's engine."""

    def registered(cls: type[Engine]) -> type[Engine]:
        ENGINE_FAULTS[name] = (summary, cls)
        _NAMED.update({name} if control else ())
        return cls

    return registered


def faulty_tape(inner: Tape, fault: str) -> Tape:
    """`inner` with the fault called `fault`; an engine's fault needs the reference tape."""
    load_faults()
    if fault in TAPE_FAULTS:
        return TAPE_FAULTS[fault][1](inner)
    if fault in ENGINE_FAULTS and isinstance(inner, ReferenceTape):
        return ReferenceTape(inner.default_device, ENGINE_FAULTS[fault][1]())
    return inner


def controls() -> dict[str, str]:
    """Name and summary of the faults that direct laws name."""
    return {name: summary for name, summary in load_faults().items() if name in _NAMED | PART_FAULTS or name in CONTROLS}


def load_faults() -> dict[str, str]:
    """Name and summary of every fault of a tape."""
    for family in _FAMILIES:
        import_module(f"harness.backends.faulty.{family}")
    return {name: summary for name, (summary, _) in (*TAPE_FAULTS.items(), *ENGINE_FAULTS.items())}
