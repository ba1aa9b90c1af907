"""What segment_folder does with a tree of runs."""

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.batch import Batch, Event, segment_folder
from dsanet.engine import Engine
from dsanet.errors import EngineError, PackageError, ReadError, WriteError

Run = Callable[..., Batch]
Make = Callable[..., Path]
SUFFIXES = (".seg.nrrd", "_labels.png", "_overlay.png", ".json")


def statuses(found: Batch) -> dict[str, str]:
    return {row.path.as_posix(): row.status for row in found.rows}


def reasons(found: Batch) -> dict[str, str]:
    return {row.path.as_posix(): row.reason for row in found.rows}


def visible(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in files if path.name[0] != "."}


def results(*stems: str) -> set[str]:
    return {stem + suffix for stem in stems for suffix in SUFFIXES}


def test_every_run_gets_its_results_at_its_own_place(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make, xa: Make
) -> None:
    source = tmp_path / "in"
    xa(source / "pat 1" / "IM2")
    xa(source / "pat 1" / "IM10.dcm")
    (source / "pat 2" / "run.1").mkdir(parents=True)
    for number in range(3):
        picture = np.full((24, 24), 200, np.uint8)
        picture[4:20, 8:12] = 30
        Image.fromarray(picture).save(source / "pat 2" / "run.1" / f"{number}.png")
    nrrd(source / "top.nrrd")
    found = batch()
    assert [row.path.as_posix() for row in found.rows] == [
        "pat 1/IM2",
        "pat 1/IM10.dcm",
        "pat 2/run.1",
        "top.nrrd",
    ]
    assert set(statuses(found).values()) == {"done"}
    assert (found.total, found.cancelled, worked.loaded, worked.scored) == (4, False, 1, 4)
    stems = ("pat 1/IM2", "pat 1/IM10", "pat 2/run.1", "top")
    assert visible(tmp_path / "out") == results(*stems) | {"summary.csv"}
    labels = np.asarray(Image.open(tmp_path / "out" / "pat 1" / "IM2_labels.png"))
    assert labels.shape == (24, 24)
    assert labels.max() == 1


def test_a_folder_of_frames_may_be_the_root_itself(tmp_path: Path, batch: Run, worked: Any) -> None:
    (tmp_path / "in").mkdir()
    for number in range(2):
        Image.new("L", (24, 24), 100).save(tmp_path / "in" / f"{number}.png")
    assert statuses(batch()) == {".": "done"}
    assert visible(tmp_path / "out") == results("in") | {"summary.csv"}


def test_one_bad_run_never_stops_the_rest(
    tmp_path: Path,
    batch: Run,
    worked: Any,
    nrrd: Make,
    xa: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = tmp_path / "in"
    for name in "abcdef":
        nrrd(source / f"{name}.nrrd", ord(name))
    cut = nrrd(source / "cut.nrrd")
    cut.write_bytes(cut.read_bytes()[:-9])
    xa(source / "turn.dcm", PositionerPrimaryAngleIncrement=[0.0, 40.0, 40.0])
    xa(source / "ct.dcm", SOPClassUID="1.2.840.10008.5.1.4.1.1.2", Modality="CT")
    (source / "notes.txt").write_text("none")
    worked.errors = {2: RuntimeError("boom"), 4: EngineError("the card\nis gone")}
    from dsanet.batch import one

    read = one.read_source
    full = MemoryError()

    def read_or_fail(given: Any, limits: Any) -> Any:
        if given.name == "f":
            raise full
        return read(given, limits)

    monkeypatch.setattr(one, "read_source", read_or_fail)
    found = batch()
    assert statuses(found) == {
        **dict.fromkeys(("a.nrrd", "c.nrrd", "e.nrrd"), "done"),
        **dict.fromkeys(("b.nrrd", "cut.nrrd", "d.nrrd", "f.nrrd"), "failed"),
        "turn.dcm": "refused",
        "ct.dcm": "skipped",
        "notes.txt": "skipped",
    }
    said = reasons(found)
    assert said["b.nrrd"] == "unexpected RuntimeError('boom')"
    assert said["d.nrrd"] == "the card is gone"
    assert "memory is full" in said["f.nrrd"]
    assert said["cut.nrrd"].startswith("Cannot read cut.nrrd: ")
    assert "rotational" in said["turn.dcm"]
    assert "CT Image Storage" in said["ct.dcm"]
    assert visible(tmp_path / "out") == results("a", "c", "e") | {"summary.csv"}
    worked.errors = {}
    monkeypatch.undo()
    (source / "cut.nrrd").unlink()
    monkeypatch.setattr(Engine, "load", lambda package, _: Engine(package, Scorer()))
    again = batch()
    assert again.counts() == {"done": 6, "skipped": 2, "refused": 1, "failed": 0}
    assert {row.path.name for row in again.rows if row.before} == {"a.nrrd", "c.nrrd", "e.nrrd"}


class Scorer:
    name, device, precision = "threshold", "none", "float32"

    def score(self, frames: Any, minip: Any, _times: Any, on_frame: Any) -> Any:
        for _ in frames:
            on_frame()
        return np.zeros((3, *minip.shape), np.float32)


def test_runs_of_one_name_get_places_of_their_own(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make, xa: Make
) -> None:
    source = tmp_path / "in"
    xa(source / "a.dcm")
    nrrd(source / "a.nrrd")
    nrrd(source / "b.nrrd")
    found = batch()
    assert visible(tmp_path / "out") == results("a.dcm", "a.nrrd", "b") | {"summary.csv"}
    assert {row.path.name: row.files[3] for row in found.rows} == {
        "a.dcm": "a.dcm.json",
        "a.nrrd": "a.nrrd.json",
        "b.nrrd": "b.json",
    }


def test_results_inside_the_input_are_never_segmented(
    tmp_path: Path, worked: Any, nrrd: Make, another: Any
) -> None:
    nrrd(tmp_path / "in" / "a.nrrd")
    for _ in range(2):
        found = segment_folder(tmp_path / "in", tmp_path / "in" / "out", model=another)
        assert statuses(found) == {"a.nrrd": "done", "out": "skipped"}
    segment_folder(tmp_path / "in", tmp_path / "in" / "sub" / "out 2", model=another)
    found = segment_folder(tmp_path / "in", tmp_path / "elsewhere", model=another)
    assert statuses(found) == {"a.nrrd": "done", "out": "skipped", "sub/out 2": "skipped"}
    assert worked.scored == 3


@pytest.mark.parametrize("output", ["in", ".", "in/../in"])
def test_results_never_go_among_the_runs(
    tmp_path: Path, worked: Any, nrrd: Make, another: Any, output: str
) -> None:
    nrrd(tmp_path / "in" / "a.nrrd")
    with pytest.raises(WriteError, match="is the input folder or holds it"):
        segment_folder(tmp_path / "in", tmp_path / output, model=another)
    assert visible(tmp_path) == {"in/a.nrrd"}


def test_wrong_folders_and_models_stop_before_anything_is_made(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    with pytest.raises(ReadError, match="is not there"):
        batch()
    file = nrrd(tmp_path / "a.nrrd")
    with pytest.raises(ReadError, match="is a file; use `dsanet segment`"):
        segment_folder(file, tmp_path / "out")
    (tmp_path / "in").mkdir()
    with pytest.raises(PackageError, match="no model package 'none such'"):
        batch(model="none such")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(WriteError):
        segment_folder(tmp_path / "in", tmp_path / "file" / "out")
    assert visible(tmp_path) == {"a.nrrd", "file"}
    assert not (tmp_path / "out").exists()


def test_an_engine_that_does_not_open_stops_the_batch_with_its_reason(
    tmp_path: Path, batch: Run, nrrd: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any) -> Engine:
        raise EngineError("the device cuda is not there")

    monkeypatch.setattr(Engine, "load", missing)
    nrrd(tmp_path / "in" / "a.nrrd")
    with pytest.raises(EngineError, match="cuda is not there"):
        batch()


def test_a_folder_without_runs_is_told(tmp_path: Path, batch: Run) -> None:
    (tmp_path / "in" / "empty").mkdir(parents=True)
    (tmp_path / "in" / "notes.txt").write_text("none")
    found = batch()
    assert (found.total, statuses(found)) == (0, {"notes.txt": "skipped"})
    assert found.summary.is_file()


def test_the_summary_says_what_the_reports_say(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    nrrd(tmp_path / "in" / "sub" / "a.nrrd")
    (tmp_path / "in" / "=cmd.txt").write_text("none")
    (found,) = (row for row in batch().rows if row.status == "done")
    report = json.loads((tmp_path / "out" / "sub" / "a.json").read_text(encoding="utf-8"))
    with (tmp_path / "out" / "summary.csv").open(encoding="utf-8", newline="") as file:
        odd, done = csv.DictReader(file)
    assert (odd["path"], odd["status"]) == ("'=cmd.txt", "skipped")
    first, last = report["arterial_window"]
    assert float(done.pop("seconds")) == pytest.approx(found.seconds, abs=1e-3)
    assert done == {
        "path": "sub/a.nrrd",
        "status": "done",
        "reason": "",
        "frames": "3",
        "first": str(first),
        "last": str(last),
        "BV_pixels": str(report["pixels"]["BV"]),
        "MAT_pixels": "0",
        "warnings": str(len(report["warnings"])),
        "files": "; ".join(f"sub/a{suffix}" for suffix in SUFFIXES),
    }
    assert report["pixels"]["BV"] > 0
    assert report["provenance"]["model"] == "stand-in"


def test_events_tell_each_run_in_order_with_the_time_left(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    for name in ("run10", "run9", "run2"):
        nrrd(tmp_path / "in" / f"{name}.nrrd", int(name[3:]))
    events: list[Event] = []
    batch(report=events.append)
    ends = [event for event in events if event.row]
    assert [event.path.name for event in ends] == ["run2.nrrd", "run9.nrrd", "run10.nrrd"]
    assert [(event.ended, event.total) for event in ends] == [(1, 3), (2, 3), (3, 3)]
    assert ends[0].seconds_left == pytest.approx(2 * ends[0].row.seconds)
    assert ends[2].seconds_left == 0
    of_the_first = [event.stage for event in events if event.path.name == "run2.nrrd"]
    in_order = list(dict.fromkeys(of_the_first))
    assert in_order == ["check", "load", "read", "prepare", "infer", "write", "end"]


def test_a_batch_can_be_stopped_within_a_run_and_goes_on(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    for number in range(4):
        nrrd(tmp_path / "in" / f"{number}.nrrd", number)
    found = batch(cancel=lambda: worked.scored == 3)
    assert (found.cancelled, found.total, found.count("done")) == (True, 4, 2)
    assert visible(tmp_path / "out") == results("0", "1") | {"summary.csv"}
    assert len((tmp_path / "out" / "summary.csv").read_text().splitlines()) == 3
    again = batch()
    assert [row.before for row in again.rows] == [True, True, False, False]
    assert batch(cancel=lambda: True).cancelled


def test_an_interruption_leaves_a_summary_and_no_lock(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    for number in range(3):
        nrrd(tmp_path / "in" / f"{number}.nrrd", number)
    worked.errors = {2: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        batch()
    assert len((tmp_path / "out" / "summary.csv").read_text().splitlines()) == 2
    assert batch().count("done") == 3


def test_an_unwritable_run_fails_alone(tmp_path: Path, batch: Run, worked: Any, nrrd: Make) -> None:
    nrrd(tmp_path / "in" / "a.nrrd")
    nrrd(tmp_path / "in" / "sub" / "b.nrrd")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").write_text("mine")
    found = batch()
    assert statuses(found) == {"a.nrrd": "done", "sub/b.nrrd": "failed"}
    assert "sub" in reasons(found)["sub/b.nrrd"]
    assert (tmp_path / "out" / "sub").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="file names of bytes")
def test_names_that_are_no_utf8_are_escaped(
    tmp_path: Path, batch: Run, worked: Any, nrrd: Make
) -> None:
    made = nrrd(tmp_path / "in" / "a.nrrd")
    shutil.move(made, os.fsdecode(os.fsencode(made.parent) + b"/r\xf6.nrrd"))
    (row,) = batch().rows
    assert row.status == "done"
    assert rb"r\udcf6.nrrd" in (tmp_path / "out" / "summary.csv").read_bytes()
    assert batch().rows[0].before
