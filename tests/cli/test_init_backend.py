"""The skeleton of an adapter: it is Python, its shortfalls are told, and once filled in it conforms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli.command import main
from harness.cli.init_backend import class_name, write_skeleton
from harness.running.misuse import Misuse


def init(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["init-backend", *arguments])
    return int(ended.value.code)


def doctor(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "doctor", "--backend", "mylib_backend:MylibBackend"]
    path = str(Path(__file__).parents[2])
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": path, "PATH": ""}, capture_output=True, text=True, check=False)


def test_init_backend_writes_the_adapter_and_its_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert init("mylib", "--out", str(tmp_path)) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mylib_backend.py", "test_mylib_backend.py"]
    assert "autograd-harness doctor --backend mylib_backend:MylibBackend" in capsys.readouterr().out


def test_the_skeleton_is_python_and_the_doctor_says_what_is_missing(tmp_path: Path):
    write_skeleton("mylib", tmp_path)
    told = doctor(tmp_path)
    assert told.returncode == 1, told.stderr
    assert "Every backend must have the op 'multiply'." in told.stdout


FILLED = {
    '    # "multiply": mylib.multiply,\n': '    "multiply": lambda x, y: x * y,\n',
    "        raise NotImplementedError(\"return mylib.array(np.array(values, dtype=dtype if values.dtype.kind in 'fc' else values.dtype))\")": (
        "        return np.array(values, dtype=dtype if values.dtype.kind in 'fc' else values.dtype)"
    ),
    '        raise NotImplementedError("return np.array(array.values)")': "        return np.array(array)",
}


def test_what_is_filled_in_is_no_longer_missed(tmp_path: Path):
    path, _ = write_skeleton("mylib", tmp_path)
    text = path.read_text()
    for empty, filled in FILLED.items():
        assert empty in text
        text = text.replace(empty, filled)
    path.write_text(text)
    told = doctor(tmp_path)
    assert "Every backend must have the op 'multiply'." not in told.stdout
    assert "NotImplementedError was raised at mylib_backend.py" in told.stdout


@pytest.mark.parametrize("name", ["My-Lib", "class", "1st", "Upper"])
def test_init_backend_refuses_what_is_no_name(name: str, tmp_path: Path):
    with pytest.raises(Misuse, match=r"name must be a lower-case Python name; got .* Use letters, digits and underscores, as in mylib\."):
        write_skeleton(name, tmp_path)


def test_init_backend_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert init("mylib", "--out", str(tmp_path)) == 0
    assert init("mylib", "--out", str(tmp_path)) == 4
    assert "Move " in capsys.readouterr().err


def test_class_names_are_those_of_python():
    assert class_name("tiny_autograd") == "TinyAutogradBackend"
