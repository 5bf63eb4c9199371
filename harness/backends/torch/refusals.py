"""The words in which torch refuses an illegal deed: a short stable part of each message.

Texts move between versions (2.13 reworded several); an error that no part names is of no known kind.
Source: test/test_autograd.py of https://github.com/pytorch/pytorch
"""

from __future__ import annotations

# Kind (harness.tape.errors.REFUSALS), class of the exception, part of its text; the first that fits decides.
REFUSALS: tuple[tuple[str, type[Exception], str], ...] = (
    ("freed", RuntimeError, "backward through the graph a second time"),
    ("modified", RuntimeError, "modified by an inplace operation"),
    ("leaf in place", RuntimeError, "leaf Variable that requires grad"),
    ("non-leaf flag", RuntimeError, "change requires_grad flags of leaf variables"),
    ("no graph", RuntimeError, "does not require grad and does not have a grad_fn"),
    ("untracked input", RuntimeError, "One of the differentiated Tensors does not require grad"),
    ("unused input", RuntimeError, "to not have been used in the graph"),
    ("empty inputs", RuntimeError, "cannot be empty"),
    ("retain", RuntimeError, "can't retain_grad on Tensor"),
    ("hook", RuntimeError, "cannot register a hook on a tensor"),
    ("hook shape", RuntimeError, "has changed the size of value"),
    ("cotangent shape", RuntimeError, "Mismatch in shape"),
    ("cotangent count", RuntimeError, "tensors and"),
    ("implicit cotangent", RuntimeError, "implicitly created only for scalar outputs"),
    ("gradient shape", RuntimeError, "attempting to assign a gradient of size"),
    ("device", RuntimeError, "device"),
    ("view detach", RuntimeError, "Can't detach views in-place"),
    ("slot hook", RuntimeError, "post accumulate grad hooks should return None"),
    ("slot hook place", RuntimeError, "post accumulate grad hooks cannot be registered on non-leaf"),
    ("blind view", RuntimeError, "A view was created in no_grad mode"),
    ("pack", RuntimeError, "saved tensor pack hook is modifying its input in place"),
    ("floating", RuntimeError, "only Tensors of floating point dtype can require gradients"),
    ("floating", RuntimeError, "only Tensors of floating point and complex dtype can require gradients"),
    ("materialize", ValueError, "Expected allow_unused to be True or not passed when materialize_grads=True"),
    ("checkpoint", RuntimeError, "torch.utils.checkpoint: A different number of tensors"),
    ("copy", RuntimeError, "support the deepcopy protocol"),
    ("array", RuntimeError, "Can't call numpy() on Tensor that requires grad"),
)


def refusal(error: Exception) -> str:
    """The kind of `error`, "" when it is none of these."""
    return next((kind for kind, cls, part in REFUSALS if isinstance(error, cls) and part in str(error)), "")
