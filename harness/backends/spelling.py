"""A library's spelling of the catalogue: one template per op, both called and printed.

    Spelling("numpy", {"sum": "np.sum({0}, axis={axis?})"}, {"np": numpy}).spell("sum", ["x"], {"axis": 0})  ->  "np.sum(x, axis=0)"
    .call("sum")(x, axis=0)  ->  the value of that very text

In a template {0}, {1} ... are the arrays, {args} all of them, {rest} all but the first
with a comma before each, {axis} the parameter `axis`. `keyword={axis?}` is left out, with the comma before it,
where the parameter is absent, None or False. A template may be a function of the parameters, which returns the text and the values that it names,
and a table of such by the number of arrays. Nothing here imports a framework.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from types import CodeType
from typing import Any

from harness.ops.defaults import left_out

Params = dict[str, Any]
Written = str | Callable[[Params], tuple[str, Params]]
Template = Written | Mapping[int, Written]

_OPTIONAL = re.compile(r"(?:, )?(?:\w+=)?\{(\w+)\?\}")
_FIELD = re.compile(r"\{(\w+)\}")


class Spelling:
    """The templates of one library and the modules that their texts name."""

    def __init__(
        self, library: str, templates: Mapping[str, Template], namespace: Mapping[str, Any], table: str = "", *, omits: bool = False
    ) -> None:
        self.templates, self.namespace = templates, dict(namespace)
        self._omits = omits  # its defaults are those of harness.ops.defaults
        self._library, self._table = library, table or f"harness/backends/{library}_templates.py"
        self._compiled: dict[CodeType, Callable[..., Any]] = {}

    def spell(self, op: str, args: Sequence[str], params: Params) -> str:
        """The call of `op` as a person would write it.

        Raises:
            LookupError: the library has no spelling of `op`.
        """
        text, values = self._text(op, params, len(args))
        return _fill(text, args, lambda name: _literal(values[name]))

    def call(self, op: str) -> Callable[..., Any] | None:
        """A function of the op's arrays, and of its parameters as keywords; None where there is no spelling."""
        return partial(self._call, op) if op in self.templates else None

    def _call(self, op: str, /, *arrays: Any, **params: Any) -> Any:
        text, values = self._text(op, params, len(arrays))
        code = _code(text, len(arrays), self._library)
        if code not in self._compiled:
            self._compiled[code] = eval(code, self.namespace)
        return self._compiled[code](*arrays, **{f"p_{name}": _tuples(values[name]) for name in _params(text)})

    def _text(self, op: str, params: Params, count: int) -> tuple[str, Params]:
        """The template without what is left out, and the values of its fields."""
        try:
            template = self.templates[op]
            written = template[count] if isinstance(template, Mapping) else template
        except KeyError:
            raise LookupError(f"{self._library} has no spelling of the op {op!r}; add it to {self._table}.") from None
        text, values = (written, params) if isinstance(written, str) else written(params)
        absent = left_out(op, params) if self._omits else ()
        return _OPTIONAL.sub(lambda match: _kept(match, values), _without(text, absent)).replace("(, ", "("), values


def _without(text: str, absent: Sequence[str]) -> str:
    """`text` without the keywords for these parameters, and the commas before them; what a position gives stays."""
    for name in absent:
        text = re.sub(rf", \w+=\{{{name}\??\}}", "", text)
    return text


def _kept(match: re.Match[str], values: Params) -> str:
    value = values.get(match[1])
    return "" if value is None or value is False else match[0].replace("?", "")


@cache
def _code(text: str, nargs: int, library: str) -> CodeType:
    names = [f"a{i}" for i in range(nargs)]
    params = [f"p_{name}" for name in _params(text)]
    body = _fill(text, names, lambda name: f"p_{name}")
    return compile(f"lambda {', '.join([*names, *params])}: {body}", f"<{library}: {text}>", "eval")


@cache
def _params(text: str) -> tuple[str, ...]:
    """The names of the parameters in `text`, each once."""
    return tuple(name for name in dict.fromkeys(_FIELD.findall(text)) if not (name.isdigit() or name in ("args", "rest")))


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
    """Parameters that come from JSON hold lists where libraries print and want tuples."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def numbers(values: Any) -> str:
    """Nested lists that Python reads back exactly; `float("nan")` where a literal has no spelling."""
    return repr(values.tolist()).replace("nan", 'float("nan")').replace("inf", 'float("inf")')
