"""MLX's derivatives as source, for scripts that show a counterexample without the harness."""

DERIVATIVES = """
def numpy(array):
    return np.array(array.astype(mx.float32) if array.dtype == mx.bfloat16 else array)


def form(array):
    return tuple(array.shape), str(array.dtype)


def listed(function):
    return lambda *x: list(made) if isinstance(made := function(*x), (tuple, list)) else [made]


def raw_vjp(function, primals, cotangents):
    return mx.vjp(listed(function), list(primals), list(cotangents))[1]


def raw_jvp(function, primals, tangents):
    return mx.jvp(listed(function), list(primals), list(tangents))[1]


def raw_hvp(function, primals, cotangents, tangents):
    return raw_vjp(lambda *x: raw_vjp(function, x, cotangents), primals, tangents)


def raw_jvp_jvp(function, primals, tangents, others):
    return raw_jvp(lambda *x: raw_jvp(function, x, tangents), primals, others)
"""
