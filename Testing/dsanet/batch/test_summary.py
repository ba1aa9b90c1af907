"""The CSV file of a batch."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest

from dsanet.batch import COLUMNS, Row
from dsanet.batch.summary import Summary, to_csv
from dsanet.errors import ReadError, WriteError
from dsanet.io import OutOfScopeError

DONE = Row(
    Path("b/run.dcm"),
    "done",
    facts={
        "frames": 9,
        "arterial_window": [2, 5],
        "pixels": {"BV": 7, "MAT": 3},
        "warnings": ["w"],
    },
    seconds=1.23456,
    files=("b/run.json", "b/run.seg.nrrd"),
)


def parsed(data: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def test_a_row_tells_what_was_found() -> None:
    (row,) = parsed(to_csv([DONE]))
    assert tuple(row) == COLUMNS
    assert list(row.values()) == [
        *("b/run.dcm", "done", "", "9", "2", "5", "7", "3", "1", "1.235"),
        "b/run.json; b/run.seg.nrrd",
    ]


def test_a_row_without_results_has_empty_cells() -> None:
    (row,) = parsed(to_csv([Row(Path("x"), "failed", 'why, "oh"\nwhy')]))
    assert row.pop("reason") == 'why, "oh"\nwhy'
    assert [value for value in row.values() if value] == ["x", "failed"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    name = f"{start}cmd|' /C calc'!A0"
    (row,) = parsed(to_csv([Row(Path(name), "failed", name, files=(name,))]))
    assert {row["path"], row["reason"], row["files"]} == {f"'{name}"}


def test_other_letters_come_back_as_they_are() -> None:
    name = "größe;a,b='x' 動脈"
    assert parsed(to_csv([Row(Path(name), "skipped")]))[0]["path"] == name


def test_rows_are_in_the_natural_order_of_their_paths(tmp_path: Path) -> None:
    names = ["b/run10", "b/run9", "a", "b"]
    summary = Summary(tmp_path / "summary.csv")
    summary.write(Row(Path(name), "skipped") for name in names)
    written = parsed(summary.path.read_bytes())
    assert [row["path"] for row in written] == ["a", "b", "b/run9", "b/run10"]


def test_updates_are_written_often_enough_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    written: list[int] = []

    def write(_: Path, data: bytes) -> None:
        written.append(data.count(b"\n") - 1)
        clock[0] += 0.1

    monkeypatch.setattr("dsanet.batch.summary.write_bytes", write)
    summary = Summary(tmp_path / "summary.csv")
    rows: list[Row] = []
    for _ in range(20):
        rows.append(DONE)
        summary.update(rows)
        clock[0] += 1
    assert written == [1, 6, 11, 16]


def test_a_failing_write_leaves_the_last_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = Summary(tmp_path / "summary.csv")
    summary.write([DONE])
    before = summary.path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WriteError, match="no space left"):
        summary.write([DONE, DONE])
    assert summary.path.read_bytes() == before


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ReadError("two\n lines"), "two lines"),
        (MemoryError(), "memory is full"),
        (KeyError("x"), "x"),
    ],
)
def test_any_error_is_one_line(error: Exception, words: str) -> None:
    from dsanet.batch.row import row_of_error

    row = row_of_error(Path("a"), error)
    assert (row.status, words in row.reason, "\n" in row.reason) == ("failed", True, False)
    assert row_of_error(Path("a"), OutOfScopeError("no run")).status == "skipped"
