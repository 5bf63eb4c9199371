"""The record comes back as it was written, as far as it goes; what is no record is told in a sentence."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from harness.record import CaseRun, RecordError, RecordWriter, read_events
from harness.record.numbers import from_plain, to_plain
from harness.record.writer import encode_event
from tests.record.examples import complete_run, hostile_run, run_started, write


@pytest.mark.parametrize("run", [complete_run, hostile_run])
def test_record_reads_back_what_was_written(tmp_path, run):
    events = run()
    back = list(read_events(write(tmp_path / "record.ndjson", events)))
    assert len(back) == len(events)
    assert [encode_event(event) for event in back] == [encode_event(event) for event in events]


def test_record_keeps_floats_that_json_does_not_have(tmp_path):
    case = CaseRun(cell="c", case="0", verdict="BROKEN", actual=math.nan, expected=-math.inf, bound=math.inf, details={"x": [math.nan, 1e-320, -0.0]})
    back = list(read_events(write(tmp_path / "r.ndjson", [run_started(), case])))[1]
    assert isinstance(back, CaseRun)
    assert math.isnan(back.actual)
    assert (back.expected, back.bound) == (-math.inf, math.inf)
    assert math.isnan(back.details["x"][0])
    assert [value.hex() for value in back.details["x"][1:]] == [(1e-320).hex(), (-0.0).hex()]


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "\\nan", "\\\\inf", "\\", "nano", ""])
def test_numbers_keep_a_text_that_looks_like_a_float(text):
    assert from_plain(to_plain(text)) == text


def test_numbers_take_numpy_values_and_anything_else_as_text():
    assert to_plain({"a": np.float32(1.5), 2: np.array([1, 2]), "c": {3}, "d": Path("p")}) == {"a": 1.5, "2": [1, 2], "c": [3], "d": "p"}


def test_writer_flushes_each_event(tmp_path):
    writer = RecordWriter(tmp_path / "deep" / "record.ndjson")
    writer.write(run_started())
    assert [event.seed for event in read_events(tmp_path / "deep")] == [7]
    writer.close()


def test_writer_says_which_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match=r"cannot write the record .*file/record\.ndjson: .+\. Choose a folder that can be written with --out\."):
        RecordWriter(tmp_path / "file" / "record.ndjson")


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_reader_accepts_a_truncated_last_line(tmp_path, cut):
    events = complete_run()
    path = write(tmp_path / "r.ndjson", events)
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(events) - 3 <= len(list(read_events(path))) <= len(events)


def test_reader_passes_unknown_fields_and_unknown_events(tmp_path):
    path = write(tmp_path / "r.ndjson", [run_started()])
    case = encode_event(CaseRun(cell="c", case="0", verdict="HOLDS")).replace(b'{"type"', b'{"colour":"green","type"')
    path.write_bytes(path.read_bytes() + b'{"type":"weather","rain":true}\n[1]\n\n' + case)
    assert [type(event).__name__ for event in read_events(path)] == ["RunStarted", "CaseRun"]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"hello\n", b"\x80\xff\n", b"[1]\n", b'{"type":"case"}\n', b'{"type":"run"}\n', b'{"type":"run","form']
)
def test_reader_tells_a_foreign_file(tmp_path, content):
    (tmp_path / "r.ndjson").write_bytes(content)
    with pytest.raises(RecordError, match=r"is not a record of autograd-harness: its first line .* Give the path of a record\.ndjson\."):
        list(read_events(tmp_path / "r.ndjson"))


def test_reader_tells_a_newer_format(tmp_path):
    path = write(tmp_path / "r.ndjson", [msgspec.structs.replace(run_started(), format=99)])
    with pytest.raises(RecordError, match=r"has record format 99, this harness reads up to 1\. Upgrade autograd-harness\."):
        list(read_events(path))


def test_reader_tells_a_missing_file(tmp_path):
    with pytest.raises(
        RecordError, match=r"cannot read the record .*no such file or directory\. Give the path of a record\.ndjson, or of the folder"
    ):
        list(read_events(tmp_path / "none"))


@pytest.mark.parametrize(("line", "complaint"), [(b'{"type":"ca\n', "is damaged"), (b'{"type":"case","cell":1}\n', "is not a valid case event")])
def test_reader_names_the_damaged_line(tmp_path, line, complaint):
    path = write(tmp_path / "r.ndjson", [run_started()])
    path.write_bytes(path.read_bytes() + line + encode_event(complete_run()[-1]))
    with pytest.raises(RecordError, match=rf"line 2 of .* {complaint} \(.*\)\. Delete that line to read the rest\."):
        list(read_events(path))
