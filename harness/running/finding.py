"""A broken law as a finding: told in words, with everything that shows it again.

signature = law | op | kind of error | regime        the same for all cells and cases that one bug breaks
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from harness.backends import Backend
from harness.ops.defaults import given, in_call
from harness.program import Case, Program
from harness.program.case import to_json
from harness.record import Finding
from harness.running.bisect import asked_again, bisected
from harness.running.called import answers, explained, signature_of
from harness.running.cells import Cell
from harness.running.defect import defect_of, told
from harness.running.folder import DEFAULT
from harness.running.portrait import attempted, portrait
from harness.running.printed import printed_program
from harness.running.script import shows, standalone_script
from harness.verdict import Result, Verdict, finding_text
from properties.laws import Law
from properties.laws.neighbourhood import isolates, neighbourhood

MAX_JSON = 20_000  # characters of a case that the record repeats; longer ones stand in their file only
_DIED = {Verdict.CRASHED: "ends the process of", Verdict.HUNG: "gets no answer from"}
_QUANTITY = {"forward": "forward derivative", "second order": "second derivative", "third order": "third derivative"}


def describe(cell: Cell, law: Law, backend: Backend, case: Case, result: Result, folder: str) -> Finding:
    """The finding on `case`; `folder` is the run's, where its files will lie."""
    answered = answers(result)
    neighbours, result = (neighbourhood(law, backend, case), explained(backend, case, result)) if answered else ({}, result)
    steps = attempted(backend, lambda: bisected(backend, case)) or [] if answered else []
    steps = attempted(backend, lambda: asked_again(backend, steps)) or steps
    title = title_of(backend, law, case).replace("is wrong in", _DIED.get(result.verdict, "is wrong in"))
    script, written = standalone_script(backend, case, result, title), to_json(case).decode()
    script = script if script and (not answered or shows(script, backend)) else ""
    return Finding(
        signature=signature_of(backend, case, result, steps, strided=neighbours.get("contiguous") is Verdict.HOLDS),
        cell=cell.id,
        case=case.id,
        law=law.name,
        op=cell.op,
        dtype=cell.dtype,
        device=cell.device,
        backend=cell.backend,
        title=title,
        text=block(law, case, result, title, isolates(neighbours), reproductions(case, folder, script)),
        defect=defect_of(law, case, result),
        program=result.details.get("script") or (printed_program(backend, case.subject) if isinstance(case.subject, Program) else ""),
        result=_fields(result)
        | {"neighbourhood": {name: verdict.value for name, verdict in neighbours.items()}}
        | (portrait(law, backend, case, result, steps) if answered else {}),
        script=script,
        pytest=pytest_text(case, written),
        case_json=written if len(written) <= MAX_JSON else "",
    )


def block(law: Law, case: Case, result: Result, title: str, isolated: str = "", reproduce: list[str] | None = None) -> str:
    """The lines that a terminal shows."""
    primals = [(name, x, case.dtype if x.dtype.kind in "fc" else x.dtype.name) for name, x in zip(case.names, case.primals, strict=True)]
    defect = "" if result.verdict in _DIED else told(law, case, result)
    return finding_text(law.equation, result, title=title, primals=primals, isolates=isolated, reproduce=reproduce or [], defect=defect)


def title_of(backend: Backend, law: Law, case: Case) -> str:
    """What is wrong, of what, where: "gradient of softmax(x0, axis=0) is wrong in backend torch (cpu, float32)"."""
    place = f"in backend {case.backend} ({case.device}, {case.dtype})"
    if law.subject == "tape":
        return f"tape semantics ({law.name}) are wrong {place}"
    return f"{_QUANTITY.get(law.family, 'gradient')} of {_subject(backend, case)} is wrong {place}"


def reproductions(case: Case, folder: str, script: str) -> list[str]:
    """The commands that show it again; where the run does not lie where `replay` looks for ids, it is given the file."""
    file = Path(folder) / "cases" / f"{case.id}.json"
    named = case.id if Path(folder).parent == DEFAULT else quote(str(file))
    return [f"autograd-harness replay {named}", *([f"python {quote(str(file.with_suffix('.py')))}"] if script else [])]


def pytest_text(case: Case, written: str) -> str:
    """A test for somebody's suite: fails as long as the law is broken."""
    return f'''from harness.program.case import from_json
from harness.running.replay import require_holds

CASE = r"""{written}"""


def test_{case.law.replace("-", "_")}_holds_for_case_{case.id}():
    require_holds(from_json(CASE))
'''


def _subject(backend: Backend, case: Case) -> str:
    if not isinstance(case.subject, Program):
        return case.subject.target
    only = case.subject.only
    if only is None:
        return f"a program of {len(case.subject.instructions)} instructions ({', '.join(case.subject.ops)})"
    params = in_call(only.op, only.params) if backend.omits else given(only.params)
    return f"{only.op}({', '.join([*only.args, *(f'{key}={value!r}' for key, value in params.items())])})"


def _fields(result: Result) -> dict[str, Any]:
    """The result as plain data, its verdict aside."""
    fields: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(result, details={}), enc_hook=str)
    return {name: value for name, value in fields.items() if name not in ("law", "verdict", "details")} | {"details": result.details}
