"""How long an adapter is: lines of code, without blank ones, comments and docstrings, of the modules that are no table.

    adapter_lines("jax")  ->  Lines(adapter=.., tape=.., whole=..)       whole: every line of the same modules, as `wc -l` counts them

A table is a module of spellings, or of source that scripts print; what a backend says about its imperative tape is counted apart.
"""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path
from typing import NamedTuple

BACKENDS = Path(__file__).parents[1] / "harness" / "backends"
TABLES = ("templates", "script", "spelling", "native", "native_cases", "native_source")
SILENT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


class Lines(NamedTuple):
    """`adapter` and `tape` are code; `whole` is everything of both."""

    adapter: int
    tape: int
    whole: int


def adapter_lines(name: str) -> Lines:
    """Of the modules in harness/backends/`name`."""
    modules = [path for path in sorted((BACKENDS / name).rglob("*.py")) if not path.stem.endswith(TABLES)]
    assert modules, f"no adapter of {name} lies in harness/backends"
    texts = {path.stem: path.read_text() for path in modules}
    of_tape = sum(code_lines(text) for stem, text in texts.items() if stem.startswith("tape"))
    return Lines(sum(map(code_lines, texts.values())) - of_tape, of_tape, sum(len(text.splitlines()) for text in texts.values()))


def code_lines(text: str) -> int:
    """Lines of Python source that hold a token of code."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    held = {line for token in tokens if token.type not in SILENT for line in range(token.start[0], token.end[0] + 1)}
    return len(held - _docstrings(ast.parse(text)))


def _docstrings(tree: ast.Module) -> set[int]:
    told = [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None
    ]
    return {line for node in told for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
