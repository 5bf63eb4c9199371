"""The state machine over a tape: quiet on torch but for the known finding, loud on that one, with a script that shows it."""

from __future__ import annotations

import pytest
import torch

from properties.machines.tape import MachineFailed, run_machine

KNOWN = frozenset({"grad-owns-storage"})


def test_torch_agrees_with_the_reference_from_several_seeds():
    walked = run_machine("torch", examples=3, steps=20, known=KNOWN)
    assert walked.sequences >= 9
    assert walked.steps > 100
    assert len(walked.pairs) > 60
    assert walked.refused.keys() >= {"no graph", "retain"}


def test_the_reference_agrees_with_itself():
    assert run_machine("reference", examples=3, steps=20, seeds=(1,)).steps > 20


def test_the_machine_finds_that_gradients_of_torch_share_memory_and_prints_a_script_that_shows_it():
    with pytest.raises(MachineFailed, match=r"^the gradient of t\d+ shares memory with ") as caught:
        run_machine("torch", examples=60)
    source = str(caught.value).split("\n\n", 1)[1]
    assert len(caught.value.found.actions) <= 6
    names: dict[str, object] = {}
    exec(source, names)
    tensors = [value for name, value in names.items() if name.startswith("t") and isinstance(value, torch.Tensor) and value.is_leaf]
    assert any(leaf.grad is not None for leaf in tensors)
    assert source.startswith("import torch\n")


@pytest.mark.parametrize("fault", ["doubles-grad", "records-in-no-grad", "keeps-graph"])
def test_the_machine_finds_an_injected_fault_in_a_few_steps(fault: str):
    with pytest.raises(MachineFailed) as caught:
        run_machine(f"faulty:{fault}:reference", examples=60)
    assert len(caught.value.found.actions) <= 8
