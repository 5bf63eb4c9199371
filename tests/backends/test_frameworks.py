"""Our adapters for other people's autograds: each keeps its promises, and means by every name what the catalogue means.

A library that is not installed here is skipped; `make verify-backends` runs each in an environment of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from harness.backends import Backend, BackendError, Unsupported, load_backend
from harness.backends.conformance import conformance
from harness.ops import apply_reference, catalogue
from harness.program import Case, single
from harness.running.judge import run_case
from harness.verdict import Verdict
from tests.ops.choosing import points

SAME_FUNCTION = 1e-9  # two float64 algorithms for one function at operands of size 1 to 10, as in tests/ops/test_torch_spelling.py
SINGLE = 1e-4  # the same in single precision
POINTS, DRAWN = 4, 24  # compared per op, and drawn at most where the adapter tells limits
OFFERED = {"jax": 180, "autograd": 120, "mygrad": 120, "mlx": 120, "tensorflow": 180, "paddle": 180}
# What a library means by a name, where that is not quite the catalogue's: seen by comparing values, before any gradient.
TOLD_APART = {
    ("tensorflow", "gelu"): "off by 5e-9: constants in single precision",
    ("paddle", "selu"): "scale and alpha in single precision",
    ("paddle", "hardsigmoid"): "the slope in single precision",
    ("paddle", "vector_norm"): "1 / 3 in single precision",
    ("paddle", "normalize"): "1 / 3 in single precision",
    ("paddle", "pairwise_distance"): "1 / 3 in single precision",
    ("paddle", "instance_norm"): "eps in single precision",
    ("mlx", "kthvalue"): "no empty arrays",
    ("mlx", "median"): "no empty arrays",
    ("mlx", "select"): "no empty arrays",
    ("mlx", "index_add"): "no empty arrays",
    ("mlx", "kron"): "no empty arrays",
    ("mlx", "prod"): "the product of no elements over several axes comes out as 0 or 1",
    ("paddle", "layer_norm"): "no eps above 1e-3",
    ("tensorflow", "index_add"): "no empty arrays",
    ("tensorflow", "index_copy"): "no empty arrays",
}


@cache
def backend(name: str) -> Backend:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a library may warn when it is imported: Paddle misses ccache
            return load_backend(name)
    except BackendError as error:
        pytest.skip(str(error))


def compared(here: Backend, op: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The backend's values beside the catalogue's, at a few points."""
    dtype = "float64" if catalogue()[op].real else "complex128"
    dtype = dtype if dtype in here.dtypes("cpu") else "float32"
    if dtype == "float32" and not catalogue()[op].real:
        return
    left = POINTS
    for point in points(catalogue()[op], DRAWN, dtype=dtype, seed=3):
        if here.name == "mlx" and not _all_have_elements(point.values, point.params.values()):
            continue  # the sum of nothing may never end: docs/findings-frameworks.md
        if not left:
            return
        if catalogue()[op].contains(point.values, point.params):
            try:
                made = here.op(op)(*(here.array(np.asarray(x), dtype=dtype, device="cpu") for x in point.values), **point.params)
            except Unsupported:
                continue  # a limit that the adapter tells: a dilation, say
            left -= 1
            results = made if isinstance(made, tuple | list) else (made,)
            yield from zip(map(here.numpy, results), apply_reference(catalogue()[op], point.values, point.params), strict=True)


def _all_have_elements(*arrays: Iterable[object]) -> bool:
    return all(np.size(x) for given in arrays for x in given if isinstance(x, np.ndarray))


def differs(here: Backend, op: str) -> str:
    allowed = SINGLE if here.name == "mlx" else SAME_FUNCTION
    pairs = list(compared(here, op))
    if not pairs and catalogue()[op].real:
        return f"{op}: nothing was compared"
    for y, z in pairs:
        if y.shape != z.shape:
            return f"{op}: shape {y.shape}, not {z.shape}"
        if not np.allclose(y, z, rtol=allowed, atol=allowed * max(1.0, float(np.max(np.abs(z), initial=0.0)))):
            return f"{op}: off by {np.max(np.abs(y - z)):.1e}"
    return ""


@pytest.mark.parametrize("name", OFFERED)
def test_the_adapter_keeps_every_promise(name: str):
    assert [str(shortfall) for shortfall in conformance(backend(name))] == []


@pytest.mark.parametrize("name", OFFERED)
def test_enough_ops_of_the_catalogue_are_offered(name: str):
    assert sum(backend(name).op(op) is not None for op in catalogue()) >= OFFERED[name]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # what a library says about broadcasting is not ours
@pytest.mark.parametrize("name", OFFERED)
def test_every_name_means_what_the_catalogue_means(name: str):
    here = backend(name)
    offered = [op for op in catalogue() if here.op(op) is not None and (name, op) not in TOLD_APART]
    assert [why for op in offered if (why := differs(here, op))] == []


@pytest.mark.parametrize("name", OFFERED)
def test_calls_are_printed_as_a_person_would_write_them(name: str):
    here = backend(name)
    assert here.spell("exp", ["x"], {}).endswith(".exp(x)")
    assert "x" in here.spell("sum", ["x"], {"axis": 0, "keepdims": True})
    assert here.preamble().startswith("import ")


def test_a_loss_that_a_library_weighs_in_another_way_is_unsupported():
    with pytest.raises(Unsupported, match="paddle's cross_entropy weighs smoothed labels in another way"):
        backend("paddle").spell("cross_entropy_weighted", ["x", "t"], {"weight": (1.0, 0.5), "label_smoothing": 0.25, "reduction": "mean"})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["autograd", "mygrad", "mlx"])
def test_a_small_run_holds(name: str, tmp_path: Path):
    backend(name)
    ops = "exp|tanh|sin|log|sqrt|erf|abs" if name == "mlx" else "exp|tanh|multiply|sum|matmul|softmax|concat"  # MLX: no sums of nothing
    asked = ["--backend", name, "--op", ops, "--law", "vjp-eq-fd|vjp-linear|grad-form", "--seed", "1"]
    command = [sys.executable, "-m", "harness.cli", "verify", *asked, "-n", "0", "--out", str(tmp_path / "run")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["cells"] == {"HOLDS": 21}


def test_second_derivatives_in_single_precision_are_compared():
    """MLX computes in single precision: its values are followed in NumPy's, its gradients in its own."""
    x = np.array([[0.5, -1.0], [2.0, 0.25]], "float32")
    values = {"primals": (x,), "tangents": (x,), "cotangents": (x,), "layouts": ()}
    subject = single("tanh", ((2, 2),), ("primal",))
    case = Case(law="hvp-eq-fd", subject=subject, backend="mlx", device="cpu", dtype="float32", differentiable=(0,), **values)
    result = run_case(backend("mlx"), case)
    assert (result.verdict, result.comparisons) == (Verdict.HOLDS, x.size), result.reason


@pytest.mark.parametrize(("name", "shape"), [("autograd", (2, 1)), ("mlx", (2, 1))])
@pytest.mark.parametrize("op", ["matrix_norm", "vector_norm"])
def test_the_second_derivative_of_a_norm_is_not_lost_where_an_entry_is_zero(name: str, shape: tuple[int, ...], op: str):
    """At (1, 0) the Hessian of |x| is diag(0, 1)."""
    here = backend(name)
    x, v = (here.array(np.reshape(values, shape), dtype="float32", device="cpu") for values in ([1.0, 0.0], [0.0, 1.0]))
    (second,) = here.nested_jvp(
        lambda x: (here.op(op)(x, keepdims=True, **({"axis": None, "ord": 2} if op == "vector_norm" else {})),), (x,), (v,), (v,)
    )
    assert float(here.numpy(second).ravel()[0]) == 1.0


def test_the_norm_of_a_complex_matrix_is_real_and_has_a_gradient():
    here = backend("tensorflow")
    z = here.array(np.array([[3.0 + 4.0j]]), dtype="complex128", device="cpu")
    w = here.array(np.array(1.0), dtype="float64", device="cpu")
    (value,), (gradient,) = here.vjp(lambda z: (here.op("matrix_norm")(z, keepdims=False),), (z,), (w,))
    assert here.numpy(value) == 5.0
    assert here.numpy(gradient).item() == pytest.approx(0.6 + 0.8j)
