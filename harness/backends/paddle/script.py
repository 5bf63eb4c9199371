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


def raw_hvp(function, primals, cotangents, tangents):
    leaves = [primal.detach().clone() for primal in primals]
    for leaf in leaves:
        leaf.stop_gradient = False
    made = function(*leaves)
    outputs = list(made) if isinstance(made, (tuple, list)) else [made]
    gradients = paddle.grad(outputs, leaves, list(cotangents), create_graph=True, allow_unused=True)
    second = [(g, v) for g, v in zip(gradients, tangents) if g is not None and not g.stop_gradient]
    if not second:
        return [None for _ in leaves]
    return paddle.grad([g for g, _ in second], leaves, [v for _, v in second], allow_unused=True)
"""
