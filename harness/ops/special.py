"""Special functions, elementwise: the error, gamma, Bessel and entropy families.

erf(x) = 2 / sqrt(pi) int_0^x exp(-t^2) dt,   digamma = (log gamma)',   xlogy(x, y) = x log y
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from harness.ops.domain import POSITIVE, REALS, Domain, interval
from harness.ops.forms import binary, one_of, unary
from harness.ops.sources import torch_docs, torch_special

F = "special"
UNIT = interval(0.0, 1.0)
ABOVE_TAIL = interval(-5.0)  # below, (1 + erf(x / sqrt 2)) / 2, which is how ndtr is documented, has no digit left
POLE_MARGIN = 5e-2  # digamma' ~ 1 / distance^2 stays below 400


def _off_poles(x: np.ndarray) -> np.ndarray:
    """x, or a point beside the pole at 0, -1, -2 ... that it is near."""
    return np.where((x < POLE_MARGIN) & (_to_integer(x) < POLE_MARGIN), np.round(x) + 2 * POLE_MARGIN, x)


def _to_integer(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(x - np.round(x)))


OFF_POLES = Domain(
    "x away from 0, -1, -2, ...",
    lambda x: bool(np.all((x >= POLE_MARGIN) | ((_to_integer(x) >= POLE_MARGIN) & (x > -1e6)))),
    lambda x: _off_poles(np.where(x > -1e6, x, -x)),  # beyond, neighbouring floats are too coarse to stay between two poles
)


def _polygamma(x: np.ndarray, *, n: int) -> Any:
    return special.polygamma(n, x)


def _multigammaln(x: np.ndarray, *, p: int) -> Any:
    """Log Gamma_p(x) = p (p - 1) / 4 log pi + sum_{j < p} log Gamma(x - j / 2)."""
    return p * (p - 1) / 4 * np.log(np.pi) + sum(special.gammaln(x - j / 2) for j in range(p))


OPS = (
    unary("erf", F, special.erf, torch_special("erf")),
    unary("erfc", F, special.erfc, torch_special("erfc")),
    unary("erfcx", F, special.erfcx, torch_special("erfcx")),
    unary("erfinv", F, special.erfinv, torch_special("erfinv"), interval(-1.0, 1.0)),
    unary("ndtr", F, special.ndtr, torch_special("ndtr"), ABOVE_TAIL),
    unary("log_ndtr", F, special.log_ndtr, torch_special("log_ndtr")),
    unary("ndtri", F, special.ndtri, torch_special("ndtri"), UNIT),
    unary("lgamma", F, special.gammaln, torch_docs("lgamma"), OFF_POLES),
    unary("digamma", F, special.digamma, torch_docs("digamma"), OFF_POLES),
    unary("polygamma", F, _polygamma, torch_docs("polygamma"), interval(0.0, margin=POLE_MARGIN), parameters=one_of(n=(1, 2, 3))),
    unary("multigammaln", F, _multigammaln, torch_special("multigammaln"), interval(1.0), parameters=one_of(p=(1, 2, 3))),
    unary("i0", F, special.i0, torch_special("i0")),
    unary("i0e", F, special.i0e, torch_special("i0e")),
    unary("i1", F, special.i1, torch_special("i1")),
    unary("i1e", F, special.i1e, torch_special("i1e")),
    unary("entr", F, special.entr, torch_special("entr"), POSITIVE),
    unary("logit", F, special.logit, torch_special("logit"), UNIT),
    binary("xlogy", F, special.xlogy, torch_special("xlogy"), REALS, POSITIVE),
    binary("xlog1py", F, special.xlog1py, torch_special("xlog1py"), REALS, interval(-1.0)),
)
