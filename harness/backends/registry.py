"""Backends by name: ours, those of installed packages (entry points `autograd_harness.backends`), and `package.module:Object`.

`faulty:FAULT:NAME` is the backend NAME with one deliberate fault, for negative controls. `process:COMMAND` is an adapter in another process, and
`NAME@PYTHON` the backend NAME in another Python environment.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from harness.backends.errors import BackendError, UnknownBackend
from harness.backends.protocol import Backend
from harness.backends.versions import too_old

OURS = {
    "torch": "harness.backends.torch.backend:TorchBackend",
    "reference": "harness.backends.reference:ReferenceBackend",
    "jax": "harness.backends.jax.backend:JaxBackend",
    "autograd": "harness.backends.autograd.backend:AutogradBackend",
    "mygrad": "harness.backends.mygrad.backend:MygradBackend",
    "mlx": "harness.backends.mlx.backend:MlxBackend",
    "tensorflow": "harness.backends.tensorflow.backend:TensorflowBackend",
    "paddle": "harness.backends.paddle.backend:PaddleBackend",
}


@cache
def load_backend(name: str) -> Backend:
    """The backend called `name`, imported now, made once.

    Raises:
        BackendError: unknown name, a package that is missing or too old, or an object that is no backend.
    """
    if name.startswith("faulty:"):
        from harness.backends.faulty.backend import FaultyBackend  # a wrapper that registers nothing: loaded only when asked for

        _, fault, inner = [*name.split(":", 2), "torch"][:3]
        return FaultyBackend(load_backend(inner), fault)
    if name.startswith("process:") or "@" in name:
        from harness.backends.process.backend import started  # starts a process: only when asked for

        return started(name)
    made = _import(_target(name), name)
    backend = _made(made, name) if isinstance(made, type) else made
    if not isinstance(backend, Backend):
        raise BackendError(f"backend {name!r} is {type(backend).__name__}, not a harness.backends.Backend; subclass it.")
    return backend


def _made(adapter: type, name: str) -> object:
    try:
        return adapter()
    except (Exception, SystemExit) as error:  # a constructor may do anything
        if isinstance(error, TypeError) and "abstract" in str(error):
            raise BackendError(f"backend {name!r} is not finished ({error}); write the methods that it names.") from None
        raise BackendError(f"backend {name!r} cannot be made ({type(error).__name__}: {error}); mend its constructor.") from error


def backend_names() -> tuple[str, ...]:
    """The names that need no module path, ours first."""
    return (*OURS, *(entry.name for entry in entry_points(group="autograd_harness.backends")))


def _target(name: str) -> str:
    targets = {entry.name: entry.value for entry in entry_points(group="autograd_harness.backends")} | OURS
    if name in targets:
        return targets[name]
    if ":" in name:
        return name
    close = get_close_matches(name, targets, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    raise UnknownBackend(f"no backend is called {name!r}. {hint}Known: {', '.join(targets)}; or name your own as package.module:Object.")


def _import(target: str, name: str) -> object:
    module, _, attribute = target.partition(":")
    if name in OURS and (why := too_old(name)):
        raise BackendError(f"backend {name!r} cannot be used: {why}.")
    try:
        imported = import_module(module)
    except ImportError as error:
        remedy = f"pip install 'autograd-harness[{name}]'" if name in OURS else "check that its package is installed and on PYTHONPATH"
        raise BackendError(f"backend {name!r} cannot be imported ({error}); {remedy}.") from error
    except (Exception, SystemExit) as error:  # a module may do anything when it is imported
        raise BackendError(f"backend {name!r} cannot be loaded ({type(error).__name__}: {error}); mend what it does on import.") from error
    if not hasattr(imported, attribute):
        raise BackendError(f"backend {name!r}: module {module} has no {attribute!r}; check the part after the colon.")
    return getattr(imported, attribute)
