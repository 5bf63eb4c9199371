"""Paddle's derivatives as source, for scripts that show a counterexample without the harness."""

DERIVATIVES = """
def numpy(array):
    return np.array(array.numpy())


def form(array):
    return tuple(array.shape), str(array.dtype)


def raw_vjp(function, primals, cotangents):
    leaves = [primal.detach().clone() for primal in primals]
    for leaf in leaves:
        leaf.stop_gradient = False
    made = function(*leaves)
    outputs = list(made) if isinstance(made, (tuple, list)) else [made]
    return paddle.grad(outputs, leaves, list(cotangents), allow_unused=True)
"""
