"""The baselines that `make verify` and `make verify-backends` use: valid, narrow, and torch's entries explained by a section of the findings."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.ops.catalogue import catalogue
from harness.record import Baseline, Finding, Known, read_baseline, signature
from harness.running.regime import ANY, EMPTY, EXTREME, LABELLED, SPECIAL, STRIDED, TAIL
from tests.record.examples import finding

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "baselines").glob("*.json"))
ENTRIES = read_baseline(ROOT / "baselines" / "torch-2.13.json").entries
DEATHS = ("crashes", "hangs")
VARIANT = re.compile(r"^masked_|_(affine|masked|running|weighted)$|[?\d]d$")  # of an op: what its section need not spell out
JACOBIANS = ("vjp-eq-fd", "jvp-eq-fd", "hvp-eq-fd", "jvp-jvp-eq-fd")  # the laws whose findings tell what a whole Jacobian has in common
AT_EDGES = tuple(f" | {regime}" for regime in (EMPTY, STRIDED, EXTREME, TAIL, LABELLED, SPECIAL))
ORDINARY = {  # what torch does at ordinary numbers, with the reason: another fault of the same op and law may hide behind it
    "the sign of the radius": tuple(f"{law} | polar" for law in ("vjp-eq-fd", "hvp-eq-fd", "jvp-jvp-eq-fd")),
    "the norm taken for a constant": ("hvp-eq-fd | weight_norm",),
    "a negative power of integers": tuple(f"{law} | ldexp" for law in JACOBIANS),
    "forward mode": tuple(
        f"{law} | {op}" for law in ("jvp-eq-fd", "jvp-jvp-eq-fd") for op in ("cholesky_inverse", "cholesky_solve", "logcumsumexp", "scatter_reduce")
    ),
    "factors that carry no derivative in forward mode": tuple(
        f"jvp-jvp-eq-fd | {op}" for op in ("det", "householder_product", "logabsdet", "logdet", "slogdet", "solve", "solve_right", "tensorsolve")
    ),
    "statistics that carry no derivative in forward mode": tuple(
        f"jvp-jvp-eq-fd | {op}" for op in ("batch_norm", "instance_norm", "instance_norm_affine", "layer_norm")
    ),
}
EXCUSED = {  # what a Jacobian that is wrong throughout may look like, and where that is known
    "all entries have the wrong sign": {},
    "all off": {
        **ORDINARY,
        "half a gradient, where one tensor is both": tuple(
            f"{law} | {op}" for law in ("vjp-eq-fd", "hvp-eq-fd") for op in ("index_reduce", "scatter_reduce")
        ),
    },
    "all zero": {
        **ORDINARY,
        "its forward mode carries no derivative": tuple(f"jvp-jvp-eq-fd | native:{op}" for op in ("linalg_det", "linalg_slogdet", "logdet")),
        "a zero among the factors": ("jvp-eq-fd | native:scatter_reduce_prod",),
        "of a sample": ("vjp-eq-fd | native:normal", "jvp-eq-fd | native:normal"),
        "documented as not supported": ("hvp-eq-fd | native:nn_functional_linear_cross_entropy_chunked",),
    },
    "not finite": {
        "a mask that keeps nothing": ("vjp-eq-fd | masked_var", "hvp-eq-fd | masked_var", "hvp-eq-fd | native:masked_logaddexp"),
    },
}


def whatever(pattern: str) -> str:
    """A text that `pattern` means, and of the patterns in a baseline only those that mean all that it means."""
    return pattern.replace("*", "\0" * 9).replace("?", "\0")


def as_finding(entry: Known) -> Finding:
    """A finding that stands for all that `entry` means."""
    fields = {field: whatever(getattr(entry, field)) for field in ("signature", "law", "op", "dtype", "device", "backend", "defect")}
    return finding(**fields)


def subsumed(entries: Sequence[Known]) -> list[str]:
    """The signatures of entries without which the others mean the same."""
    patterns = [(entry, as_finding(entry)) for entry in entries]
    return [entry.signature for entry, all_of_it in patterns if Baseline(tuple(each for each in entries if each is not entry)).match(all_of_it)]


def planted(law: str, op: str, kind: str, dtype: str) -> Finding:
    """What a fault of `op` that spoils a whole Jacobian in `dtype` wherever one looks would be called."""
    return finding(law, op, dtype, signature=signature(law, op, kind, ANY), defect="wrong")


def anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-")


def test_shipped_baseline_points_at_sections_that_exist() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = set(map(anchor, headings))
    cited = {match[1] for entry in ENTRIES if (match := re.search(r"docs/findings\.md#(\S+)", entry.reason))}
    assert cited <= anchors
    assert cited


def test_the_section_that_an_entry_points_at_names_the_op() -> None:
    sections = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    text_of = {anchor(heading): heading + text for heading, text in sections}
    named = [(entry.signature.split(" | ")[1], match[1]) for entry in ENTRIES if (match := re.search(r"docs/findings\.md#(\S+)", entry.reason))]
    of_ops = {(VARIANT.sub("", op.strip("*+")), cited) for op, cited in named if op != "*" and not op.startswith("native:")}
    assert sorted((op, cited) for op, cited in of_ops if op not in text_of[cited]) == []
    assert len(of_ops) > 100


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_names_a_law_in_every_entry_but_those_of_an_exception_or_of_a_kind_where_generic_numbers_are_right(path: Path) -> None:
    noise = ("* | matrix_exp | * | * numbers", "*float16")  # the values themselves
    broad = [
        entry.signature for entry in read_baseline(path).entries if entry.signature.startswith("* |") and (entry.signature, entry.dtype) != noise
    ]
    unnamed = [each for each in broad if "raises" not in each and each.split(" | ")[2] not in DEATHS and "expected a proper tensor" not in each]
    assert [each for each in unnamed if not each.endswith(AT_EDGES)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_excuses_deaths_of_ops_by_their_whole_names(path: Path) -> None:
    dead = [entry.signature.split(" | ")[1] for entry in read_baseline(path).entries if entry.signature.split(" | ")[-1] in DEATHS]
    assert [op for op in dead if op != "*" and re.search(r"\w\*|\*\w", op)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_names_ops_that_exist(path: Path) -> None:
    named = {entry.signature.split(" | ")[1] for entry in read_baseline(path).entries}
    single = {op for op in named if "+" not in op and not op.startswith("native:")}
    assert [op for op in sorted(single) if not fnmatch.filter([*catalogue(), "program"], op)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_baseline_has_no_entry_that_another_one_makes_needless(path: Path) -> None:
    assert subsumed(read_baseline(path).entries) == []


@pytest.mark.parametrize(
    ("other", "entry", "needless"),
    [
        ("*-eq-fd | lgamma | *", "vjp-eq-fd | lgamma | *", True),
        ("??p-* | elu | *", "hvp-* | elu | *nan*", True),
        ("?vp-* | elu | *", "*vp-* | elu | *", False),
        ("vjp-* | elu | *", "vjp-* | selu | *", False),
        ("vjp-* | elu | *nan*", "vjp-* | elu | *", False),
    ],
)
def test_an_entry_is_needless_where_another_one_means_all_that_it_means(other: str, entry: str, needless: bool) -> None:
    entries = [Known(signature=other, reason="other"), Known(signature=entry, reason="this")]
    assert (entry in subsumed(entries)) is needless


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128", "float16", "bfloat16"])
@pytest.mark.parametrize("kind", EXCUSED)
def test_shipped_baseline_excuses_what_spoils_a_whole_jacobian_only_where_that_is_what_is_known(kind: str, dtype: str) -> None:
    named = {op for entry in ENTRIES if (op := entry.signature.split(" | ")[1].strip("*"))}
    excused = {f"{law} | {op}" for law in JACOBIANS for op in named if Baseline(ENTRIES).match(planted(law, op, kind, dtype))}
    assert len(named) > 100
    noise = {f"{law} | matrix_exp" for law in JACOBIANS if dtype.endswith("float16")}  # its values are noise there, too
    unshifted = {"jvp-eq-fd | native:logcumsumexp"} if (kind, dtype) == ("not finite", "complex128") else set()
    assert excused == noise.union(unshifted, *EXCUSED[kind].values())


def test_an_entry_for_one_defect_makes_none_for_all_defects_needless() -> None:
    of_one, of_all = Known(signature="x | y*", reason="of one", defect="wrong"), Known(signature="x | yz", reason="of all")
    assert subsumed([of_one, of_all]) == []
