"""The table of torch's spellings of products, factors and transforms (the grammar: harness.backends.spelling).

Eigenvectors and singular vectors are turned into the gauge that the catalogue fixes: the phase of each column's weighted sum is taken out.

Source: https://docs.pytorch.org/docs/stable/linalg.html
"""

from __future__ import annotations

from harness.backends.spelling import Params, Template

_SUMS = "addmv addr baddbmm addbmm"
_EIGH = "(lambda w, v: (w, v * v.cumsum(-2).sum(-2, keepdim=True).sgn().conj()))(*torch.linalg.eigh(({0} + {0}.mH) / 2))"
_TURNED = "(lambda p: (u * p.conj(), s, p.mT * vh))(u.cumsum(-2).sum(-2, keepdim=True).sgn())"
_FFT = "fft ifft rfft irfft hfft ihfft"


def _operator_norm(params: Params) -> tuple[str, Params]:
    order = params["ord"]
    text = "torch.linalg.matrix_norm({0}, ord={ord}, keepdim={keepdims?})"
    return text, params | {"ord": float(order) if isinstance(order, str) else order}


LINALG_TEMPLATES: dict[str, Template] = {
    **{name: f"torch.{name}({{args}})" for name in ("mv", "bmm", "dot", "vdot", "inner", "logdet")},
    **{name: f"torch.{name}({{args}}, beta={{beta}}, alpha={{alpha}})" for name in _SUMS.split()},
    **{name: f"torch.linalg.{name}({{args}})" for name in ("slogdet", "householder_product", "tensorsolve", "cond")},
    **{f"{name}n": f"torch.fft.{name}n({{0}}, dim={{axes}}, norm={{norm}})" for name in _FFT.split()},
    **{f"{name}2": f"torch.fft.{name}2({{0}}, dim={{axes}}, norm={{norm}})" for name in _FFT.split() if name != "fft"},
    "cholesky_inverse": "torch.cholesky_inverse(torch.tril({0}))",
    "corrcoef": "torch.corrcoef({0})",
    "cov": "torch.cov({0}, correction={correction})",
    "eigh": _EIGH,
    "ifftshift": "torch.fft.ifftshift({0}, dim={axis})",
    "lstsq": "torch.linalg.lstsq({args}).solution",
    "lu": "torch.linalg.lu({0})[1:]",
    "lu_solve": "torch.linalg.lu_solve(*torch.linalg.lu_factor({0}), {1})",
    "multi_dot": "torch.linalg.multi_dot([{args}])",
    "operator_norm": _operator_norm,
    "svd": f"(lambda u, s, vh: {_TURNED})(*torch.linalg.svd({{0}}, full_matrices=False))",
    "tensorinv": "torch.linalg.tensorinv({0}, ind={ind})",
}
