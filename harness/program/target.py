"""A function by its name, `module:qualified.name`, and what of it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class UnknownTarget(LookupError):
    """The function of a case is not known in this process; the message is one sentence with a remedy."""


def import_target(target: str) -> Any:
    """What `module:qualified.name` names.

    Raises:
        UnknownTarget: no such module, or nothing of that name in it.
    """
    module, _, name = target.partition(":")
    if not module or not name:
        raise UnknownTarget(f"the function must be named module:function; got {target!r}. Write, for example, mypkg.ops:gelu.")
    try:
        found: Any = import_module(module)
    except ImportError as error:
        raise UnknownTarget(f"the module of {target!r} cannot be imported ({error}). Check its name, and that it is on PYTHONPATH.") from error
    except Exception as error:  # the module's own
        raise UnknownTarget(f"the module of {target!r} raises when it is imported ({type(error).__name__}: {error}). Mend that first.") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise UnknownTarget(f"{module} has no {name!r}. Check the part after the colon.")
        found = getattr(found, part)
    return found


def callable_of(found: Any) -> Any:
    """What to call: a class of a forward and a backward through its `apply`, any other class through an instance, the rest as it is.

    Raises:
        UnknownTarget: an instance cannot be made without arguments.
    """
    if not isinstance(found, type):
        return found
    if hasattr(found, "apply") and hasattr(found, "backward"):
        return found.apply
    try:
        return found()
    except TypeError as error:
        raise UnknownTarget(f"{found.__qualname__} cannot be made without arguments ({error}). Name an instance of it, or a function.") from error
