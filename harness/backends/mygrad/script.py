"""MyGrad's derivatives as source, for scripts that show a counterexample without the harness."""

DERIVATIVES = """
def numpy(array):
    return np.array(array.data)


def form(array):
    return np.shape(array), str(array.dtype)


def raw_vjp(function, primals, cotangents):
    leaves = [mg.tensor(primal.data, constant=False) for primal in primals]
    made = function(*leaves)
    outputs = made if isinstance(made, (tuple, list)) else (made,)
    sum(mg.sum(y * w) for y, w in zip(outputs, cotangents)).backward()
    return [None if leaf.grad is None else mg.tensor(leaf.grad, constant=True) for leaf in leaves]
"""
