"""A counterexample as a script that needs the library under test and NumPy only: it computes both sides of the law, and asserts.

imports, f, x, v, w, claim
"""

from __future__ import annotations

import ast
import re
from contextlib import redirect_stdout
from io import StringIO

import msgspec
import numpy as np

from harness.backends import Backend
from harness.program import Case, Program
from harness.program.target import import_target
from harness.running.claims import claim
from harness.running.judge import run_case
from harness.running.printed import printed_program
from harness.running.tape_script import tape_lines
from harness.verdict import Result, Verdict
from properties.laws import lookup_law
from properties.laws.alone import with_another_output
from properties.laws.along import direction, other_direction
from properties.laws.asked_again import asked_along
from properties.laws.calls_apart import elsewhere
from properties.laws.influence import with_an_idle_leaf
from properties.laws.linearity import other_cotangents
from properties.laws.squared import as_asked

_ALGEBRA = """

def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def inner(left, right):
    plain = [[array if isinstance(array, np.ndarray) else numpy(array) for array in side] for side in (left, right)]
    return sum(float(np.vdot(a, b).real) for a, b in zip(*plain))


def filled(found, primals):
    return [np.zeros(np.shape(numpy(x))) if g is None else numpy(g) for g, x in zip(found, primals)]


def vjp(function, primals, cotangents):
    return filled(raw_vjp(function, primals, cotangents), primals)


def hvp(function, primals, cotangents, tangents):
    return filled(raw_hvp(function, primals, cotangents, tangents), primals)


def third(function, primals, cotangents, tangents, others):
    return filled(raw_third(function, primals, cotangents, tangents, others), primals)


def jvp(function, primals, tangents):
    return [numpy(tangent) for tangent in raw_jvp(function, primals, tangents)]

"""


def standalone_script(backend: Backend, case: Case, result: Result, title: str) -> str:
    """The script; empty where the subject is no program, the backend has no `derivatives` to print, or the law no claim to write down."""
    calls, last, law = backend.derivatives(), claim(result), lookup_law(result.law)
    if calls and law.subject == "tape":
        lines = tape_lines(law, backend, case)
        return _called(_head(backend, title), "\n".join([calls.rstrip(), "", "", lines])) if lines else ""
    if not calls or not last or not _is_written(last, calls) or not _is_grounded(backend, case):
        return ""
    case = as_asked(case, result)
    change = {"primals-alone": with_an_idle_leaf, "outputs-alone": with_another_output}.get(case.law)
    case = case if change is None else change(case)
    function, values = _function(backend, case), _values(backend, asked_along(case, result), plain="plain_x" in last)
    return _called(_head(backend, title), "\n".join([calls.rstrip(), _ALGEBRA, function, values, last])) if function else ""


def _head(backend: Backend, title: str) -> str:
    return f'"""{title}"""\n\nimport numpy as np\n{backend.preamble()}\n'


def shows(script: str, backend: Backend) -> bool:
    """Whether the script shows its finding here and now: a law may have looked at more than its script says."""
    try:
        with redirect_stdout(StringIO()):
            exec(compile(script, "a script", "exec"), {"__name__": "script"})
    except Exception:  # whatever it is that the library raises, the script shows it
        return True
    finally:
        backend.reset()
    return False


def _is_written(last: str, calls: str) -> bool:
    """Whether the library's source has every derivative that the claim asks for."""
    asked = set(re.findall(r"\braw_\w+", last)) | {f"raw_{name}" for name in ("hvp", "third") if f"{name}(" in last}
    return all(f"def {name}(" in calls for name in asked)


def _is_grounded(backend: Backend, case: Case) -> bool:
    """Whether what a script expects is right: of a second derivative it comes from the library's own first one, which must be right for that."""
    first = {"hvp-eq-fd": "vjp-eq-fd", "jvp-jvp-eq-fd": "jvp-eq-fd", "third-eq-fd": "hvp-eq-fd"}.get(case.law)
    return first is None or run_case(backend, msgspec.structs.replace(case, law=first)).verdict is Verdict.HOLDS


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


def _function(backend: Backend, case: Case) -> str:
    """F of the primals that are differentiated, the others being fixed; empty for a user's own function, which needs its module."""
    if not isinstance(case.subject, Program):
        return f"{import_target(case.subject.target).written(**case.subject.kwargs)}\n".lstrip("\n") if case.is_native else ""
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
    groups |= _more(backend, case)
    if plain:
        groups |= {f"plain_{name}": [(value, "contiguous") for value, _ in groups[name]] for name in ("x", "w")}
    written = {name: ", ".join(_literal(backend, case, *each) for each in group) for name, group in groups.items()}
    return "\n".join(f"{name} = [{values}]" for name, values in written.items()) + "\n"


def _more(backend: Backend, case: Case) -> dict[str, list[tuple[np.ndarray, str]]]:
    """What the claims of some laws speak of besides: other cotangents, directions or points."""
    found: dict[str, tuple[np.ndarray, ...]] = {}
    if case.law == "vjp-linear":
        found["u"], found["mixed"] = other_cotangents(case)
    elif case.law in ("jvp-jvp-eq-fd", "hessian-symmetric", "third-eq-fd"):
        found["u"] = other_direction(case)
    elif case.law == "calls-apart":
        found["y"] = elsewhere(backend, case)
    return {name: [(value, "contiguous") for value in values] for name, values in found.items()}


def _literal(backend: Backend, case: Case, values: np.ndarray, layout: str) -> str:
    return backend.literal("x", values, dtype=case.dtype, device=case.device, layout=layout)


def _layout(case: Case, position: int) -> str:
    return case.layouts[position] if position < len(case.layouts) else "contiguous"
