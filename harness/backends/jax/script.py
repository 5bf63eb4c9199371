"""jax's derivatives as source, for scripts that show a counterexample without the harness."""

IMPORTS = """
import jax
import jax.numpy as jnp
import jax.scipy.special as jsp

jax.config.update("jax_enable_x64", True)
""".strip()

DERIVATIVES = """
def numpy(array):
    return np.array(array.astype("float32") if array.dtype == jnp.bfloat16 else array)


def form(array):
    return tuple(array.shape), str(array.dtype)


def conj(arrays):
    return tuple(jnp.conj(array) if jnp.iscomplexobj(array) else array for array in arrays)


def raw_vjp(function, primals, cotangents):
    outputs, pull_back = jax.vjp(lambda *x: made if isinstance(made := function(*x), tuple) else tuple(made), *primals)
    return conj(pull_back(conj(cotangents)))


def raw_jvp(function, primals, tangents):
    return jax.jvp(function, tuple(primals), tuple(tangents))[1]


def raw_hvp(function, primals, cotangents, tangents):
    return raw_vjp(lambda *x: raw_vjp(function, x, cotangents), primals, tangents)


def raw_jvp_jvp(function, primals, tangents, others):
    return raw_jvp(lambda *x: raw_jvp(function, x, tangents), primals, others)
"""
