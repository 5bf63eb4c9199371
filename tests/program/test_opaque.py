"""A user's function as a subject: by import, by registration, and what is said when neither works."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.backends import Description
from harness.program import Opaque
from harness.program.nesting import flatten
from harness.program.opaque import (
    NoOutput,
    differentiable_outputs,
    forget,
    fresh_label,
    name_of,
    register,
    resolve,
    target_of,
)
from harness.program.target import UnknownTarget, callable_of, import_target


class NumpyHost:
    """NumPy arrays as a backend's."""

    def call(self, function: Callable[..., Any], owned: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        return function(*args, **kwargs)

    def describe(self, array: Any) -> Description:
        if not isinstance(array, np.ndarray):
            raise TypeError("not an array")
        return Description(array.shape, array.dtype.name, "cpu")


HOST = NumpyHost()


class Pair:
    """A forward and a backward, called through `apply`."""

    @classmethod
    def apply(cls, x: Any) -> Any:
        return x

    @staticmethod
    def backward(w: Any) -> Any:
        return w


class Doubling:
    def __call__(self, x: Any) -> Any:
        return 2 * x


def test_resolve_imports_a_target() -> None:
    [output] = resolve(Opaque("numpy:square"), HOST)(np.array([3.0]))
    assert output.tolist() == [9.0]


def test_resolve_rebuilds_nested_arguments_from_the_structure() -> None:
    x, y = np.array([1.0, 2.0]), np.array([3.0])
    tree = {"args": ([x, y],), "kwargs": {"axis": 0}, "owned": {}}
    nest, leaves, _ = flatten(tree, lambda leaf: isinstance(leaf, np.ndarray))
    [output] = resolve(Opaque("numpy:concatenate", structure=nest.shape), HOST)(*leaves)
    assert output.tolist() == [1.0, 2.0, 3.0]


def test_resolve_finds_a_registered_function_until_it_is_forgotten() -> None:
    nest, _, _ = flatten({"args": (np.zeros(1),), "kwargs": {}, "owned": {}}, lambda leaf: isinstance(leaf, np.ndarray))
    label = fresh_label(math.sin)
    register(label, lambda x: x + 1, nest)
    assert resolve(Opaque(label), HOST)(np.array([1.0]))[0].tolist() == [2.0]
    forget(label)
    with pytest.raises(UnknownTarget, match=r"is not known here; replay it from the test that checks it"):
        resolve(Opaque(label), HOST)


def test_labels_are_never_given_twice() -> None:
    assert fresh_label(math.sin) != fresh_label(math.sin)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("numpy", r"must be named module:function; got 'numpy'\. Write"),
        ("no_such_module:f", r"the module of 'no_such_module:f' cannot be imported"),
        ("numpy:no_such_function", r"numpy has no 'no_such_function'\. Check the part after the colon"),
    ],
)
def test_import_target_says_what_is_wrong_with_a_target(target: str, said: str) -> None:
    with pytest.raises(UnknownTarget, match=said):
        import_target(target)


def test_module_that_raises_on_import_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raising_on_import.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UnknownTarget, match=r"raises when it is imported \(ZeroDivisionError: division by zero\)\. Mend that first\."):
        import_target("raising_on_import:f")


def test_class_that_wants_arguments_is_told_in_one_sentence() -> None:
    class Wants:
        def __init__(self, size: int) -> None:
            self.size = size

    with pytest.raises(UnknownTarget, match=r"Wants cannot be made without arguments .* Name an instance of it, or a function\."):
        callable_of(Wants)


def test_target_of_names_what_can_be_imported_and_nothing_else() -> None:
    assert target_of(np.linalg.norm) == "numpy.linalg:norm"
    assert target_of(lambda x: x) is None
    assert target_of(Doubling()) is None


def test_callable_of_uses_apply_of_a_forward_and_backward_and_an_instance_of_any_other_class() -> None:
    assert callable_of(Pair) == Pair.apply
    assert isinstance(callable_of(Doubling), Doubling)
    assert callable_of(math.sin) is math.sin


def test_name_of_is_what_a_person_says() -> None:
    assert (name_of(math.sin), name_of(Pair.apply), name_of(Doubling())) == ("sin", "Pair.apply", "Doubling")


def test_outputs_are_the_floating_point_arrays_in_order() -> None:
    a, b = np.array([1.0]), np.array([2.0 + 1j])
    assert differentiable_outputs({"a": a, "i": np.array([1]), "b": [b, "text"], "m": np.array([True])}, HOST) == (a, b)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (None, "it returned None"),
        (1.5, r"it returned float 1\.5"),
        ((1, 2), "it returned a tuple without a floating-point array"),
        (np.array([1]), "it returned ndarray"),
    ],
    ids=["None", "float", "tuple", "integers"],
)
def test_a_function_without_a_floating_point_array_is_told_what_it_returned(result: object, said: str) -> None:
    with pytest.raises(NoOutput, match=said):
        differentiable_outputs(result, HOST)
