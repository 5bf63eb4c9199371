"""The deeds of a tape as a person would write them for torch, for scripts that show a finding without the harness.

{"backward": "v0.backward(torch.tensor([1.0]), retain_graph=True)"}

Source: https://docs.pytorch.org/docs/stable/autograd.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from harness.tape.features import Writer

Options = Mapping[str, str]


def _leaf(args: list[str], options: Options) -> str:
    return args[0] if options.get("requires_grad") == "False" else f"{args[0]}.requires_grad_()"


def _backward(args: list[str], options: Options) -> str:
    output, *seed = [each for each in args if each != "None"]
    return f"{output}.backward({', '.join([*seed, *_flags(options, 'retain_graph', 'create_graph', 'inputs')])})"


def _gradient(args: list[str], options: Options) -> str:
    given = [each for each in args if each != "None"]
    return f"torch.autograd.grad({', '.join([*given, *_flags(options, 'retain_graph', 'create_graph', 'allow_unused')])})"


def _walk_backward(args: list[str], options: Options) -> str:
    return f"torch.autograd.backward({', '.join([*args, *_flags(options, 'retain_graph', 'create_graph', 'inputs')])})"


def _walk_gradient(args: list[str], options: Options) -> str:
    named = {"materialize": "materialize_grads", "batched": "is_grads_batched"}
    flags = _flags({named.get(k, k): v for k, v in options.items()}, "retain_graph", "create_graph", "allow_unused", *named.values())
    return f"torch.autograd.grad({', '.join([*args, *flags])})"


def _flags(options: Options, *names: str) -> list[str]:
    """Those that are not off; a graph that is created is retained too."""
    return [f"{name}={options[name]}" for name in names if options.get(name, "False") not in ("False", "None")]


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "leaf": _leaf,
        "backward": _backward,
        "gradient": _gradient,
        "walk_backward": _walk_backward,
        "walk_gradient": _walk_gradient,
        "grad": lambda a, o: f"{a[0]}.grad",
        "clear_grad": lambda a, o: f"{a[0]}.grad = None",
        "assign_grad": lambda a, o: f"{a[0]}.grad = {a[1]}",
        "no_grad": lambda a, o: "torch.no_grad()",
        "grad_mode": lambda a, o: f"torch.set_grad_enabled({a[0]})",
        "set_recording": lambda a, o: f"torch.set_grad_enabled({a[0]})",
        "is_recording": lambda a, o: "torch.is_grad_enabled()",
        "requires_grad": lambda a, o: f"{a[0]}.requires_grad",
        "is_leaf": lambda a, o: f"{a[0]}.is_leaf",
        "has_history": lambda a, o: f"({a[0]}.grad_fn is not None)",
        "set_requires_grad": lambda a, o: f"{a[0]}.requires_grad_({a[1]})",
        "retain_grad": lambda a, o: f"{a[0]}.retain_grad()",
        "retains_grad": lambda a, o: f"{a[0]}.retains_grad",
        "detach": lambda a, o: f"{a[0]}.detach()",
        "scale_in_place": lambda a, o: f"{a[0]}.mul_({a[1]})",
        "add_in_place": lambda a, o: f"{a[0]}.add_({a[1]})",
        "view": lambda a, o: f"{a[0]}.view({a[1]})",
        "narrow": lambda a, o: f"{a[0]}[{a[1]}:{a[2]}]",
        "version": lambda a, o: f"{a[0]}._version",
        "move": lambda a, o: f"{a[0]}.to({a[1]})",
    }
)
