"""Inference mode: like no_grad, and what is made there never comes back into a graph.

x made in inference mode:  no version, not saved for backward, not changed in place outside, r(x) <- True raises
"""

from __future__ import annotations

from harness.tape.inferring import Inferring
from properties.laws.tape.deeds import Expect, Family, Stage

_TEST = "https://github.com/pytorch/pytorch/blob/main/test/test_autograd.py"
inference = Family("inference", "https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html")


@inference.law(
    "inference-tensor-flags",
    "What is made in inference mode says so, requires no grad and has no version.",
    "is_inference(x), r(x) = False",
    faults=["inference-is-no-grad"],
    features="version",
)
def flags(stage: Stage, expect: Expect) -> None:
    tape, part, x = stage.tape, stage.tape.part(Inferring), stage.leaf()
    with part.mode():
        made = stage.times(x, 2.0)
    expect(part.is_inference(made) and not part.is_inference(x), "what was made in inference mode does not say so, or what was not does")
    expect(not tape.requires_grad(made), "what was made in inference mode requires grad")
    expect(stage.equals(made, 2 * stage.values), "inference mode changes the value")
    expect.refusal(lambda: tape.version(made), "what was made in inference mode has a version")


@inference.law(
    "inference-tensor-not-saved",
    "What was made in inference mode is not saved for backward; a clone made outside is.",
    "x made: h x raises; h clone(x) does not",
    source="https://docs.pytorch.org/docs/stable/notes/autograd.html#inference-mode",
    faults=["inference-is-no-grad"],
    features="in_place",
)
def not_saved(stage: Stage, expect: Expect) -> None:
    tape, part, x = stage.tape, stage.tape.part(Inferring), stage.tape.leaf(stage.small)
    with part.mode():
        made = stage.times(x, 2.0)
    expect.refusal(lambda: stage.times(x, made), "what was made in inference mode was saved for backward")
    normal = tape.apply("clone", made)
    expect(not part.is_inference(normal), "a clone made outside is still of inference mode")
    stage.backward(stage.times(x, normal))
    expect(stage.holds(x, 2 * stage.small * stage.seed), "a clone of what was made in inference mode gives another gradient")


@inference.law(
    "inference-tensor-immutable",
    "Outside inference mode, what was made there is not changed in place, and cannot be made to require grad.",
    "x <- 2 x raises, r(x) <- True raises",
    source=f"{_TEST} (TestAutogradInferenceMode)",
    faults=["inference-is-no-grad"],
    features="in_place flags",
)
def immutable(stage: Stage, expect: Expect) -> None:
    tape, part = stage.tape, stage.tape.part(Inferring)
    with part.mode():
        made = stage.times(stage.leaf(requires_grad=False), 2.0)
        tape.scale_in_place(made, 2.0)
    expect(stage.equals(made, 4 * stage.values), "inside inference mode a change in place did not happen")
    expect.refusal(lambda: tape.scale_in_place(made, 2.0), "what was made in inference mode was changed in place outside")
    expect.refusal(lambda: tape.set_requires_grad(made, True), "what was made in inference mode can be made to require grad")


@inference.law(
    "inference-normal-tensor-inplace",
    "A normal value changed in place inside inference mode stays normal, and the change is counted.",
    "y = h h; h <- 2 h inside; backward(y) raises",
    source=f"{_TEST} (test_normal_tensor_inplace_output_in_inference_mode)",
    faults=["inference-changes-copies"],
    features="in_place version",
)
def counted(stage: Stage, expect: Expect) -> None:
    tape, part, x = stage.tape, stage.tape.part(Inferring), stage.leaf()
    h = stage.times(x, 2.0)
    y = stage.times(h, h)
    with part.mode():
        tape.scale_in_place(h, 2.0)
    expect(not part.is_inference(h), "a normal value changed in inference mode is normal no more")
    expect(tape.version(h) == 1 and stage.equals(h, 4 * stage.values), "a change in inference mode is not seen, or not counted")
    expect.refusal(lambda: stage.backward(y), "a saved value was changed in inference mode, and backward did not notice", "modified")


@inference.law(
    "inference-nesting",
    "Inference mode nests: switched off inside, recording is as usual; leaving restores what was found.",
    "mode(False) inside mode(): recorded",
    source=f"{_TEST} (test_inference_mode_context_manager)",
    faults=["inference-is-no-grad", "inference-stays"],
    features="flags",
)
def nested(stage: Stage, expect: Expect) -> None:
    tape, part, x = stage.tape, stage.tape.part(Inferring), stage.leaf()
    with part.mode():
        with part.mode(False):
            expect(tape.requires_grad(stage.times(x, 2.0)), "inside inference mode switched off nothing is recorded")
        expect(part.is_inference(stage.times(x, 2.0)), "after it was switched off inside, inference mode is over")
    expect(tape.is_recording() and tape.requires_grad(stage.times(x, 2.0)), "after inference mode nothing is recorded")
    with tape.no_grad(), part.mode():
        pass
    expect(tape.is_recording(), "leaving inference mode inside no_grad leaves recording off")


LAWS = inference.laws
