"""What a person asked for, looked up; every wrong name in one sentence with its remedy."""

from __future__ import annotations

import pytest

from harness.running.misuse import Misuse, integer_in, part_in, seconds_in
from harness.running.selection import Selection, resolve
from properties.laws import lookup_law
from tests.running.outside import TOY
from tests.running.toy import Toy

PROFILES_ASKED = {"quick": {"profile": "quick"}, "ci": {"profile": "ci"}, "by name": {"profile": "quick", "law": "compiling"}}


def refused(**asked: object) -> str:
    with pytest.raises(Misuse) as told:
        resolve(Selection(**{"backends": (TOY,)} | asked))
    return str(told.value)


def test_resolve_takes_whole_names_only():
    assert {cell.op for cell in resolve(Selection(backends=(TOY,), op="exp", law="vjp-eq-fd")).cells} == {"exp"}


def test_resolve_takes_a_family_for_its_laws():
    assert {cell.law for cell in resolve(Selection(backends=(TOY,), op="exp", law="linearity")).cells} >= {"vjp-linear", "vjp-zero"}


def test_resolve_uses_the_dtypes_of_the_profile_when_nobody_asks():
    assert {cell.dtype for cell in resolve(Selection(backends=(TOY,), op="exp", law="vjp-zero", profile="ci")).cells} == {
        "float64",
        "float32",
        "complex128",
    }


def test_quick_leaves_compilers_to_the_longer_profiles_unless_somebody_asks():
    asked = {name: {cell.law for cell in resolve(Selection(backends=("reference",), **how)).cells} for name, how in PROFILES_ASKED.items()}
    assert {name for name, laws in asked.items() if "compile-eq-eager" in laws} == {"ci", "by name"}


def test_an_op_that_is_asked_for_starts_no_compiler_unless_its_law_is_asked_for_too():
    def families(**asked: str) -> set[str]:
        return {lookup_law(cell.law).family for cell in resolve(Selection(backends=(TOY,), **asked)).cells}

    assert {"relations", "second order"} <= families(op="exp")
    assert "compiled ops" not in families(op="exp")
    assert "compiled ops" in families(op="exp", law="generated-op-eq-eager")
    assert "compiled ops" in families(op="exp", profile="nightly")


def test_quick_tries_second_order_on_programs_only_unless_somebody_asks():
    def ops(**asked: str) -> set[str]:
        return {cell.op for cell in resolve(Selection(backends=(TOY,), **asked)).cells if cell.law == "hvp-eq-fd"}

    assert ops() == {"program"}
    assert ops(op="exp") == {"exp"}
    assert ops(law="hvp-eq-fd") > {"program", "exp"}
    assert ops(profile="ci") > {"program", "exp"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"op": "sofmax"}, "op must be an expression that matches an op of the catalogue; got 'sofmax'. Did you mean softmax"),
        ({"op": "("}, "op must be a regular expression; got '('. It is not one: "),
        ({"op": "zzz"}, "op must be an expression that matches an op of the catalogue; got 'zzz'. See them with: autograd-harness list ops."),
        ({"law": "vjp-eq-df"}, "law must be an expression that matches a law or a family of laws; got 'vjp-eq-df'. Did you mean vjp-eq-fd"),
        ({"dtypes": ("float65",)}, "dtype must be one of float64, float32"),
        ({"devices": ("cuda",)}, "device must be a device that backend toy sees; got 'cuda'. It sees: cpu."),
        ({"profile": "quik"}, "profile must be one of quick, ci, nightly; got 'quik'. Did you mean quick?"),
        ({"backends": ("torhc",)}, "no backend is called 'torhc'. Did you mean 'torch'?"),
        ({"backends": ("tests.running.toy:NotABackend",)}, "is NotABackend, not a harness.backends.Backend; subclass it."),
        ({"backends": ("no.such.module:Backend",)}, "cannot be imported"),
        (
            {"op": "tape", "law": "vjp-eq-fd"},
            "no cell is left: no law that 'vjp-eq-fd' matches speaks of an op that 'tape' matches. Widen one of the two.",
        ),
    ],
)
def test_resolve_refuses(asked: dict[str, object], sentence: str):
    assert sentence in refused(**asked)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90.0), ("90s", 90.0), ("10m", 600.0), ("1.5h", 5400.0)])
def test_seconds_in_reads_a_duration(text: str, seconds: float):
    assert seconds_in("max-time", text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "-3", "5 days"])
def test_seconds_in_refuses_what_is_no_duration(text: str):
    with pytest.raises(Misuse, match=r"max-time must be a positive duration; got .*\. Write it as 90s, 10m or 1\.5h\."):
        seconds_in("max-time", text)


def test_part_in_reads_a_shard():
    assert part_in("shard", "2/4") == (2, 4)


@pytest.mark.parametrize("text", ["0/4", "5/4", "2", "a/b", "2/"])
def test_part_in_refuses_what_is_no_shard(text: str):
    with pytest.raises(Misuse, match=r"shard must be I/N with 1 <= I <= N; got .*\. The second of four parts is 2/4\."):
        part_in("shard", text)


def test_integer_in_refuses_what_is_no_seed():
    assert integer_in("seed", "12") == 12
    with pytest.raises(Misuse, match="seed must be an integer that is not negative; got '-1'"):
        integer_in("seed", "-1")


class Single(Toy):
    """Has none of the dtypes of the profile quick."""

    def dtypes(self, device):
        return ("float32", "float16")


def test_a_backend_without_the_dtypes_of_the_profile_is_verified_in_its_first():
    single = f"{__name__}:Single"
    assert {cell.dtype for cell in resolve(Selection(backends=(single,), op="exp")).cells} == {"float32"}
    asked = resolve(Selection(backends=(single,), dtypes=("float64",), op="exp")).cells
    assert all("has no float64 on cpu" in cell.unsupported for cell in asked if cell.law == "vjp-eq-fd")
