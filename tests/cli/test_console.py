"""What is printed is what was meant, letter by letter."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.table import Table

from harness.cli.console import console, plain_console

NAME = "bothbad:Two: [0, 1] [bold]x"


def test_console_prints_names_with_colons_and_brackets_as_they_are(capsys: pytest.CaptureFixture[str]):
    console().print(NAME)
    assert capsys.readouterr().out == f"{NAME}\n"


def test_console_prints_table_cells_as_they_are():
    out, table = StringIO(), Table("name")
    table.add_row("faulty:red_heart:torch [0, 1]")
    plain_console(file=out, width=80).print(table)
    assert "faulty:red_heart:torch [0, 1]" in out.getvalue()
