"""HIPS autograd's derivatives as source, for scripts that show a counterexample without the harness."""

IMPORTS = """
import autograd
import autograd.numpy as anp
import autograd.scipy.special as asp
from autograd.builtins import tuple as traced_tuple
""".strip()

DERIVATIVES = """
def numpy(array):
    return np.array(array)


def form(array):
    return np.shape(array), str(array.dtype)


def raw_vjp(function, primals, cotangents):
    traced = lambda x: traced_tuple(made if isinstance(made := function(*x), (tuple, list)) else (made,))
    pull_back, outputs = autograd.make_vjp(traced)(tuple(primals))
    return [anp.conj(g) for g in pull_back(traced_tuple([anp.conj(w) for w in cotangents]))]


def raw_jvp(function, primals, tangents):
    return autograd.make_jvp(lambda x: traced_tuple(function(*x)))(tuple(primals))(tuple(tangents))[1]


def raw_hvp(function, primals, cotangents, tangents):
    return raw_vjp(lambda *x: tuple(raw_vjp(function, x, cotangents)), primals, tangents)


def raw_jvp_jvp(function, primals, tangents, others):
    return raw_jvp(lambda *x: raw_jvp(function, x, tangents), primals, others)
"""
