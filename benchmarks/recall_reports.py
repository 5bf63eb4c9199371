"""What others reported of torch's gradients in 2026 (CPU, eager mode, an op of the catalogue or a function of the tape), one row per defect.

All numbers are issues of https://github.com/pytorch/pytorch. `right` is what the report derives by hand; where torch gives it, the defect is mended.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import recall_scripts as scripts
import torch
from recall_scripts import forward, nested, once, repeatedly, table
from torch.nn import functional

from harness.program import Case, Program
from harness.verdict import Result

FORWARD, REVERSE = ("jvp-eq-fd", "jvp-eq-digits"), ("vjp-eq-fd", "vjp-eq-digits")
NESTED = ("jvp-jvp-eq-fd", "hessian-compositions-agree")
TWICE = ("hvp-eq-fd", "hessian-compositions-agree")
TAIL = "a slope below the rounding of the value: no difference of values shows it"
THIRD = "third-eq-fd finds it, which no profile asks by itself"
INFINITE = "the value itself is infinite, and a derivative of it nothing to compare"
SIGMOID_AT, SIGMOID = 37.42994775023705, 5.551115123125776e-17


def anywhere(case: Case) -> bool:
    return True


def anyhow(result: Result) -> bool:
    return True


def is_finite(result: Result) -> bool:
    return all(side is None or math.isfinite(side) for side in (result.actual, result.expected))


def is_not_finite(result: Result) -> bool:
    return not is_finite(result)


@dataclass(frozen=True)
class Report:
    """A defect of `op`: `laws` judge what is reported, at the cases for which `where` holds, if they break with what `shows`.

    `missed` says why none finds it, where that is known.
    """

    issues: tuple[int, ...]
    op: str
    laws: tuple[str, ...]
    seen: Callable[[], float]
    right: float
    where: Callable[[Case], bool] = anywhere
    shows: Callable[[Result], bool] = anyhow
    missed: str = ""

    def reproduces(self) -> bool:
        """Whether this torch is wrong: what was reported is off by far more than 1 in 1,000."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some of the functions are deprecated
            seen = self.seen()
        return not math.isfinite(seen) or abs(seen - self.right) > 1e-3 * abs(self.right)


def has_zero(case: Case) -> bool:
    return any(np.any(case.primals[i] == 0) for i in case.differentiable)


def has_equal_singular_values(case: Case) -> bool:
    """The matrix is regular, and two of its singular values are the same."""
    if case.primals[0].size == 0:
        return False
    sizes = np.linalg.svd(case.primals[0], compute_uv=False)
    return bool(np.any((sizes[..., -1] > 0) & np.any(-np.diff(sizes, axis=-1) <= 1e-12 * sizes[..., :1], axis=-1)))


def multiplies(case: Case) -> bool:
    return isinstance(case.subject, Program) and case.subject.instructions[0].params.get("reduction") == "prod"


def has_negative_exponent(case: Case) -> bool:
    exponents = case.primals[-1]
    return exponents.dtype.kind == "i" and bool(np.any(exponents < 0))


def largest(case: Case) -> float:
    return max((float(np.abs(x).max(initial=0)) for x in case.points), default=0.0)


def is_tiny(case: Case) -> bool:
    return 0 < largest(case) < 1e-150


REPORTS = (
    Report((196682,), "cholesky_inverse", FORWARD, partial(forward, scripts.cholesky_inverse, 0.7), -0.3358436800325667),
    Report((196694,), "cholesky_solve", FORWARD, partial(forward, scripts.cholesky_solve, -7.0), -11 / 3),
    Report((196695, 192540), "solve", NESTED, partial(nested, scripts.solve, -0.5), 3.0435555555555553),
    Report((196696, 192540), "det", NESTED, partial(nested, scripts.det, 0.7), 4.0),
    Report((196697, 192540), "slogdet", NESTED, partial(nested, scripts.slogdet, 0.7), -0.17853600476096013),
    Report((192521,), "det", TWICE, scripts.det_of_equal_values, 1.0, has_equal_singular_values),
    Report((196698,), "householder_product", NESTED, partial(nested, scripts.householder, 0.7), 1.556251320682393),
    Report((196699,), "batch_norm", NESTED, partial(nested, scripts.batch_norm, -6.0), -0.20703015646993195),
    Report((196700,), "layer_norm", NESTED, partial(nested, scripts.layer_norm, 0.7), 0.7749142079590942),
    Report((186256,), "batch_norm", (), partial(repeatedly, scripts.batch_norm_of_two, 0.7, 3), -0.7132479766449955, missed=THIRD),
    Report((175754,), "layer_norm", (), partial(repeatedly, scripts.layer_norm, 0.7, 3), -0.7132479766449955, missed=THIRD),
    Report((196701,), "cumulative_prod", NESTED, partial(nested, scripts.cumprod, 1.0), 144.0, has_zero),
    Report((196702,), "scatter_reduce", FORWARD, partial(forward, scripts.scatter_reduce, 1.0), 90.0, multiplies),
    Report((196703,), "sinc", TWICE, partial(repeatedly, scripts.sinc, -0.5), 35.56404073668897, has_zero),
    Report((196704,), "logaddexp", TWICE, lambda: repeatedly(lambda t: torch.logaddexp(t + 2, 3 - t), -800.0), 0.0),
    Report((196705,), "logcumsumexp", FORWARD, partial(forward, scripts.logcumsumexp, -400.0), -5.0),
    Report(
        (196707,),
        "native:triangular_solve",
        FORWARD,
        partial(forward, scripts.triangular_solve, -10.0),
        9.416666666666666,
        missed="not in the catalogue (deprecated), and the samples of torch's own tests neither set the flag nor reach the ignored entries",
    ),
    Report((196680, 187460, 186556), "ldexp", REVERSE, lambda: once(lambda t: torch.ldexp(t, torch.tensor(-2)), 0.5), 0.25, has_negative_exponent),
    Report((193012,), "prod", TWICE, scripts.prod, 1e305, shows=is_not_finite, missed="a large cotangent beside a tiny factor: no edge has both"),
    Report((193006,), "vector_norm", REVERSE, lambda: once(lambda t: torch.linalg.norm(torch.stack((t, t * 0))), 1e200), 1.0, missed=INFINITE),
    Report((193040,), "atan2", REVERSE, lambda: once(lambda t: torch.atan2(t, table(2e-3, torch.float16)), 2e-3, torch.float16), 250.0, is_tiny),
    Report((192406,), "expm1", REVERSE, partial(once, torch.expm1, -40.0), 4.248354255291589e-18),
    Report((192407,), "exp2", REVERSE, partial(once, torch.exp2, 1024.0), 1.2460659279417838e308, missed=INFINITE),
    Report((192408,), "exp2", TWICE, partial(repeatedly, torch.exp2, 1024.0), 8.637070847446594e307, missed=INFINITE),
    Report((195681, 195527), "sigmoid", REVERSE, partial(once, torch.sigmoid, SIGMOID_AT), SIGMOID),
    Report((195685, 195527), "tanh", REVERSE, partial(once, torch.tanh, 20.0), 1.6993417021166355e-17),
    Report((195684,), "softmax", REVERSE, lambda: once(lambda t: torch.softmax(torch.stack((t, t * 0)), 0)[0], SIGMOID_AT), SIGMOID, missed=TAIL),
    Report(
        (195680,), "log_softmax", REVERSE, lambda: once(lambda t: torch.log_softmax(torch.stack((t, t * 0)), 0)[0], SIGMOID_AT), SIGMOID, missed=TAIL
    ),
    Report(
        (195678,),
        "cross_entropy",
        REVERSE,
        lambda: once(lambda t: functional.cross_entropy(torch.stack((t, t * 0)), torch.tensor(0)), SIGMOID_AT),
        -SIGMOID,
        missed=TAIL,
    ),
    Report(
        (195677,),
        "binary_cross_entropy_with_logits",
        REVERSE,
        lambda: once(lambda t: functional.binary_cross_entropy_with_logits(t, table(1.0)), SIGMOID_AT),
        -SIGMOID,
    ),
    Report((195679, 195530), "logsigmoid", TWICE, partial(repeatedly, functional.logsigmoid, SIGMOID_AT), -SIGMOID),
    Report((195682,), "silu", TWICE, partial(repeatedly, functional.silu, 40.410841513445845), -1.0820525268131133e-16, shows=is_finite, missed=TAIL),
    Report((197867,), "tape", (), lambda: nested(scripts.Square.apply, 3.0), 2.0, missed="no law nests forward mode through a custom function"),
    Report((171704,), "trace", REVERSE, scripts.trace, 0.0),
    Report((168358,), "index_reduce", REVERSE, scripts.index_reduce, 1.0),
)
