"""TensorFlow's derivatives as source, for scripts that show a counterexample without the harness."""

DERIVATIVES = """
def numpy(array):
    return np.array(tf.cast(array, tf.float32) if array.dtype == tf.bfloat16 else array)


def form(array):
    return tuple(array.shape), array.dtype.name


def listed(made):
    return list(made) if isinstance(made, (tuple, list)) else [made]


def raw_vjp(function, primals, cotangents):
    with tf.GradientTape() as tape:
        tape.watch(primals)
        outputs = listed(function(*primals))
    return [g if g is None else tf.convert_to_tensor(g) for g in tape.gradient(outputs, primals, output_gradients=cotangents)]


def raw_jvp(function, primals, tangents):
    with tf.autodiff.ForwardAccumulator(primals, tangents) as accumulator:
        outputs = listed(function(*primals))
    return [accumulator.jvp(y, tf.UnconnectedGradients.ZERO) for y in outputs]


def raw_hvp(function, primals, cotangents, tangents):
    def gradient(*x):
        return [tf.zeros_like(p) if g is None else g for g, p in zip(raw_vjp(function, x, cotangents), x)]

    return raw_vjp(gradient, primals, tangents)
"""
