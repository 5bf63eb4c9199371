"""What each law claims, as the last lines of a standalone script: they compute both sides and assert.

The script has defined by then: f, x (the primals), v (tangents), w (cotangents); raw_vjp, raw_jvp, numpy and form of the library, and raw_hvp where
it is written down; vjp, jvp and hvp in NumPy, and flat and inner of NumPy arrays. `expected` and `tolerance` are the oracle's, `size` their entry's.
"""

from __future__ import annotations

import re

from harness.running.printed import SourceFloat
from harness.verdict import Result
from properties.laws.linearity import LARGE, NEGATIVE


def _entry_of(found: str, wrong: str) -> str:
    """The claim on one entry of a derivative: of what the expression `found` gives."""
    return f"""\
found = {found}
expected, tolerance = {{expected!r}}, {{tolerance!r}}  # {{rule}}
actual = min(found, key=lambda entry: abs(entry - {{actual!r}}))  # the entry that was found wrong
print("actual  ", actual, "  expected", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "an entry of {wrong}"
"""


_REVERSE = """\
gradients = vjp(f, x, w)
actual = inner(gradients, v)
expected, tolerance = {expected!r}, {tolerance!r}  # {rule}
print("actual  ", actual, "  expected", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "the vjp, paired with v, is not the directional derivative of <w, f>"
"""

_FORWARD = _entry_of("flat(jvp(f, x, v))", "the jvp is not the derivative of that output along v")
_SECOND = _entry_of("flat(hvp(f, x, w, v))", "H v is not the derivative of that entry of the gradient along v")
_THIRD = _entry_of("flat(third(f, x, w, u, v))", "the gradient of <v, H u> is not the derivative of that entry of H u along v")
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

_LINEAR = """\
actual = flat(vjp(f, x, mixed))  # mixed = {negative} u + {large} w
expected = {negative} * flat(vjp(f, x, u)) + {large} * flat(vjp(f, x, w))
tolerance = {tolerance!r}
print("of the mixed cotangent:", actual, "  mixed gradients:", expected, "+-", tolerance)
assert np.all(np.abs(actual - expected) <= tolerance * np.maximum(1, np.abs(expected) / {size!r})), "the vjp is not linear in the cotangent"
"""

_NESTED = _entry_of("flat([numpy(tangent) for tangent in raw_jvp_jvp(f, x, u, v)])", "the jvp of the jvp along u is not its derivative along v")
_SYMMETRIC = """\
actual, expected, tolerance = inner(hvp(f, x, w, v), u), inner(hvp(f, x, w, u), v), {tolerance!r}
print("<u, H v> =", actual, "  <v, H u> =", expected, "+-", tolerance)
assert abs(actual - expected) <= tolerance, "the Hessian is not symmetric"
"""

_EACH_PRIMAL = """\
def alone(k):
    return vjp(lambda each: f(*x[:k], each, *x[k + 1:]), [x[k]], w)[0]


actual, expected, tolerance = flat([alone(k) for k in range(len(x))]), flat(vjp(f, x, w)), {tolerance!r}
print("each alone:", actual, "  together:", expected, "+-", tolerance)
assert np.all(np.abs(actual - expected) <= tolerance * np.maximum(1, np.abs(expected) / {size!r})), "a gradient that is asked for alone is another"
"""

_EACH_OUTPUT = """\
def only(k):
    return flat(vjp(lambda *points: (f(*points)[k],), x, [w[k]]))


actual, expected, tolerance = sum(only(k) for k in range(len(w))), flat(vjp(f, x, w)), {tolerance!r}
print("one by one:", actual, "  together:", expected, "+-", tolerance)
assert np.all(np.abs(actual - expected) <= tolerance * np.maximum(1, np.abs(expected) / {size!r})), "the gradients of the outputs do not add up"
"""

_APART = """\
def both(*points):
    return (*f(*points[:len(x)]), *f(*points[len(x):]))


actual, expected, tolerance = flat(vjp(both, [*x, *y], [*w, *w])), flat([*vjp(f, x, w), *vjp(f, y, w)]), {tolerance!r}
print("two calls, then backward:", actual, "  one by one:", expected, "+-", tolerance)
assert np.all(np.abs(actual - expected) <= tolerance * np.maximum(1, np.abs(expected) / {size!r})), "a call before backward changes a gradient"
"""

_PURE = """\
given = [*x, *w]
before = [numpy(array).tobytes() for array in given]
f(*x)
raw_vjp(f, x, w)
changed = [k for k, array in enumerate(given) if numpy(array).tobytes() != before[k]]
assert not changed, f"changed in place: {{changed}} of the primals and cotangents"
"""

_RAISES = """\
print("the plain call works:", f(*x))
print(vjp(f, x, w))
print(jvp(f, x, v))
"""

_ROUTE = """\
actual, expected, tolerance = flat(numpy(each) for each in {{route}}(f, x, {given})), flat({first}(f, x, {given})), {{tolerance!r}}
print("{{name}}:", actual, "  expected:", expected, "+-", tolerance)
assert np.all(np.abs(actual - expected) <= tolerance * np.maximum(1, np.abs(expected) / {{size!r}})), "{{name}} gives another derivative"
"""

CLAIMS = {
    "vjp-eq-fd": _REVERSE,
    "jvp-eq-fd": _FORWARD,
    "hvp-eq-fd": _SECOND,
    "third-eq-fd": _THIRD,
    "jvp-vjp-duality": _DUALITY,
    "vjp-zero": _ZERO,
    "grad-form": _FORM,
    "layout-independent": _LAYOUT,
    "repeatable": _REPEAT,
    "vjp-linear": _LINEAR,
    "jvp-jvp-eq-fd": _NESTED,
    "hessian-symmetric": _SYMMETRIC,
    "primals-alone": _EACH_PRIMAL,
    "outputs-alone": _EACH_OUTPUT,
    "calls-apart": _APART,
    "inputs-not-mutated": _PURE,
    "reverse-routes-agree": _ROUTE.format(first="vjp", given="w"),
    "forward-routes-agree": _ROUTE.format(first="jvp", given="v"),
}


def claim(result: Result) -> str:
    """The last lines for `result`; empty where the law has none, so that only `replay` shows it."""
    if result.pattern.startswith("raises "):
        return _RAISES
    text = CLAIMS.get(result.law, "")
    if not text or ("{tolerance" in text and result.tolerance is None) or ("{expected" in text and result.expected is None):
        return ""
    found = {"actual": result.actual, "expected": result.expected, "tolerance": result.tolerance, "size": abs(result.expected or 0.0) or 1.0}
    numbers = {name: number if number is None else SourceFloat(number) for name, number in found.items()}
    words = {"rule": result.rule.replace("\n", " "), "name": result.details.get("route", ""), "negative": NEGATIVE, "large": LARGE}
    return text.format(**numbers, **words, route=route_function(words["name"]))


def route_function(route: str) -> str:
    """What a library's script calls another way to a derivative: torch.func.vjp -> raw_torch_func_vjp."""
    return "raw_" + re.sub(r"\W+", "_", route).lower()
