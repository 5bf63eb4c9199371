"""The table of torch's spellings of array functions (the grammar: harness.backends.spelling; neural networks: torch_nn_templates).

Source: https://docs.pytorch.org/docs/stable/torch.html
"""

from __future__ import annotations

from harness.backends.spelling import Params, Template, Written

_SAME_NAME = """
    abs acos acosh add angle asin asinh atan atan2 atanh block_diag complex conj copysign cos cosh deg2rad digamma divide exp exp2 expm1 fmax fmin
    hypot imag kron lgamma log log10 log1p log2 logaddexp logaddexp2 matmul maximum minimum multiply negative outer polar pow rad2deg real
    reciprocal remainder rsqrt sgn sigmoid sin sinc sinh sqrt square subtract tan tanh view_as_real where
"""
_SPECIAL = "entr erf erfc erfcx erfinv i0 i0e i1 i1e log_ndtr logit ndtr ndtri xlog1py xlogy"
_LINALG = "det inv matrix_exp pinv qr solve svdvals"
_ELEMENT_REDUCTIONS = "sum mean prod"
_FFT = "fft ifft rfft irfft hfft ihfft"


class Subscript(tuple[slice, ...]):
    """An index that prints as it is written between brackets."""

    __slots__ = ()

    def __repr__(self) -> str:
        return ", ".join(":".join("" if bound is None else str(bound) for bound in _bounds(part)) for part in self)


def _bounds(part: slice) -> tuple[int | None, ...]:
    return (part.start, part.stop) if part.step is None else (part.start, part.stop, part.step)


def _slice(params: Params) -> tuple[str, Params]:
    return "{0}[{index}]", {"index": Subscript(slice(*bounds) for bounds in params["slices"])}


def _pad(params: Params) -> tuple[str, Params]:
    """F.pad wants the last axis first, all in one row."""
    row = tuple(width for pair in reversed(params["widths"]) for width in pair)
    return "F.pad({0}, {pad}, value={value})", {"pad": row, "value": params["value"]}


def of_any_order(text: str) -> Written:
    """`text` whose order {p} may be the name of an infinite one."""
    return lambda params: (text, params | {"p": float(params["p"])})


def _vector_norm(params: Params) -> tuple[str, Params]:
    text = "torch.linalg.vector_norm({0}, ord={ord}, dim={axis?}, keepdim={keepdims?})"
    order = params.get("ord", 2)
    return text, params | {"ord": float(order) if isinstance(order, str) else order}


ARRAY_TEMPLATES: dict[str, Template] = {
    **{name: f"torch.{name}({{args}})" for name in _SAME_NAME.split()},
    **{name: f"torch.special.{name}({{args}})" for name in _SPECIAL.split()},
    **{name: f"torch.linalg.{name}({{args}})" for name in _LINALG.split()},
    **{name: f"torch.{name}({{0}}, dim={{axis?}}, keepdim={{keepdims?}})" for name in _ELEMENT_REDUCTIONS.split()},
    **{name: f"torch.fft.{name}({{0}}, n={{n?}}, dim={{axis}}, norm={{norm}})" for name in _FFT.split()},
    "addcdiv": "torch.addcdiv({args}, value={value})",
    "addcmul": "torch.addcmul({args}, value={value})",
    "addmm": "torch.addmm({args}, beta={beta}, alpha={alpha})",
    "aminmax": "torch.aminmax({0}, dim={axis}, keepdim={keepdims?})",
    "broadcast_to": "torch.broadcast_to({0}, {shape})",
    "cdist": of_any_order("torch.cdist({args}, p={p})"),
    "cholesky": "torch.linalg.cholesky(({0} + {0}.mH) / 2)",
    "cholesky_solve": "torch.cholesky_solve({1}, torch.tril({0}))",
    "clip": "torch.clamp({0}, min={min?}, max={max?})",
    "concat": "torch.cat([{args}], dim={axis})",
    "cross": "torch.linalg.cross({args}, dim={axis})",
    "cummax": "torch.cummax({0}, dim={axis}).values",
    "cummin": "torch.cummin({0}, dim={axis}).values",
    "cumulative_prod": "torch.cumprod({0}, dim={axis})",
    "cumulative_sum": "torch.cumsum({0}, dim={axis})",
    "diag_embed": "torch.diag_embed({0}, offset={offset})",
    "diagonal": "torch.diagonal({0}, offset={offset}, dim1=-2, dim2=-1)",
    "diff": "torch.diff({0}, n={n}, dim={axis})",
    "eigvalsh": "torch.linalg.eigvalsh(({0} + {0}.mH) / 2)",
    "einsum": "torch.einsum({equation}, {args})",
    "expand_dims": "torch.unsqueeze({0}, {axis})",
    "fft2": "torch.fft.fft2({0}, norm={norm})",
    "fftshift": "torch.fft.fftshift({0}, dim={axis})",
    "flip": "torch.flip({0}, {axis})",
    "gather": "torch.gather({0}, {axis}, {1})",
    "index_add": "torch.index_add({0}, {axis}, {1}, {2})",
    "kthvalue": "torch.kthvalue({0}, {k}, dim={axis}, keepdim={keepdims?}).values",
    "lerp": "torch.lerp({0}, {1}, {weight})",
    "logabsdet": "torch.linalg.slogdet({0}).logabsdet",
    "logcumsumexp": "torch.logcumsumexp({0}, dim={axis})",
    "logsumexp": "torch.logsumexp({0}, dim={axis}, keepdim={keepdims?})",
    "masked_fill": "{0}.masked_fill({1}, {value})",
    "matrix_norm": "torch.linalg.matrix_norm({0}, keepdim={keepdims?})",
    "matrix_power": "torch.linalg.matrix_power({0}, {n})",
    "matrix_transpose": "{0}.mT",
    "max": "torch.amax({0}, dim={axis?}, keepdim={keepdims?})",
    "median": "torch.median({0}, dim={axis}, keepdim={keepdims?}).values",
    "meshgrid": "torch.meshgrid({args}, indexing={indexing})",
    "min": "torch.amin({0}, dim={axis?}, keepdim={keepdims?})",
    "moveaxis": "torch.moveaxis({0}, {source}, {destination})",
    "multigammaln": "torch.special.multigammaln({0}, {p})",
    "nuclear_norm": "torch.linalg.matrix_norm({0}, ord='nuc')",
    "pad": _pad,
    "permute_dims": "torch.permute({0}, {axes})",
    "polygamma": "torch.polygamma({n}, {0})",
    "power": "torch.pow({0}, {exponent})",
    "quantile": "torch.quantile({0}, {q}, dim={axis}, keepdim={keepdims?})",
    "repeat": "torch.repeat_interleave({0}, {repeats}, dim={axis})",
    "reshape": "torch.reshape({0}, {shape})",
    "roll": "torch.roll({0}, {shift}, dims={axis?})",
    "rot90": "torch.rot90({0}, {k}, {axes})",
    "scatter_add": "torch.scatter_add({0}, {axis}, {1}, {2})",
    "select": "torch.select({0}, {axis}, {index})",
    "slice": _slice,
    "solve_triangular": "torch.linalg.solve_triangular({args}, upper={upper}, unitriangular={unitriangular?})",
    "solve_right": "torch.linalg.solve({args}, left=False)",
    "solve_triangular_right": "torch.linalg.solve_triangular({args}, upper={upper}, left=False, unitriangular={unitriangular?})",
    "sort": "torch.sort({0}, dim={axis}, descending={descending?}).values",
    "split": "torch.split({0}, {sizes}, dim={axis})",
    "squeeze": "torch.squeeze({0}, {axis})",
    "stack": "torch.stack([{args}], dim={axis})",
    "std": "torch.std({0}, dim={axis?}, correction={correction}, keepdim={keepdims?})",
    "take": "torch.index_select({0}, {axis}, {1})",
    "take_along_axis": "torch.take_along_dim({0}, {1}, dim={axis})",
    "tensordot": "torch.tensordot({args}, dims={axes})",
    "tile": "torch.tile({0}, {repetitions})",
    "topk": "torch.topk({0}, {k}, dim={axis}, largest={largest}).values",
    "trace": "torch.diagonal({0}, offset={offset}, dim1=-2, dim2=-1).sum(-1)",
    "tril": "torch.tril({0}, {k})",
    "triu": "torch.triu({0}, {k})",
    "unfold": "{0}.unfold({axis}, {size}, {step})",
    "unstack": "torch.unbind({0}, dim={axis})",
    "var": "torch.var({0}, dim={axis?}, correction={correction}, keepdim={keepdims?})",
    "view_as_complex": "torch.view_as_complex({0}.clone(memory_format=torch.contiguous_format))",
    "vecdot": "torch.linalg.vecdot({args}, dim={axis})",
    "vector_norm": _vector_norm,
}
