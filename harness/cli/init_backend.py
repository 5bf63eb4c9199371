"""`autograd-harness init-backend NAME`: the skeleton of an adapter, every method with what it owes, and the test of it.

init-backend mylib  ->  mylib_backend.py, test_mylib_backend.py
"""

from __future__ import annotations

import keyword
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from harness.running.misuse import Misuse, refuse

EPILOG = """\b
Example:
  autograd-harness init-backend mylib
  autograd-harness doctor --backend mylib_backend:MylibBackend

\b
Exit codes: 0 both files are written; 4 the name is no Python name, or a file is there already.
"""


@click.command(name="init-backend", epilog=EPILOG)
@click.argument("name")
@click.option("--out", "folder", metavar="DIR", default=".", show_default=True, help="Folder to write to.")
def command(name: str, folder: str) -> int:
    """Write a commented skeleton of an adapter for the library NAME, and its test."""
    try:
        written = write_skeleton(name, Path(folder))
    except Misuse as error:
        raise click.ClickException(str(error)) from None
    module, made = f"{name}_backend", class_name(name)
    click.echo("\n".join(f"wrote {path}" for path in written))
    click.echo(f"\nFill in what raises, and ask what is still wrong:\n  autograd-harness doctor --backend {module}:{made}")
    return 0


def write_skeleton(name: str, folder: Path) -> tuple[Path, Path]:
    """The adapter and its test, in `folder`.

    Raises:
        Misuse: `name` is no Python name, or one of the files exists.
    """
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower():
        refuse("name", "a lower-case Python name", name, "Use letters, digits and underscores, as in mylib.")
    fields = {"name": name, "module": f"{name}_backend", "class": class_name(name)}
    paths = folder / f"{name}_backend.py", folder / f"test_{name}_backend.py"
    for path in paths:
        if path.exists():
            refuse("name", "one whose files are not there yet", name, f"Move {path} away, or choose another --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, template in zip(paths, ("skeleton_backend.txt", "skeleton_test.txt"), strict=True):
            text = (files("harness.cli") / template).read_text(encoding="utf-8")
            path.write_text(Template(text).substitute(fields), encoding="utf-8")
    except OSError as error:
        raise Misuse(f"cannot write to {folder} ({error.strerror}). Choose a folder that can be written with --out.") from None
    return paths


def class_name(name: str) -> str:
    """tiny_autograd -> TinyAutogradBackend."""
    return "".join(part.capitalize() for part in name.split("_")) + "Backend"
