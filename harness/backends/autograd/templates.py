"""The table of HIPS autograd's spellings where NumPy's words (harness.backends.numpy.templates) are not the best ones.

Source: https://github.com/HIPS/autograd/blob/master/docs/tutorial.md
"""

from __future__ import annotations

from harness.backends.numpy.norm_templates import vector_norm_by
from harness.backends.numpy.written import of_equal_batches
from harness.backends.spelling import Params, Template
from harness.backends.words import uses

STRETCH = "(%s + np.zeros(%s, 'float16'))"  # autograd cannot go back through broadcast_to with more axes


@uses("asl.solve_triangular")
def _solve_triangular(params: Params) -> tuple[str, Params]:
    factor = "({0} * (1 - np.eye({0}.shape[-1])) + np.eye({0}.shape[-1]))" if params["unitriangular"] else "{0}"
    triangle = "anp.triu" if params["upper"] else "anp.tril"
    return of_equal_batches(f"anp.linalg.solve({triangle}({factor}), {{1}})", STRETCH), params


@uses()
def _split(params: Params) -> tuple[str, Params]:
    """By slices: `anp.split` gives a box, not a list."""
    ends = [sum(params["sizes"][: i + 1]) for i in range(len(params["sizes"]))]
    parts = [slice(end - size, end) for end, size in zip(ends, params["sizes"], strict=True)]
    return "[{0}[(slice(None),) * ({axis} % {0}.ndim) + (part,)] for part in {parts}]", params | {"parts": parts}


LACKS = ("pad_last",)  # "Only constant mode padding is supported."
_SELECTION = "np.equal.outer(np.arange({0}.shape[{axis}]), {1}) * 1.0"  # (length of the axis, positions)

TEMPLATES: dict[str, Template] = {
    "digamma": "asp.psi({0})",
    "index_add": f"{{0}} + anp.moveaxis(anp.tensordot({_SELECTION}, {{2}}, axes=(1, {{axis}})), 0, {{axis}})",
    "multigammaln": "asp.multigammaln({0}, {p})",
    "pad": "anp.pad({0}, {widths}, 'constant', constant_values={value})",
    "cholesky_solve": of_equal_batches("anp.linalg.solve(anp.matmul(anp.tril({0}), anp.conj(anp.swapaxes(anp.tril({0}), -1, -2))), {1})", STRETCH),
    "matrix_norm": "anp.sqrt(anp.sum(anp.real({0} * anp.conj({0})), axis=(-2, -1), keepdims={keepdims?}))",
    "solve_triangular": _solve_triangular,
    "split": _split,
    "vector_norm": vector_norm_by("anp", "xp.real(%s * xp.conj(%s))"),
}
