"""What each law claims, as the last lines of a standalone script: they compute both sides and assert.

The script has defined by then: f, x (the primals), v (tangents), w (cotangents); raw_vjp, raw_jvp, numpy and form of the library, and raw_hvp where
it is written down; vjp, jvp and hvp in NumPy, and flat and inner of NumPy arrays. `expected` and `tolerance` are the oracle's, written as numbers.
"""

from __future__ import annotations

from harness.verdict import Result

_REVERSE = """\
gradients = vjp(f, x, w)
actual = inner(gradients, v)
expected, tolerance = {expected!r}, {tolerance!r}  # {rule}
print("actual  ", actual, "  expected", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "the vjp, paired with v, is not the directional derivative of <w, f>"
"""

_FORWARD = """\
tangents = flat(jvp(f, x, v))
expected, tolerance = {expected!r}, {tolerance!r}  # {rule}
actual = min(tangents, key=lambda entry: abs(entry - {actual!r}))  # the entry that was found wrong
print("actual  ", actual, "  expected", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "an entry of the jvp is not the derivative of that output along v"
"""

_SECOND = """\
products = flat(hvp(f, x, w, v))
expected, tolerance = {expected!r}, {tolerance!r}  # {rule}
actual = min(products, key=lambda entry: abs(entry - {actual!r}))  # the entry that was found wrong
print("actual  ", actual, "  expected", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "an entry of H v is not the derivative of that entry of the gradient along v"
"""

_DUALITY = """\
actual, expected, tolerance = inner(w, jvp(f, x, v)), inner(vjp(f, x, w), v), {tolerance!r}
print("<w, f'(x) v> =", actual, "  <f'(x)^T w, v> =", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "forward and reverse mode are not adjoint to each other"
"""

_ZERO = """\
gradients = vjp(f, x, [0 * each for each in w])
print("gradients for a zero cotangent:", gradients)
assert not np.any(flat(gradients)), "a zero cotangent gave a gradient that is not zero"
"""

_FORM = """\
for gradient, primal in zip(raw_vjp(f, x, w), x):
    print("gradient", form(gradient), "  primal", form(primal))
    assert gradient is None or form(gradient) == form(primal), "a gradient does not have the shape, dtype and device of its primal"
"""

_LAYOUT = """\
actual, expected, tolerance = flat(vjp(f, x, w)), flat(vjp(f, plain_x, plain_w)), {tolerance!r}
print("strided:   ", actual)
print("contiguous:", expected)
assert np.all(np.abs(actual - expected) <= tolerance), "strided memory gives another gradient than its contiguous copy"
"""

_REPEAT = """\
first = flat(vjp(f, x, w))
for call in range(2, 13):
    again = flat(vjp(f, x, w))
    assert again.tobytes() == first.tobytes(), f"call {{call}} gave {{again}}, the first gave {{first}}"
"""

_RAISES = """\
print("the plain call works:", f(*x))
print(vjp(f, x, w))
print(jvp(f, x, v))
"""

CLAIMS = {
    "vjp-eq-fd": _REVERSE,
    "jvp-eq-fd": _FORWARD,
    "hvp-eq-fd": _SECOND,
    "jvp-vjp-duality": _DUALITY,
    "vjp-zero": _ZERO,
    "grad-form": _FORM,
    "layout-independent": _LAYOUT,
    "repeatable": _REPEAT,
}


def claim(result: Result) -> str:
    """The last lines for `result`; empty where the law has none, so that only `replay` shows it."""
    if result.pattern.startswith("raises "):
        return _RAISES
    text = CLAIMS.get(result.law, "")
    if not text or ("{tolerance" in text and result.tolerance is None) or ("{expected" in text and result.expected is None):
        return ""
    return text.format(actual=result.actual, expected=result.expected, tolerance=result.tolerance, rule=result.rule.replace("\n", " "))
