"""What is printed is what was meant, letter by letter."""

from __future__ import annotations

import subprocess
from io import StringIO
from pathlib import Path

import click
import pytest
from rich.table import Table

from harness.cli.console import console, counted, plain_console
from harness.cli.told import told_plainly
from tests.running.outside import TOY, environment, harness_command

NAME = "bothbad:Two: [0, 1] [bold]x"


def test_console_prints_names_with_colons_and_brackets_as_they_are(capsys: pytest.CaptureFixture[str]):
    console().print(NAME)
    assert capsys.readouterr().out == f"{NAME}\n"


def test_console_prints_table_cells_as_they_are():
    out, table = StringIO(), Table("name")
    table.add_row("faulty:red_heart:torch [0, 1]")
    plain_console(file=out, width=80).print(table)
    assert "faulty:red_heart:torch [0, 1]" in out.getvalue()


def test_a_run_goes_on_when_the_reader_of_its_lines_leaves(tmp_path: Path):
    asked = ["verify", "--backend", TOY, "--op", "exp", "--law", "vjp-eq-fd", "--dtype", "float64", "-n", "0", "--out", "run"]
    with subprocess.Popen(harness_command(*asked), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        run.stdout.close()
        said = run.stderr.read() if run.stderr else ""
    assert (run.returncode, said) == (0, "")
    assert (tmp_path / "run" / "report.html").exists()


def test_one_of_a_kind_is_told_in_the_singular():
    assert [counted(number, "cell") for number in (0, 1, 1240)] == ["0 cells", "1 cell", "1,240 cells"]


def test_a_request_beyond_the_memory_is_told_in_one_sentence():
    with pytest.raises(click.ClickException) as refused, told_plainly():
        raise MemoryError("Unable to allocate 7.28 TiB for an array")
    assert refused.value.message == "there is not memory enough: Unable to allocate 7.28 TiB for an array. Ask for smaller arrays."
