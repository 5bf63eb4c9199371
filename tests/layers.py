"""Who may import whom, read from the syntax tree; nothing is run.

record <- reports;   program <- ops <- tape <- strategies | backends | oracles <- verdict <- properties.laws <- running <- the top
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST_MODULE = 180
OURS = ("harness", "properties", "reports")
FRAMEWORKS = ("torch", "jax", "tensorflow", "mlx", "autograd", "mygrad", "paddle")

EXPRESSIONS = {"harness.program", "harness.ops"}
MATHS = EXPRESSIONS | {"harness.tape", "harness.oracles", "harness.verdict", "harness.backends"}
BELOW_THE_TOP = MATHS | {"harness.record", "harness.strategies", "properties.laws", "properties.machines", "harness.running"}

# The parts of the project and what of ours each may import besides itself.
MAY_IMPORT: dict[str, set[str]] = {
    "harness.record": set(),
    "reports": {"harness.record"},
    "harness.program": set(),
    "harness.ops": {"harness.program"},
    "harness.tape": EXPRESSIONS,
    "harness.strategies": EXPRESSIONS | {"harness.tape"},
    "harness.backends": EXPRESSIONS | {"harness.tape"},
    "harness.oracles": EXPRESSIONS | {"harness.tape"},
    "harness.verdict": EXPRESSIONS | {"harness.tape", "harness.oracles"},
    "properties.laws": MATHS,
    "properties.machines": MATHS | {"properties.laws", "harness.strategies"},
    "harness.running": BELOW_THE_TOP,
    "harness": BELOW_THE_TOP | {"reports"},  # the public face, cli and pytest_plugin
    "properties": BELOW_THE_TOP,  # the pytest suite
}

# Packages that only these parts may import.
ONLY_IN: dict[str, set[str]] = {
    "hypothesis": {"harness.strategies", "harness.running", "properties.machines", "harness", "properties"},
    "pytest": {"harness", "properties"},
}

# What every backend of harness.backends may use; each of the other modules and packages there is a backend of its own.
SHARED_BY_BACKENDS = (
    "errors",
    "protocol",
    "lending",
    "registry",
    "bind",
    "jitter",
    "conformance",
    "pair",
    "catalogue_values",
    "compiling",
    "leaving",
    "settled",
    "spelled",
    "transforming",
    "spelling",
    "words",
    "numpy",
)
REGISTRY = "harness.backends.registry"  # loads backends by name, each when it is asked for


def module_name(path: Path, root: Path) -> str:
    """`harness/ops/op.py` is `harness.ops.op`, `harness/ops/__init__.py` is `harness.ops`."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import of the file, wherever it stands: at the top, in a function, under TYPE_CHECKING, by import_module."""
    package = path.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value)


def part(module: str) -> str:
    """The longest part of the project that `module` belongs to."""
    return max((name for name in MAY_IMPORT if f"{module}.".startswith(f"{name}.")), key=len)


def owner(module: str) -> str:
    """The backend that `module` belongs to: torch for `harness.backends.torch.spelling`; "" where it is shared, or a class's name."""
    stem = module.removeprefix("harness.backends").removeprefix(".").split(".")[0]
    return "" if not stem.islower() or stem in SHARED_BY_BACKENDS else stem


def complaint(module: str, imported: str) -> str | None:
    """Why `module` must not import `imported`, in words; None where it may."""
    top, here = imported.split(".")[0], part(module)
    backend = owner(module) if here == "harness.backends" else ""
    if top in FRAMEWORKS:
        return None if backend == top else f"only harness/backends/{top}/ may import {top}"
    if top in ONLY_IN:
        return None if here in ONLY_IN[top] else f"{here} knows no {top}"
    if top not in OURS or imported in (*OURS, "harness.__version__"):  # a package's parents are loaded with it, whoever imports it
        return None
    there = part(imported)
    if here == there == "harness.backends" and module != REGISTRY and owner(imported) not in ("", backend):
        return f"the backend {backend or module} must not import the backend {owner(imported)}"
    return None if here == there or there in MAY_IMPORT[here] else f"{here} is below {there}, or beside it"


def violations(root: Path) -> list[str]:
    """One sentence per forbidden import or overlong module under `root`."""
    found = []
    for path in sorted(p for top in OURS for p in (root / top).rglob("*.py") if "out" not in p.parts):
        module, where = module_name(path, root), path.relative_to(root)
        for line, imported in imports(path, root):
            if why := complaint(module, imported):
                found.append(f"{where}:{line} imports {imported}: {why}.")
        length = len(path.read_text(encoding="utf-8").splitlines())
        if length > LONGEST_MODULE:
            found.append(f"{where} has {length} lines, more than {LONGEST_MODULE}: it wants to be two files.")
    return found
