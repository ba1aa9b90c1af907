"""What of a folder is a run, and why the rest is none."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid

from dsanet.errors import ReadError
from dsanet.io import (
    Limits,
    OutOfScopeError,
    RotationError,
    Survey,
    find_sources,
    read_source,
    survey,
)

Write = Callable[..., Path]
Pixels = NDArray[np.uint16]
SINGLE = {"NumberOfFrames": None, "FrameTime": None, "FrameIncrementPointer": None}
on_posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


def looked(folder: Path) -> Survey:
    return survey(folder, Limits())


def runs(found: Survey) -> dict[str, list[str]]:
    return {path.name: [file.name for file in source.files] for path, source in found.runs}


def others(found: Survey) -> dict[str, ReadError]:
    return {path.name: error for path, error in found.others}


def write_series(write_xa: Write, pixels: Pixels, prefix: str = "f", **attributes: Any) -> Path:
    for index in range(len(pixels)):
        numbered = {**SINGLE, "InstanceNumber": 9 - index, **attributes}
        path = write_xa(pixels[index : index + 1], name=f"{prefix}{index}.dcm", **numbered)
    return path.parent


def write_png(path: Path, side: int = 4) -> Path:
    Image.fromarray(np.full((side, side), 9, np.uint8)).save(path, "PNG")
    return path


def test_a_series_is_a_run_known_by_its_folder(write_xa: Write, pixels: Pixels) -> None:
    folder = write_series(write_xa, pixels)
    found = looked(folder)
    assert runs(found) == {folder.name: ["f3.dcm", "f2.dcm", "f1.dcm", "f0.dcm"]}
    assert np.array_equal(read_source(found.runs[0][1]).pixels, pixels[::-1])
    assert (found.others, found.folders) == ([], [])


def test_several_series_are_runs_known_by_their_first_files(
    write_xa: Write, pixels: Pixels
) -> None:
    write_series(write_xa, pixels[:2], "a", SeriesInstanceUID="1.2")
    folder = write_series(write_xa, pixels[:3], "b", SeriesInstanceUID="1.3")
    assert runs(looked(folder)) == {
        "a1.dcm": ["a1.dcm", "a0.dcm"],
        "b2.dcm": ["b2.dcm", "b1.dcm", "b0.dcm"],
    }


def test_files_of_all_kinds_are_runs_side_by_side(write_xa: Write, pixels: Pixels) -> None:
    folder = write_xa(pixels, name="a.dcm").parent
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(folder / "a.tif")
    write_png(folder / "preview.png")
    found = looked(folder)
    assert runs(found) == {"a.dcm": ["a.dcm"], "a.tif": ["a.tif"]}
    assert isinstance(others(found)["preview.png"], OutOfScopeError)
    assert "a picture beside runs" in str(others(found)["preview.png"])


def test_pictures_alone_are_the_frames_of_one_run(tmp_path: Path) -> None:
    for name in ("10.png", "2.png", ".hidden.png"):
        write_png(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not a run")
    (tmp_path / "DICOMDIR").write_bytes(b"index")
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    found = looked(tmp_path)
    assert runs(found) == {tmp_path.name: ["2.png", "10.png"]}
    assert found.folders == [tmp_path / "sub"]
    assert {name: str(error) for name, error in others(found).items()} == {
        "DICOMDIR": "it is an index of other files",
        "notes.txt": "its content is not of a known kind",
    }
    assert all(isinstance(error, OutOfScopeError) for error in others(found).values())


def test_a_report_is_no_run_and_a_rotation_is_refused(write_xa: Write, pixels: Pixels) -> None:
    write_xa(pixels, name="sr.dcm", SOPClassUID=uid.XRayRadiationDoseSRStorage, Modality="SR")
    write_xa(pixels, name="turn.dcm", PositionerPrimaryAngleIncrement=[0, 30, 30, 30])
    folder = write_xa(pixels, name="run.dcm").parent
    found = looked(folder)
    assert list(runs(found)) == ["run.dcm"]
    assert type(others(found)["sr.dcm"]) is OutOfScopeError
    assert type(others(found)["turn.dcm"]) is RotationError


def test_a_series_with_a_damaged_file_is_no_run_but_other_files_are(
    write_xa: Write, pixels: Pixels
) -> None:
    folder = write_series(write_xa, pixels)
    write_xa(pixels, name="whole.dcm")
    damaged = folder / "f2.dcm"
    damaged.write_bytes(damaged.read_bytes()[:300])
    found = looked(folder)
    assert list(runs(found)) == ["whole.dcm"]
    assert "f2.dcm in the same folder cannot be read" in str(others(found)["f0.dcm"])
    assert "cut off" in str(others(found)["f2.dcm"])
    assert not any(isinstance(error, OutOfScopeError) for error in others(found).values())


def test_equal_numbers_refuse_one_series_and_not_the_other(write_xa: Write, pixels: Pixels) -> None:
    write_series(write_xa, pixels[:2], "a", SeriesInstanceUID="1.2", InstanceNumber=1)
    folder = write_series(write_xa, pixels[:2], "b", SeriesInstanceUID="1.3")
    found = looked(folder)
    assert list(runs(found)) == ["b1.dcm"]
    assert "a number of its own" in str(others(found)["a0.dcm"])


@on_posix
def test_links_and_pipes_neither_hang_nor_lead_in_circles(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    (tmp_path / "store").mkdir()
    (tmp_path / "1.png").symlink_to(write_png(tmp_path / "store" / "x"))
    found = looked(tmp_path)
    assert runs(found) == {tmp_path.name: ["1.png"]}
    assert found.folders == [tmp_path / "store"]
    words = {name: str(error) for name, error in others(found).items()}
    assert "links to folders are not followed" in words["circle"]
    assert "a pipe" in words["pipe"]
    assert words["loop"].startswith("it is a link that leads nowhere")
    assert words["gone"].startswith("it is a link that leads nowhere")
    never_runs = {n for n, error in others(found).items() if isinstance(error, OutOfScopeError)}
    assert never_runs == {"circle", "pipe"}


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", locked)
    found = looked(tmp_path)
    assert (found.runs, found.folders) == ([], [])
    assert "Permission denied" in str(others(found)[tmp_path.name])


def test_a_file_that_cannot_be_opened_may_be_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_png(tmp_path / "1.png")

    def locked(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dsanet.io.folder_survey.file_kind", locked)
    error = others(looked(tmp_path))["1.png"]
    assert "1.png: Permission denied" in str(error)
    assert not isinstance(error, OutOfScopeError)


def test_a_folder_with_too_many_files_is_told(tmp_path: Path) -> None:
    for number in range(4):
        write_png(tmp_path / f"{number}.png")
    found = survey(tmp_path, Limits(files=3))
    assert found.runs == []
    assert "holds 4 files, expected at most 3" in str(others(found)[tmp_path.name])


def test_a_source_is_read_as_its_path_is(write_xa: Write, pixels: Pixels) -> None:
    path = write_xa(pixels)
    (source,) = find_sources(path)
    run = read_source(source)
    assert np.array_equal(run.pixels, pixels)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(ReadError, match=r"Cannot read run\.dcm: Pixel Data"):
        read_source(source)
