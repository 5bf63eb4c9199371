"""Check one call of a user's function: the laws, each on its own random probes, and a report.

report = check_gradients(f, x, w)         report.verdict = worst of report.results
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import msgspec

from harness.backends import Backend
from harness.checking.arguments import Arguments, read_arguments
from harness.checking.inference import backend_for
from harness.checking.kinks import AT_A_KINK, has_kink
from harness.checking.observation import PURITY, Observation, observe, raised_nearby
from harness.checking.probe import draw_case
from harness.checking.report import Report
from harness.checking.request import Request
from harness.checking.selection import DEFAULT, missing, select_laws
from harness.checking.subject import subject_of
from harness.checking.wording import Answer, with_hint, with_names
from harness.program import Case, Opaque
from harness.program.opaque import NoOutput, forget, name_of
from harness.program.target import callable_of
from harness.running.called import explained
from harness.running.judge import run_case
from harness.verdict import Result, Verdict, worst_result
from properties.laws import Law
from properties.laws.neighbourhood import isolates, neighbourhood

SUSPICIOUS_CALLS = 16  # of a function that seems broken: one that is only rarely random, or not defined nearby, must not be called wrong
MORE_PROBES = 15  # of a law that could resolve too little: in half precision a sum over a random direction often cancels down to its rounding


def check(request: Request) -> Report:
    """Run the laws that `request` asks for.

    Raises:
        TypeError, ValueError: the request cannot be met; one sentence with its remedy.
        BackendError: the backend asked for cannot be had.
    """
    function = callable_of(request.function)
    name, backend = backend_for(request.backend, function, (request.primals, dict(request.kwargs)))
    chosen = select_laws(request.laws, backend)
    arguments = read_arguments(backend, function, request.primals, request.kwargs, request.wrt)
    subject = subject_of(function, arguments, request.target)
    try:
        observation = observe(backend, subject, arguments, called=function)
        answers = tuple(_Check(request, name, backend, subject, arguments, observation, perf_counter()).answers(chosen))
    except BaseException:
        forget(subject.target)
        raise
    report = Report(name_of(function), arguments, *_kept(answers, request.laws == DEFAULT))
    weakref.finalize(report, forget, subject.target)
    return report


def _kept(answers: tuple[Answer, ...], default: bool) -> tuple[tuple[Answer, ...], tuple[Answer, ...]]:
    """(answers that count, answers left out): of the default laws, those that the function itself does not support say nothing about its gradient."""
    supported = tuple(answer for answer in answers if answer.result.verdict is not Verdict.UNSUPPORTED)
    return (supported, tuple(a for a in answers if a not in supported)) if default and supported else (answers, ())


@dataclass(frozen=True)
class _Check:
    """One check under way."""

    request: Request
    name: str
    backend: Backend
    subject: Opaque
    arguments: Arguments
    observation: Observation
    started: float

    def answers(self, laws: Sequence[Law]) -> Iterator[Answer]:
        for law in laws:
            probes = [self._resolved(law, probe) for probe in range(self.request.probes)]
            worst = worst_result([answer.result for answer in probes])
            yield next(answer for answer in probes if answer.result is worst)

    def _resolved(self, law: Law, probe: int) -> Answer:
        """The answer along the probe's direction, or along the first of some others that resolves what must be resolved, in the same memory."""
        first = self._ask(law, probe)
        more = [probe + self.request.probes * again for again in range(1, MORE_PROBES + 1)] if _is_too_coarse(first.result) else []
        others = (self._ask(law, another, memory=probe) for another in more)
        return next((answer for answer in others if answer.result.verdict in (Verdict.HOLDS, Verdict.BROKEN)), first)

    def _ask(self, law: Law, probe: int, memory: int | None = None) -> Answer:
        """The answer along the directions of `probe`; laws lay arrays out as the seed of the probe `memory` says, where that is another one."""
        case = draw_case(
            self.backend,
            law.name,
            self.subject,
            self.arguments,
            self.observation.outputs,
            name=self.name,
            seed=self.request.seed,
            probe=probe,
            resolution=self.request.resolution,
        )
        case = case if memory is None else msgspec.structs.replace(case, seed=self.request.seed + memory)
        foregone = self._foregone(law)
        if foregone is not None:
            return Answer(law, case, foregone)
        result = self._judged(law, case)
        if result.verdict is not Verdict.BROKEN:
            return Answer(law, case, result)
        excuse = observe(self.backend, self.subject, self.arguments, SUSPICIOUS_CALLS).obstacle or raised_nearby(self.backend, case)
        if excuse:
            return Answer(law, case, _unasked(law, Verdict.INCONCLUSIVE, excuse))
        told = with_names(explained(self.backend, case, result), self.arguments)
        return Answer(law, case, told, isolates(neighbourhood(law, self.backend, case)))

    def _foregone(self, law: Law) -> Result | None:
        """The result that is known without asking."""
        if gap := missing(law, self.backend):
            return _unasked(law, Verdict.UNSUPPORTED, gap)
        if self.observation.obstacle:
            broken = self.observation.mutates and law.name == PURITY
            return _unasked(law, Verdict.BROKEN if broken else Verdict.INCONCLUSIVE, self.observation.obstacle)
        if self.request.max_time is not None and perf_counter() - self.started > self.request.max_time:
            return _unasked(law, Verdict.INCONCLUSIVE, f"out of time: {self.request.max_time:g} s were over before this law was asked.")
        return None

    def _judged(self, law: Law, case: Case) -> Result:
        try:
            result = with_hint(run_case(self.backend, case))
            kinked = result.verdict is Verdict.INCONCLUSIVE and law.family == "second order" and has_kink(self.backend, case)
            return _unasked(law, Verdict.UNSUPPORTED, AT_A_KINK) if kinked else result
        except NoOutput as nothing:
            return _unasked(law, Verdict.INCONCLUSIVE, f"near the primals the function returns no floating-point array: {nothing}.")


def _is_too_coarse(result: Result) -> bool:
    """Whether the direction alone was at fault: the comparison could be made, but rounding drowned it."""
    return result.verdict is Verdict.INCONCLUSIVE and result.reason.startswith("resolution")


def _unasked(law: Law, verdict: Verdict, reason: str) -> Result:
    return Result(law=law.name, verdict=verdict, reason=reason, comparisons=0)
