"""Every optimizer's step is the one that its documentation writes down.

    x_T from x_0 and g_1 ... g_T  =  the algorithm box, in NumPy

The gradients come from backwards, g_t = c_t w with numbers c_t exact in every dtype; they change sign and size, so that every branch is taken.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from harness.tape.algorithms import ALGORITHMS, carried_out
from harness.tape.errors import Unsupported
from harness.tape.optimizing import Optimizing
from harness.verdict.constants import OPTIMIZER_ULPS, eps
from properties.laws.tape.deeds import Expect, Stage, deed_law

FACTORS = (1.0, -0.5, 2.0, 1.0, 0.25, -1.0, -2.0, 0.5)  # eight: RAdam changes its formula at the sixth
_BETAS = {"lr": 0.125, "betas": (0.9, 0.9)}
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "sgd": (
        {"lr": 0.125},
        {"lr": 0.125, "momentum": 0.5, "dampening": 0.25, "weight_decay": 0.125},
        {"lr": 0.125, "momentum": 0.5, "nesterov": True, "maximize": True},
    ),
    "adam": (_BETAS, {**_BETAS, "weight_decay": 0.125, "amsgrad": True}, {**_BETAS, "maximize": True}),
    "adamw": ({**_BETAS, "weight_decay": 0.125}, {**_BETAS, "weight_decay": 0.5, "amsgrad": True, "maximize": True}),
    "adagrad": ({"lr": 0.125}, {"lr": 0.125, "lr_decay": 0.5, "weight_decay": 0.125, "maximize": True}),
    "adadelta": ({"lr": 1.0, "eps": 1e-3}, {"lr": 1.0, "rho": 0.5, "eps": 1e-3, "weight_decay": 0.125, "maximize": True}),
    "adamax": (_BETAS, {**_BETAS, "weight_decay": 0.125, "maximize": True}),
    "rmsprop": ({"lr": 0.125, "alpha": 0.75}, {"lr": 0.125, "alpha": 0.75, "momentum": 0.5, "centered": True, "eps": 0.5, "weight_decay": 0.125}),
    "rprop": ({"lr": 0.125, "etas": (0.5, 1.25)}, {"lr": 0.125, "etas": (0.5, 2.0), "step_sizes": (0.0625, 0.25), "maximize": True}),
    "nadam": (_BETAS, {**_BETAS, "weight_decay": 0.125, "momentum_decay": 0.5, "decoupled_weight_decay": True}, {**_BETAS, "weight_decay": 0.125}),
    "radam": (_BETAS, {**_BETAS, "weight_decay": 0.125, "decoupled_weight_decay": True}, {**_BETAS, "weight_decay": 0.125, "maximize": True}),
    "asgd": ({"lr": 0.125, "lambd": 0.0, "alpha": 0.0}, {"lr": 0.125, "lambd": 0.5, "alpha": 0.75, "weight_decay": 0.125, "maximize": True}),
    "adafactor": ({"lr": 0.125, "eps": (1e-12, 1e-3)}, {"lr": 0.125, "eps": (1e-12, 1e-3), "weight_decay": 0.5, "maximize": True}),
}


def documented(name: str, stage: Stage, expect: Expect) -> None:
    part = stage.tape.part(Optimizing)
    if name not in part.names:
        raise Unsupported(f"the optimizers of {stage.backend.name} do not include {name}.")
    if not part.accepts(name, stage.seed.shape, stage.dtype):
        raise Unsupported(f"{name} of {stage.backend.name} is not for {stage.dtype} of shape {stage.seed.shape}.")
    for options in OPTIONS[name]:
        for way, chosen in (part.ways(name, stage.dtype) or {"only": {}}).items():
            seen = trained(stage, part, name, {**options, **chosen})
            due = carried_out(name, stage.seed, [c * stage.seed for c in FACTORS], **options)
            told = ", ".join(f"{key}={value!r}" for key, value in options.items())
            off = f"{float(np.max(np.abs(seen - due), initial=0.0)):.1e} after {len(FACTORS)} steps"
            grade = "good to single precision only" if close(seen, due, "float32") else "another algorithm"
            expect(close(seen, due, stage.dtype), f"{grade}, off by {off}: {name}({told}), implementation {way!r}")


def trained(stage: Stage, part: Optimizing, name: str, options: dict[str, Any]) -> np.ndarray:
    """Where the optimizer leads a leaf whose gradients are FACTORS times the cotangent."""
    x = stage.tape.leaf(stage.seed)
    optimizer = part.optimizer(name, [[x]], [options])
    for factor in FACTORS:
        optimizer.zero_grad()
        stage.backward(stage.times(x, factor))
        optimizer.step()
    return stage.tape.value(x)


def close(seen: np.ndarray, due: np.ndarray, dtype: str) -> bool:
    """Equal but for the rounding of a few training steps."""
    size = float(np.max(np.abs(due), initial=1.0))
    return seen.shape == due.shape and bool((np.abs(seen - due) <= OPTIMIZER_ULPS * eps(dtype if dtype != "bfloat16" else "float32") * size).all())


_PAGES = {"sgd": "SGD", "adamw": "AdamW", "nadam": "NAdam", "radam": "RAdam", "rmsprop": "RMSprop", "asgd": "ASGD"}

LAWS = tuple(
    deed_law(
        f"{name}-step",
        "optimizers",
        f"A step of {_PAGES.get(name, name.capitalize())} is the one that its documentation writes down, whichever implementation takes it.",
        "x_T = the algorithm box, T = 8",
        f"https://docs.pytorch.org/docs/stable/generated/torch.optim.{_PAGES.get(name, name.capitalize())}.html",
        partial(documented, name),
        faults=("optimizer-oversteps",),
    )
    for name in ALGORITHMS
)
