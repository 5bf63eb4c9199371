"""Torch's derivatives as source, for scripts that show a counterexample without the harness."""

DERIVATIVES = """
def numpy(array):
    plain = array.detach().clone()  # with memory of its own, which lazy zeros have not
    return (plain.float() if plain.dtype is torch.bfloat16 else plain).numpy(force=True)


def form(array):
    return tuple(array.shape), array.dtype, array.device


def raw_vjp(function, primals, cotangents):
    leaves = [primal.detach().requires_grad_() for primal in primals]
    pairs = [(y, w) for y, w in zip(function(*leaves), cotangents) if y.requires_grad]
    if not pairs:
        return [None for _ in leaves]
    return torch.autograd.grad([y for y, _ in pairs], leaves, [w for _, w in pairs], allow_unused=True)


def raw_jvp(function, primals, tangents):
    with torch.autograd.forward_ad.dual_level():
        duals = [torch.autograd.forward_ad.make_dual(x, v) for x, v in zip(primals, tangents)]
        pairs = [torch.autograd.forward_ad.unpack_dual(y) for y in function(*duals)]
    return [torch.zeros_like(y) if v is None else v for y, v in pairs]


def raw_hvp(function, primals, cotangents, tangents):
    leaves = [primal.detach().requires_grad_() for primal in primals]
    pairs = [(y, w.detach().requires_grad_()) for y, w in zip(function(*leaves), cotangents) if y.requires_grad]
    roots, seeds = [y for y, _ in pairs], [w for _, w in pairs]
    gradients = torch.autograd.grad(roots, leaves, seeds, create_graph=True, allow_unused=True)
    second = [(g, v) for g, v in zip(gradients, tangents) if g is not None and g.requires_grad]
    if not second:
        return [None for _ in leaves]
    return torch.autograd.grad([g for g, _ in second], leaves, [v for _, v in second], allow_unused=True)


def raw_third(function, primals, cotangents, tangents, others):
    leaves = [primal.detach().requires_grad_() for primal in primals]
    pairs = [(y, w.detach().requires_grad_()) for y, w in zip(function(*leaves), cotangents) if y.requires_grad]
    found = torch.autograd.grad([y for y, _ in pairs], leaves, [w for _, w in pairs], create_graph=True, allow_unused=True)
    for along in (tangents, others):
        again = [(g, v.detach().requires_grad_()) for g, v in zip(found, along) if g is not None and g.requires_grad]
        if not again:
            return [None for _ in leaves]
        found = torch.autograd.grad([g for g, _ in again], leaves, [v for _, v in again], create_graph=along is tangents, allow_unused=True)
    return found


def raw_tensor_backward(function, primals, cotangents):
    leaves = [primal.detach().requires_grad_() for primal in primals]
    pairs = [(y, w) for y, w in zip(function(*leaves), cotangents) if y.requires_grad]
    torch.autograd.backward([y for y, _ in pairs], [w for _, w in pairs])
    return [torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves]


def raw_torch_func_vjp(function, primals, cotangents):
    return torch.func.vjp(function, *primals)[1](tuple(cotangents))


def raw_torch_func_jvp(function, primals, tangents):
    return torch.func.jvp(function, tuple(primals), tuple(tangents))[1]


def raw_jvp_jvp(function, primals, tangents, others):
    inside = lambda *x: torch.func.jvp(function, x, tuple(tangents))[1]
    return torch.func.jvp(inside, tuple(primals), tuple(others))[1]
"""
