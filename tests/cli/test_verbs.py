"""The other verbs, and the command itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.cli import main
from harness.cli.command import VERBS
from harness.cli.progress import duration
from tests.running.outside import TOY, run


def ended(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_help_names_every_verb_and_the_exit_codes(capsys):
    code, out, _ = ended(capsys, "--help")
    assert code == 0
    assert all(verb in out for verb in VERBS)
    assert "7  nothing is broken, but the evidence does not suffice" in out


def test_help_loads_neither_numpy_nor_a_framework(tmp_path):
    program = """
import sys
from harness.cli import main
try:
    main(["--help"])
finally:
    print(sorted({"numpy", "torch", "pytest", "hypothesis", "rich"} & set(sys.modules)))
"""
    assert run([sys.executable, "-c", program], tmp_path).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "check"])
def test_every_verb_has_help_with_an_example(capsys, verb: str):
    code, out, _ = ended(capsys, verb, "--help")
    assert code == 0
    assert "Example" in out


def test_an_unknown_verb_is_wrong_usage(capsys):
    code, _, err = ended(capsys, "verfy")
    assert code == 4
    assert "No such command 'verfy'" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-n", "many"), "at most; got 'many'. Leave it out for one worker per core."),
        (("-n", "100000"), "at most; got '100000'. Leave it out for one worker per core."),
        (("--profile", "quik"), "'quik' is not one of 'quick', 'ci', 'nightly'"),
        (("--frobnicate",), "No such option"),
    ],
)
def test_verify_refuses_options_that_make_no_sense(capsys, arguments: tuple[str, ...], sentence: str):
    code, _, err = ended(capsys, "verify", *arguments)
    assert code == 4
    assert sentence in err


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (("--examples", "many"), "examples must be a positive integer; got 'many'."),
        (("--max-time", "soon"), "max-time must be a positive duration; got 'soon'."),
        (("--seed", "abc"), "seed must be an integer that is not negative; got 'abc'."),
    ],
)
def test_check_tells_a_wrong_number_before_it_loads_the_target(capsys, option: tuple[str, str], sentence: str):
    code, _, err = ended(capsys, "check", "no_such_module:f", "--input", "x: float64[n]", *option)
    assert code == 4
    assert err.startswith(f"Error: {sentence}")


@pytest.mark.parametrize(("what", "name"), [("ops", "softmax"), ("laws", "vjp-eq-fd"), ("backends", "torch")])
def test_list_shows_what_there_is(capsys, what: str, name: str):
    code, out, _ = ended(capsys, "list", what)
    assert code == 0
    assert name in out


def test_doctor_tells_what_would_be_skipped_and_why(capsys):
    code, out, _ = ended(capsys, "doctor", "--backend", TOY)
    assert code == 0
    assert "backend toy does not offer 'jvp'." in out


def test_doctor_without_a_usable_backend_says_how_to_get_one(capsys):
    code, out, err = ended(capsys, "doctor", "--backend", "no.such:Backend")
    assert code == 4
    assert "backend no.such:Backend: not usable." in out
    assert "no backend can be used here. Install one: pip install 'autograd-harness[torch]'" in err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("hello", "is not a record of autograd-harness: its first line does not say what was run."),
        ('{"type": "run", "format": 99}', "has record format 99, this harness reads up to"),
        (None, "cannot read the record"),
    ],
)
def test_report_refuses_what_is_no_record(capsys, tmp_path: Path, content: str | None, sentence: str):
    path = tmp_path / "record.ndjson"
    if content is not None:
        path.write_text(content)
    code, _, err = ended(capsys, "report", str(path))
    assert code == 4
    assert sentence in err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("{}", "cannot be replayed: not a case file"), (None, "there is no case file")],
)
def test_replay_refuses_what_is_no_case(capsys, tmp_path: Path, content: str | None, sentence: str):
    path = tmp_path / "case.json"
    if content is not None:
        path.write_text(content)
    code, _, err = ended(capsys, "replay", str(path))
    assert code == 4
    assert sentence in err


def test_replay_of_an_unknown_id_says_where_it_looked(capsys, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = ended(capsys, "replay", "abcdef123456")
    assert code == 4
    assert "no case begins with 'abcdef123456' (searched: reports/out/latest/cases)" in err


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0s"), (42, "42s"), (187, "3m 07s"), (3900, "1h 05m")])
def test_duration_is_said_as_people_say_it(seconds: float, said: str):
    assert duration(seconds) == said
