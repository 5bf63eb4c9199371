"""One text per op, called and printed; the words of a library that it knows."""

from __future__ import annotations

import numpy as np
import pytest

from harness.backends.numpy.nn_templates import NN_CANDIDATES
from harness.backends.numpy.templates import CANDIDATES
from harness.backends.protocol import Unsupported
from harness.backends.spelling import Spelling
from harness.backends.words import first_known, missing_words, renamed, uses, words_of
from harness.ops import apply_reference, catalogue
from tests.ops.choosing import points

SPELLING = Spelling("numpy", first_known(NN_CANDIDATES | CANDIDATES, {"xp": "np", "sp": "special"}, {"np": np}), {"np": np})
PLAIN = sorted(op for op in SPELLING.templates if not any(word.startswith("special.") for word in words_of(SPELLING.templates[op])))


@pytest.mark.filterwarnings(
    "ignore:.*empty slice", "ignore:Degrees of freedom", "ignore:invalid value"
)  # NumPy's of an empty batch, whose result is empty
@pytest.mark.parametrize("op", PLAIN)
def test_the_words_of_numpy_mean_what_the_catalogue_means(op: str) -> None:
    dtype = "float64" if catalogue()[op].real else "complex128"
    compared = 0
    for point in points(catalogue()[op], 12, dtype=dtype, seed=1):
        if not catalogue()[op].contains(point.values, point.params):
            continue
        try:
            made = SPELLING.call(op)(*point.values, **point.params)
        except Unsupported:  # a template may refuse parameters; that of other points is compared
            continue
        for y, z in zip(
            made if isinstance(made, tuple | list) else (made,), apply_reference(catalogue()[op], point.values, point.params), strict=True
        ):
            assert np.shape(y) == z.shape, point.params
            np.testing.assert_allclose(y, z, rtol=1e-9, atol=1e-9 * max(1.0, float(np.max(np.abs(z), initial=0.0))))
        compared += 1
    assert compared


def test_a_distance_of_order_0_is_refused_in_a_sentence() -> None:
    with pytest.raises(Unsupported, match="a count in NumPy's words"):
        SPELLING.spell("pairwise_distance", ["x", "y"], {"p": 0.0, "eps": 1e-6, "keepdims": False})


def test_every_candidate_is_an_op_of_the_catalogue() -> None:
    assert set(NN_CANDIDATES | CANDIDATES) <= set(catalogue())


def test_the_first_candidate_whose_words_exist_is_taken() -> None:
    candidates = {"f": ["xp.nosuch({0})", "xp.exp({0}) + xp.log({0})"], "g": ["xp.linalg.nosuch({0})"]}
    assert first_known(candidates, {"xp": "np"}, {"np": np}) == {"f": "np.exp({0}) + np.log({0})"}


def test_a_word_that_is_not_accepted_counts_as_missing() -> None:
    assert missing_words("np.exp({0})", {"np": np}, lambda function: function is not np.exp) == ["np.exp"]
    assert missing_words("np.exp({0})", {"np": np}) == []


def test_a_template_that_is_a_function_says_its_words() -> None:
    @uses("xp.sort", "xp.nosuch")
    def template(params: dict[str, object]) -> tuple[str, dict[str, object]]:
        return "xp.sort({0})", params

    assert missing_words(renamed(template, {"xp": "np"}), {"np": np}) == ["np.nosuch"]


def test_a_template_by_the_number_of_arrays_is_chosen_by_it() -> None:
    linear = Spelling("numpy", {"linear": {2: "{0} @ {1}", 3: "{0} @ {1} + {2}"}}, {})
    assert linear.spell("linear", ["x", "w", "b"], {}) == "x @ w + b"
    with pytest.raises(LookupError, match="numpy has no spelling of the op 'linear'; add it to"):
        linear.spell("linear", ["x"], {})


def test_an_unknown_op_has_no_call() -> None:
    assert SPELLING.call("nosuch") is None
