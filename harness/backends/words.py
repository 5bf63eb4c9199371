"""The words of a template: which of a library's functions it calls, whether the library has them, and the same template in other words.

    first_known({"f": ["xp.nosuch({0})", "xp.exp({0})"]}, {"xp": "np"}, {"np": numpy})  ->  {"f": "np.exp({0})"}

The grammar of templates: harness.backends.spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, cast

from harness.backends.spelling import Params, Template, Written

Accepts = Callable[[Any], bool]
_WORD = re.compile(r"(?<![\w.}])([a-z]\w*(?:\.\w+)+)(?=\()")
_MODULE = re.compile(r"(?<![\w.}])([a-z]+)\.")


def uses(*words: str) -> Callable[[Callable[[Params], tuple[str, Params]]], Callable[[Params], tuple[str, Params]]]:
    """Say which words a template that is a function may write: they are not seen before it is called."""

    def mark(template: Callable[[Params], tuple[str, Params]]) -> Callable[[Params], tuple[str, Params]]:
        template.words = words  # type: ignore[attr-defined]
        return template

    return mark


def words_of(template: Template) -> set[str]:
    """The dotted names that a template calls: {"jnp.linalg.det"}."""
    if isinstance(template, Mapping):
        return {word for written in template.values() for word in words_of(written)}
    return {match[1] for match in _WORD.finditer(template)} if isinstance(template, str) else set(getattr(template, "words", ()))


def missing_words(template: Template, namespace: Mapping[str, Any], accepts: Accepts = lambda function: True) -> list[str]:
    """Those words of `template` that begin with a name of `namespace` and do not exist there, or name a function that is not accepted."""
    words = (word for word in words_of(template) if word.split(".")[0] in namespace)
    return sorted(word for word in words if not accepts(_named(word, namespace)) or _named(word, namespace) is None)


def renamed(template: Template, names: Mapping[str, str]) -> Template:
    """`template` in other words: {"xp.abs": "mx.fabs"} for a function, {"keepdims=": "keepdim="} for a keyword, {"xp": "mx"} for a module."""
    if isinstance(template, Mapping):
        return {count: cast(Written, renamed(written, names)) for count, written in template.items()}
    if isinstance(template, str):
        return _renamed_text(template, names)

    def written(params: Params) -> tuple[str, Params]:
        text, values = template(params)
        return _renamed_text(text, names), values

    return uses(*(_renamed_text(word + "(", names)[:-1] for word in words_of(template)))(written)


def _renamed_text(text: str, names: Mapping[str, str]) -> str:
    text = _WORD.sub(lambda match: names.get(match[1], match[1]), text)
    for keyword in (name for name in names if name.endswith("=")):
        text = re.sub(rf"\b{keyword}", names[keyword], text)
    return _MODULE.sub(lambda match: names.get(match[1], match[1]) + ".", text)


def first_known(
    candidates: Mapping[str, Sequence[Template]], names: Mapping[str, str], namespace: Mapping[str, Any], accepts: Accepts = lambda function: True
) -> dict[str, Template]:
    """Per op the first candidate whose words the library has, and accepts; an op without one is left out."""
    found: dict[str, Template] = {}
    for op, templates in candidates.items():
        for template in (renamed(each, names) for each in templates):
            if not missing_words(template, namespace, accepts):
                found[op] = template
                break
    return found


def _named(word: str, namespace: Mapping[str, Any]) -> Any:
    """What "jnp.linalg.det" names; None where the library has no such thing."""
    first, *rest = word.split(".")
    return reduce(lambda found, name: getattr(found, name, None), rest, namespace[first])
