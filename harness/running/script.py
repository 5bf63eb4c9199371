"""A counterexample as a script that needs the library under test and NumPy only: it computes both sides of the law, and asserts.

imports, f, x, v, w, claim
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from textwrap import indent

import msgspec
import numpy as np

from harness.backends import Backend
from harness.program import Case, Program
from harness.running.claims import claim
from harness.running.judge import run_case
from harness.verdict import Result, Verdict
from properties.laws.along import direction
from properties.laws.asked_again import asked_along

_ALGEBRA = """

def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def inner(left, right):
    plain = [[array if isinstance(array, np.ndarray) else numpy(array) for array in side] for side in (left, right)]
    return sum(float(np.vdot(a, b).real) for a, b in zip(*plain))


def vjp(function, primals, cotangents):
    found = raw_vjp(function, primals, cotangents)
    return [np.zeros(np.shape(numpy(x))) if g is None else numpy(g) for g, x in zip(found, primals)]


def hvp(function, primals, cotangents, tangents):
    found = raw_hvp(function, primals, cotangents, tangents)
    return [np.zeros(np.shape(numpy(x))) if g is None else numpy(g) for g, x in zip(found, primals)]


def jvp(function, primals, tangents):
    return [numpy(tangent) for tangent in raw_jvp(function, primals, tangents)]

"""


def standalone_script(backend: Backend, case: Case, result: Result, title: str) -> str:
    """The script; empty where the subject is no program, the backend has no `derivatives` to print, or the law no claim to write down."""
    calls, last = backend.derivatives(), claim(result)
    if not isinstance(case.subject, Program) or not calls or not last or ("hvp(" in last and not _second(backend, case, calls)):
        return ""
    head = f'"""{title}"""\n\nimport numpy as np\n{backend.preamble()}\n'
    values = _values(backend, asked_along(case, result), plain="plain_x" in last)
    return _called(head, "\n".join([calls.rstrip(), _ALGEBRA, _function(backend, case), values, last]))


def _second(backend: Backend, case: Case, calls: str) -> bool:
    """Whether a script can show a second derivative: what is expected of it comes from the library's own gradient, which must be right for that."""
    return "def raw_hvp(" in calls and run_case(backend, msgspec.structs.replace(case, law="vjp-eq-fd")).verdict is Verdict.HOLDS


def _called(head: str, body: str) -> str:
    """`head` and `body`, without the functions of the body that nothing in it calls."""
    while True:
        tree = ast.parse(body)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        idle = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name not in used), None)
        if idle is None or idle.end_lineno is None:
            return head + "\n\n" + re.sub(r"\n{4,}", "\n\n\n", body.strip("\n")) + "\n"
        lines = body.splitlines(keepends=True)
        body = "".join(lines[: idle.lineno - 1] + lines[idle.end_lineno :])


def printed_program(backend: Backend, program: Program, *, name: str = "f", primals: Sequence[int] | None = None) -> str:
    """`program` as a Python function of its inputs in the library's own calls."""
    arguments = [program.inputs[i].name for i in (primals if primals is not None else range(len(program.inputs)))]
    lines = [f"{', '.join(i.results)} = {backend.spell(i.op, i.args, i.params)}" for i in program.instructions]
    returned = ", ".join(program.outputs) + ("," if len(program.outputs) == 1 else "")
    return f"def {name}({', '.join(arguments)}):\n" + indent("\n".join([*lines, f"return {returned}"]), "    ") + "\n"


def _function(backend: Backend, case: Case) -> str:
    """F of the primals that are differentiated; the others are fixed."""
    assert isinstance(case.subject, Program)
    fixed = [i for i in range(len(case.primals)) if i not in case.differentiable]
    constants = [f"{case.subject.inputs[i].name} = {_literal(backend, case, case.primals[i], _layout(case, i))}" for i in fixed]
    return "\n".join([*constants, "", printed_program(backend, case.subject, primals=case.differentiable)]).lstrip("\n") + "\n"


def _values(backend: Backend, case: Case, *, plain: bool) -> str:
    """x, v and w as lists of the library's arrays; the contiguous twins where the claim needs them."""
    outputs = len(case.primals)
    tangents = outputs + len(case.cotangents)
    groups = {
        "x": [(case.primals[i], _layout(case, i)) for i in case.differentiable],
        "v": [(step, _layout(case, tangents + i)) for i, step in enumerate(direction(case))],
        "w": [(value, _layout(case, outputs + i)) for i, value in enumerate(case.cotangents)],
    }
    if plain:
        groups |= {f"plain_{name}": [(value, "contiguous") for value, _ in groups[name]] for name in ("x", "w")}
    written = {name: ", ".join(_literal(backend, case, *each) for each in group) for name, group in groups.items()}
    return "\n".join(f"{name} = [{values}]" for name, values in written.items()) + "\n"


def _literal(backend: Backend, case: Case, values: np.ndarray, layout: str) -> str:
    return backend.literal("x", values, dtype=case.dtype, device=case.device, layout=layout)


def _layout(case: Case, position: int) -> str:
    return case.layouts[position] if position < len(case.layouts) else "contiguous"
