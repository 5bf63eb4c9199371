"""A walk as the Python that a person would write: for torch, whole and runnable; for another tape, in torch's words as pseudocode.

Action("op", ("t0",), "t1", {"op": "multiply", "number": 2.0})   ->   t1 = t0 * 2.0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.tape.walks.action import Action
from harness.tape.walks.more import MORE

_BINARY = {"add": "+", "multiply": "*"}


def script(actions: Sequence[Action]) -> str:
    """Source that needs torch only; an action that is to be refused stands in it as the line that raises."""
    lines = ["import torch", "", *(["modes = []"] if any(action.verb == "enter" for action in actions) else [])]
    for action in actions:
        lines += _lines(action)
    return "\n".join(lines) + "\n"


def _lines(action: Action) -> list[str]:
    text = _WRITERS[action.verb](action.args, action.params)
    lines = [text] if isinstance(text, str) else list(text)
    if action.result:
        lines[-1] = f"{action.result} = {lines[-1]}"
    return lines


def _tensor(values: Any) -> str:
    return f"torch.tensor({values!r}, dtype=torch.float64)"


def _op(args: Sequence[str], params: dict[str, Any]) -> str:
    op, number = params["op"], params.get("number")
    if op in _BINARY:
        return f" {_BINARY[op]} ".join([*args, *([] if number is None else [repr(number)])])
    return f"{args[0]}.{op}()"


def _backward(args: Sequence[str], params: dict[str, Any]) -> str:
    given = [] if params["cotangent"] is None else [_tensor(params["cotangent"])]
    flags = [f"{name}=True" for name, on in (("retain_graph", params["retain"]), ("create_graph", params["create"])) if on]
    inputs = [f"inputs=[{', '.join(args[1:])}]"] if args[1:] else []
    return f"{args[0]}.backward({', '.join(given + flags + inputs)})"


def _gradient(args: Sequence[str], params: dict[str, Any]) -> str:
    given = [*args] + ([] if params["cotangent"] is None else [_tensor(params["cotangent"])])
    flags = {"retain_graph": params["retain"] or params["create"], "create_graph": params["create"], "allow_unused": params["allow_unused"]}
    found = f"torch.autograd.grad({', '.join(given + [f'{name}=True' for name, on in flags.items() if on])})[0]"
    return f"(lambda g: torch.zeros((), dtype=torch.float64) if g is None else g.clone())({found})"


def _hook(args: Sequence[str], params: dict[str, Any]) -> str:
    factor = params["factor"]
    body = f"print({params['name']!r}, g)" if factor is None else "g.sum()" if factor == "sum" else f"g * {factor!r}"
    return f"{params['name']} = {args[0]}.register_hook(lambda g: {body})"


def _leaf(args: Sequence[str], params: dict[str, Any]) -> str:
    return _tensor(params["values"]) + (".requires_grad_()" if params["requires_grad"] else "")


_WRITERS: dict[str, Any] = {
    "leaf": _leaf,
    "op": _op,
    "view": lambda a, p: f"{a[0]}.view({tuple(p['shape'])})",
    "narrow": lambda a, p: f"{a[0]}[{p['start']}:{p['stop']}]",
    "detach": lambda a, p: f"{a[0]}.detach()",
    "scale in place": lambda a, p: f"{a[0]}.mul_({p['factor']!r})",
    "add in place": lambda a, p: f"{a[0]}.add_({a[1]})",
    "flag": lambda a, p: f"{a[0]}.requires_grad_({p['flag']})",
    "retain": lambda a, p: f"{a[0]}.retain_grad()",
    "hook": _hook,
    "unhook": lambda a, p: f"{p['name']}.remove()",
    "enter": lambda a, p: (f"modes.append(torch.{'enable_grad' if p['recording'] else 'no_grad'}())", "modes[-1].__enter__()"),
    "leave": lambda a, p: f"modes.pop().__exit__({'RuntimeError, RuntimeError(), None' if p['by_exception'] else 'None, None, None'})",
    "set recording": lambda a, p: f"torch.set_grad_enabled({p['recording']})",
    "backward": _backward,
    "gradient": _gradient,
    "take": lambda a, p: f"{a[0]}.grad.clone()",
    "zero": lambda a, p: f"if {a[0]}.grad is not None: {a[0]}.grad.detach_().zero_()",
    "clear": lambda a, p: f"{a[0]}.grad = None",
    "assign": lambda a, p: f"{a[0]}.grad = {a[1]}.detach().clone()",
    "step": lambda a, p: ("with torch.no_grad():", f"    {a[0]} -= {p['rate']!r} * {a[0]}.grad"),
    "forget": lambda a, p: f"del {p['name']}",
    **{verb: more.write for verb, more in MORE.items()},
}
