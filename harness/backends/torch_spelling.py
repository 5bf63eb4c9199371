"""Torch's spelling of the catalogue: one template per op, both called and printed.

    spell("sum", ["x"], {"axis": 0, "keepdims": False})  ->  "torch.sum(x, dim=0)"
    compile_call("sum", 1, {"torch": torch})(x, axis=0)  ->  the value of that very text

In a template {0}, {1} ... are the arrays, {args} all of them, {rest} all but the first
with a comma before each, {axis} the parameter `axis`. `keyword={axis?}` is left out, with the comma before it,
where the parameter is absent, None or False. A template may be a function of the parameters: it returns the text, and the values it names.
Nothing here imports torch.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from types import CodeType
from typing import Any

from harness.backends.torch_nn_templates import NN_TEMPLATES
from harness.backends.torch_templates import ARRAY_TEMPLATES, Template

Params = dict[str, Any]
SPELLINGS: dict[str, Template] = {**ARRAY_TEMPLATES, **NN_TEMPLATES}

_OPTIONAL = re.compile(r"(?:, )?(?:\w+=)?\{(\w+)\?\}")
_FIELD = re.compile(r"\{(\w+)\}")


def spell(op: str, args: Sequence[str], params: Params) -> str:
    """The call of `op` as a person would write it in torch.

    Raises:
        LookupError: torch has no spelling of `op`.
    """
    text, values = _text(op, params)
    return _fill(text, args, lambda name: _literal(values[name]))


def compile_call(op: str, nargs: int, namespace: dict[str, Any]) -> Callable[..., Any]:
    """A function of `nargs` arrays and of the op's parameters as keywords; `namespace` holds `torch` and `F`.

    Raises:
        LookupError: torch has no spelling of `op`.
    """
    key = (op, nargs, id(namespace))
    if key not in _CALLS:
        _template(op)
        _CALLS[key] = (namespace, _caller(op, nargs, namespace))
    return _CALLS[key][1]


_CALLS: dict[tuple[str, int, int], tuple[dict[str, Any], Callable[..., Any]]] = {}  # the namespace is kept, so that its id stays its own


def _caller(op: str, nargs: int, namespace: dict[str, Any]) -> Callable[..., Any]:
    compiled: dict[CodeType, Callable[..., Any]] = {}

    def call(*arrays: Any, **params: Any) -> Any:
        text, values = _text(op, params)
        code = _code(text, nargs)
        if code not in compiled:
            compiled[code] = eval(code, namespace)
        return compiled[code](*arrays, **{f"p_{name}": _tuples(values[name]) for name in dict.fromkeys(_FIELD.findall(text)) if _is_param(name)})

    return call


def _text(op: str, params: Params) -> tuple[str, Params]:
    """The template without what is left out, and the values of its fields."""
    template = _template(op)
    text, values = (template, params) if isinstance(template, str) else template(params)
    return _OPTIONAL.sub(lambda match: _kept(match, values), text).replace("(, ", "("), values


def _template(op: str) -> Template:
    try:
        return SPELLINGS[op]
    except KeyError:
        raise LookupError(f"torch has no spelling of the op {op!r}; add it to harness/backends/torch_templates.py.") from None


def _kept(match: re.Match[str], values: Params) -> str:
    value = values.get(match[1])
    return "" if value is None or value is False else match[0].replace("?", "")


@cache
def _code(text: str, nargs: int) -> CodeType:
    names = [f"a{i}" for i in range(nargs)]
    params = [f"p_{name}" for name in dict.fromkeys(_FIELD.findall(text)) if _is_param(name)]
    body = _fill(text, names, lambda name: f"p_{name}")
    return compile(f"lambda {', '.join([*names, *params])}: {body}", f"<torch: {text}>", "eval")


def _is_param(field: str) -> bool:
    return not (field.isdigit() or field in ("args", "rest"))


def _fill(text: str, args: Sequence[str], param: Callable[[str], str]) -> str:
    def field(match: re.Match[str]) -> str:
        name = match[1]
        if name == "args":
            return ", ".join(args)
        if name == "rest":
            return "".join(f", {arg}" for arg in args[1:])
        return args[int(name)] if name.isdigit() else param(name)

    return _FIELD.sub(field, text)


def _literal(value: Any) -> str:
    """`value` as Python source."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    return repr(_tuples(value))


def _tuples(value: Any) -> Any:
    """Parameters that come from JSON hold lists where torch prints and wants tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
