"""Losses over all ways to align a sequence of labels with frames.

ctc(x, l) = -log of the sum of prod_t softmax(x_t)[a_t] over the alignments a that say l when repetitions, then blanks are left out

Source: Graves and others, Connectionist Temporal Classification (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.ops.choose import Choose, DoesNotFit, Shape
from harness.ops.losses import REDUCTIONS, reduced_by
from harness.ops.op import Op, Operand, Params, Shapes
from harness.ops.softmaxes import log_softmax
from harness.ops.sources import torch_docs


def _frames(choose: Choose, first: Shape | None) -> Shapes:
    """X (time, n, classes), two classes or more: the first is blank."""
    x = (choose.integer(1, 5), choose.integer(1, 2), choose.integer(2, 4)) if first is None else first
    if len(x) != 3 or 0 in x or x[2] < 2:
        raise DoesNotFit
    return (x,)


def _labels(choose: Choose, shapes: Shapes) -> Params:
    """As many labels as fit with a blank between any two that are equal."""
    time, batch, classes = shapes[0]
    count = choose.integer(1, (time + 1) // 2)
    rows = tuple(tuple(choose.integer(1, classes - 1) for _ in range(count)) for _ in range(batch))
    return {"labels": rows, "reduction": choose.element(REDUCTIONS)}


def _alignments(log_p: np.ndarray, labels: Sequence[int]) -> Any:
    """-log of the probability that `log_p` (time, classes) says `labels`: the forward recursion over labels with blanks around them."""
    spelled = [0, *(symbol for label in labels for symbol in (label, 0))]
    skips = [k > 1 and spelled[k] not in (0, spelled[k - 2]) for k in range(len(spelled))]
    reached = np.full(len(spelled), -np.inf)
    reached[:2] = log_p[0, spelled[:2]]
    for frame in log_p[1:]:
        before = np.concatenate([[-np.inf], reached[:-1]])
        skipped = np.where(skips, np.concatenate([[-np.inf, -np.inf], reached[:-2]]), -np.inf)
        reached = np.logaddexp(np.logaddexp(reached, before), skipped) + frame[spelled]
    return -np.logaddexp(*reached[-2:])


def _ctc(x: np.ndarray, *, labels: Sequence[Sequence[int]], reduction: str) -> Any:
    """Of scores: torch's own rule is right for normalized ones only. The mean is of losses per label."""
    log_p = log_softmax(x, axis=-1)
    losses = np.array([_alignments(log_p[:, k], row) for k, row in enumerate(labels)])
    return reduced_by(losses / len(labels[0]) if reduction == "mean" else losses, reduction)


def _per_sequence(shapes: Shapes, params: Params) -> Shapes:
    return (shapes[0][1:2] if params["reduction"] == "none" else (),)


OPS = (Op("ctc_loss", "alignments", _ctc, (Operand("x"),), torch_docs("nn.functional.ctc_loss"), _frames, _labels, _per_sequence),)
