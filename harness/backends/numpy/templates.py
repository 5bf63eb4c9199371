"""The catalogue in NumPy's words, for libraries that share them: per op the spellings that a library may know, the best first.

    words("jnp", "jsp")["logsumexp"]  ->  ["jsp.logsumexp({0}, axis={axis?}, keepdims={keepdims?})", "jnp.log(jnp.sum(jnp.exp( ..."]

`xp` stands for the library's array functions, `sp` for its special functions, `np` for NumPy itself, which makes constants only. A library's own
function comes first; after it the same function written in simpler ones. The grammar: harness.backends.spelling.

Source of the words: https://numpy.org/doc/stable/reference/routines.html
"""

from __future__ import annotations

from harness.backends.numpy.written import bordered, largest_or_smallest, lower_median, of_equal_batches, of_rank, ordered, parts, sliced
from harness.backends.spelling import Template

_SAME_NAME = """
    negative abs square reciprocal sqrt exp exp2 expm1 log log2 log10 log1p add subtract multiply divide remainder hypot copysign logaddexp logaddexp2
    sin cos tan sinh cosh tanh sinc deg2rad rad2deg maximum minimum fmax fmin where matmul outer kron conj real imag angle
"""
_RENAMED = {
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "lgamma": "gammaln",
}
_SPECIAL = "digamma entr erf erfc erfcx erfinv i0 i0e i1 i1e log_ndtr logit ndtr ndtri xlog1py xlogy"
_LINALG = "det inv pinv cholesky qr"
_FFT = "fft ifft rfft irfft hfft ihfft"

CANDIDATES: dict[str, list[Template]] = {
    **{name: [f"xp.{name}({{args}})"] for name in _SAME_NAME.split()},
    **{name: [f"xp.{other}({{args}})"] for name, other in _RENAMED.items() if other != "gammaln"},
    **{name: [f"sp.{name}({{args}})"] for name in _SPECIAL.split()},
    **{name: [f"xp.linalg.{name}({{args}})"] for name in _LINALG.split()},
    **{name: [f"xp.{name}({{0}}, axis={{axis?}}, keepdims={{keepdims?}})"] for name in ("sum", "mean", "prod", "max", "min")},
    **{name: [f"xp.{name}({{0}}, axis={{axis?}}, ddof={{correction}}, keepdims={{keepdims?}})"] for name in ("var", "std")},
    **{name: [f"xp.fft.{name}({{0}}, n={{n?}}, axis={{axis}}, norm={{norm}})"] for name in _FFT.split()},
    "addcdiv": ["{0} + {value} * {1} / {2}"],
    "addcmul": ["{0} + {value} * {1} * {2}"],
    "addmm": ["{beta} * {0} + {alpha} * xp.matmul({1}, {2})"],
    "aminmax": ["(xp.min({0}, axis={axis}, keepdims={keepdims?}), xp.max({0}, axis={axis}, keepdims={keepdims?}))"],
    "broadcast_to": ["xp.broadcast_to({0}, {shape})"],
    "cholesky": ["xp.linalg.cholesky(({0} + xp.conj(xp.swapaxes({0}, -1, -2))) / 2)", "xp.linalg.cholesky(({0} + xp.swapaxes({0}, -1, -2)) / 2)"],
    "cholesky_solve": [of_equal_batches("xp.linalg.solve(xp.matmul(xp.tril({0}), xp.conj(xp.swapaxes(xp.tril({0}), -1, -2))), {1})")],
    "clip": ["xp.clip({0}, {min}, {max})"],
    "complex": ["{0} + 1j * {1}"],
    "concat": ["xp.concatenate([{args}], axis={axis})"],
    "cross": ["xp.cross({args}, axis={axis})"],
    "cumulative_prod": ["xp.cumprod({0}, axis={axis})"],
    "cumulative_sum": ["xp.cumsum({0}, axis={axis})"],
    "diag_embed": [
        "xp.einsum('...i,ijk->...jk', {0}, np.array([np.diag(e, {offset}) for e in np.eye({0}.shape[-1])])"
        ".reshape({0}.shape[-1], *({0}.shape[-1] + abs({offset}),) * 2))"
    ],
    "diagonal": ["xp.diagonal({0}, offset={offset}, axis1=-2, axis2=-1)", "{0}[(..., *np.nonzero(np.eye(*{0}.shape[-2:], {offset})))]"],
    "diff": [
        "xp.diff({0}, n={n}, axis={axis})",
        "xp.moveaxis(xp.matmul(xp.moveaxis({0}, {axis}, -1), np.diff(np.eye({0}.shape[{axis}]), {n}, axis=0).T), -1, {axis})",
    ],
    "eigvalsh": ["xp.linalg.eigvalsh(({0} + xp.conj(xp.swapaxes({0}, -1, -2))) / 2)", "xp.linalg.eigh(({0} + xp.swapaxes({0}, -1, -2)) / 2)[0]"],
    "einsum": ["xp.einsum({equation}, {args})"],
    "entr": ["sp.entr({0})", "-{0} * xp.log({0})"],
    "exp2": ["xp.exp2({0})", "2.0 ** {0}"],
    "expand_dims": ["xp.expand_dims({0}, {axis})"],
    "fft2": ["xp.fft.fft2({0}, norm={norm})"],
    "fftshift": ["xp.fft.fftshift({0}, axes={axis})"],
    "flip": [
        "xp.flip({0}, {axis})",
        "{0}[tuple(slice(None, None, -1) if a in [i % {0}.ndim for i in {axis}] else slice(None) for a in range({0}.ndim))]",
    ],
    "gather": [
        "xp.take_along_axis({0}[tuple(slice(None) if a == {axis} % {0}.ndim else slice(n) for a, n in enumerate({1}.shape))], {1}, axis={axis})",
        "{0}[tuple({1} if a == {axis} % {0}.ndim else g for a, g in enumerate(np.indices({1}.shape)))]",
    ],
    "hypot": ["xp.hypot({0}, {1})", "xp.sqrt({0} ** 2 + {1} ** 2)"],
    "kthvalue": [of_rank],
    "lerp": ["{0} + {weight} * ({1} - {0})"],
    "lgamma": ["sp.gammaln({0})"],
    "logabsdet": ["xp.linalg.slogdet({0})[1]"],
    "logit": ["sp.logit({0})", "xp.log({0}) - xp.log1p(-{0})"],
    "logsumexp": [
        "sp.logsumexp({0}, axis={axis}, keepdims={keepdims?})",
        "(lambda top: xp.log(xp.sum(xp.exp({0} - top), axis={axis}, keepdims={keepdims?})) + xp.max({0}, axis={axis}, keepdims={keepdims?}))"
        "(xp.max({0}, axis={axis}, keepdims=True))",
    ],
    "masked_fill": ["xp.where({1}, {value}, {0})"],
    "matrix_norm": ["xp.sqrt(xp.sum(xp.abs({0}) ** 2, axis=(-2, -1), keepdims={keepdims?}))"],
    "matrix_power": ["xp.linalg.matrix_power({0}, {n})"],
    "matrix_transpose": ["xp.swapaxes({0}, -1, -2)"],
    "median": [lower_median],
    "meshgrid": ["xp.meshgrid({args}, indexing={indexing})"],
    "moveaxis": ["xp.moveaxis({0}, {source}, {destination})"],
    "multigammaln": ["sp.multigammaln({0}, {p})"],
    "nuclear_norm": ["xp.sum(xp.linalg.svd({0}, compute_uv=False), axis=-1)"],
    "pad": ["xp.pad({0}, {widths}, constant_values={value})"],
    "pad_last": [bordered],
    "permute_dims": ["xp.transpose({0}, {axes})"],
    "polar": ["{0} * xp.exp(1j * {1})"],
    "polygamma": ["sp.polygamma({n}, {0})"],
    "pow": ["xp.power({0}, {1})"],
    "power": ["{0} ** {exponent}"],
    "quantile": ["xp.quantile({0}, {q}, axis={axis}, keepdims={keepdims?})"],
    "repeat": ["xp.repeat({0}, {repeats}, axis={axis})"],
    "reshape": ["xp.reshape({0}, {shape})"],
    "roll": ["xp.roll({0}, {shift}, axis={axis?})"],
    "rot90": ["xp.rot90({0}, {k}, {axes})"],
    "rsqrt": ["1 / xp.sqrt({0})"],
    "select": ["xp.take({0}, {index}, axis={axis})", "{0}[(slice(None),) * ({axis} % {0}.ndim) + ({index},)]"],
    "sgn": ["xp.sign({0})"],
    "slice": [sliced],
    "solve": ["xp.linalg.solve({0}, {1})"],
    "sort": [ordered],
    "split": [parts],
    "squeeze": ["xp.squeeze({0}, axis={axis})"],
    "stack": ["xp.stack([{args}], axis={axis})"],
    "svdvals": ["xp.linalg.svd({0}, compute_uv=False)"],
    "take": ["xp.take({0}, {1}, axis={axis})", "{0}[(slice(None),) * ({axis} % {0}.ndim) + ({1},)]"],
    "take_along_axis": [
        "xp.take_along_axis({0}, {1}, axis={axis})",
        "{0}[tuple({1} if a == {axis} % {0}.ndim else g for a, g in enumerate(np.indices({1}.shape)))]",
    ],
    "tensordot": ["xp.tensordot({args}, axes={axes})"],
    "tile": ["xp.tile({0}, {repetitions})"],
    "topk": [largest_or_smallest],
    "trace": ["xp.trace({0}, offset={offset}, axis1=-2, axis2=-1)", "xp.sum({0}[(..., *np.nonzero(np.eye(*{0}.shape[-2:], {offset})))], axis=-1)"],
    "tril": ["xp.tril({0}, {k})", "xp.where(np.tri(*{0}.shape[-2:], {k}, dtype=bool), {0}, 0.0)"],
    "triu": ["xp.triu({0}, {k})", "xp.where(np.tri(*{0}.shape[-2:], {k} - 1, dtype=bool), 0.0, {0})"],
    "unfold": [
        "xp.stack([xp.moveaxis({0}[(slice(None),) * {axis} + (slice(i, i + {size}),)], {axis}, -1) "
        "for i in range(0, {0}.shape[{axis}] - {size} + 1, {step})], axis={axis})"
    ],
    "unstack": ["[{0}[(slice(None),) * ({axis} % {0}.ndim) + (i,)] for i in range({0}.shape[{axis}])]"],
    "vecdot": ["xp.sum(xp.conj({0}) * {1}, axis={axis})", "xp.sum({0} * {1}, axis={axis})"],
    "view_as_complex": ["{0}[..., 0] + 1j * {0}[..., 1]"],
    "view_as_real": ["xp.stack([xp.real({0}), xp.imag({0})], axis=-1)"],
    "xlog1py": ["sp.xlog1py({0}, {1})", "{0} * xp.log1p({1})"],
    "xlogy": ["sp.xlogy({0}, {1})", "{0} * xp.log({1})"],
}
