"""Case files are found by path or by the beginning of an id, and errors say where was searched."""

from __future__ import annotations

import pytest

from harness.record import RecordError, find_case, read_case, write_case

ID = "k3f9q2ab01cd"


def test_case_reads_back_by_path_and_by_the_beginning_of_its_id(tmp_path):
    path = write_case(tmp_path, ID, b"{}", script="print(1)\n")
    assert path == tmp_path / "cases" / f"{ID}.json"
    assert path.with_suffix(".py").read_text() == "print(1)\n"
    assert read_case(str(path)) == read_case("k3f", [tmp_path / "empty", tmp_path]) == read_case(ID, [tmp_path]) == b"{}"


def test_case_beginning_must_tell_cases_apart(tmp_path):
    for case in (ID, "k3f9aaaaaaaa"):
        write_case(tmp_path, case, b"{}")
    with pytest.raises(RecordError, match=r"2 cases begin with k3f9: k3f9aaaaaaaa, k3f9q2ab01cd\. Give more of the id\."):
        find_case("k3f9", [tmp_path])


@pytest.mark.parametrize("reference", ["zzz", "*", "..", ""])
def test_case_that_is_not_there_is_told_with_the_folders_searched(tmp_path, reference):
    write_case(tmp_path, ID, b"{}")
    with pytest.raises(RecordError, match=r"no case begins with .* \(searched: .*cases\)\. Give the path of its file"):
        find_case(reference, [tmp_path])


def test_case_that_is_not_there_names_a_few_of_many_folders(tmp_path):
    with pytest.raises(RecordError, match=r"\(searched: \S+r0/cases, \S+r1/cases, \S+r2/cases and 6 more\)"):
        find_case("nope", [tmp_path / f"r{i}" for i in range(9)])


def test_case_path_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RecordError, match=r"there is no case file .*none\.json\. Give the path of a file in a cases folder"):
        read_case(str(tmp_path / "none.json"))


@pytest.mark.parametrize("case", ["../../etc", "", "AB", "a" * 65])
def test_case_id_must_be_letters_and_digits(tmp_path, case):
    with pytest.raises(ValueError, match=r"write_case\(case=\.\.\.\) must be 4 to 64 lower-case letters and digits"):
        write_case(tmp_path, case, b"{}")


def test_case_says_which_folder_cannot_be_written(tmp_path):
    (tmp_path / "cases").write_text("")
    with pytest.raises(RecordError, match=r"cannot write the case file .*: .+\. Choose a folder that can be written with --out\."):
        write_case(tmp_path, ID, b"{}")
