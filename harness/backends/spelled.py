"""An adapter whose ops are a table of spellings: what all of ours for NumPy-like libraries have in common.

    op("sum")  ->  a function that calls what `spell("sum", ["x"], {"axis": 0})` prints: mg.sum(x, axis=0)

Who subclasses it names its table, the imports and the derivatives of a script, and says what is its own: arrays and derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from harness.backends.numpy.nn_templates import NN_CANDIDATES
from harness.backends.numpy.templates import CANDIDATES
from harness.backends.protocol import Backend
from harness.backends.spelling import Spelling, Template
from harness.backends.words import Accepts, first_known, missing_words


class Spelled(Backend):
    """On the host's CPU, unless `devices` says more."""

    spelling: Spelling
    imports: str  # the lines that a script in this library begins with
    script: str  # its derivatives as source: see `Backend.derivatives`

    def devices(self) -> tuple[str, ...]:
        """The CPU."""
        return ("cpu",)

    def op(self, name: str) -> Callable[..., Any] | None:
        """The op as `spell` writes it."""
        return self.spelling.call(name)

    def spell(self, op: str, args: Sequence[str], params: Mapping[str, Any]) -> str:
        """By the table."""
        return self.spelling.spell(op, args, dict(params))

    def preamble(self) -> str:
        """Imports of a script."""
        return self.imports

    def derivatives(self) -> str:
        """Derivatives of a script."""
        return self.script


def spelling_of(
    library: str,
    own: Mapping[str, Template],
    words: Mapping[str, str],
    namespace: Mapping[str, Any],
    *,
    lacks: Collection[str] = (),
    accepts: Accepts = lambda function: True,
) -> Spelling:
    """NumPy's spellings in the library's `words` without what it `lacks`, and its `own` over them; only functions that exist and are accepted."""
    candidates = {op: templates for op, templates in (NN_CANDIDATES | CANDIDATES).items() if op not in lacks}
    present = {op: template for op, template in own.items() if not missing_words(template, namespace)}
    return Spelling(library, {**first_known(candidates, words, namespace, accepts), **present}, namespace)
