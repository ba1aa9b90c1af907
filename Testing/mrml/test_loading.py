"""From files into the scene: every run, each once, the planes of a biplane acquisition linked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.errors import ReadError
from dsanet.io import read_run

from .conftest import make_run

pytest.importorskip("slicer")

from DSASegmentationLib import loading, runs
from DSASegmentationLib.nodes import PREFIX, setFact
from dsatrain.phantom.dicom_file import write_xa_dicom

PLANES = {"A": "BIPLANE A", "B": "BIPLANE B", "": "SINGLE PLANE"}


def write(path: Path, plane: str = "", study: str = "1.2", series: str = "", **run: Any) -> Path:
    """Write a run as DICOM, with UIDs and the plane that its header names."""
    from pydicom import dcmread

    path.parent.mkdir(exist_ok=True)
    write_xa_dicom(make_run(**run), path)
    dataset = dcmread(path)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", PLANES[plane]]
    dataset.StudyInstanceUID = study
    dataset.SeriesInstanceUID = series or f"{study}.1"
    dataset.SOPInstanceUID = f"{study}.{int.from_bytes(path.name.encode(), 'big') % 10**9}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path)
    return path


def write_frames(folder: Path, count: int = 3) -> Path:
    folder.mkdir()
    for number, frame in enumerate(make_run(count).pixels):
        Image.fromarray(frame.astype(np.uint8)).save(folder / f"{number}.png")
    return folder


def test_a_file_and_a_folder_of_frames_are_one_run_each(host: Any, tmp_path: Path) -> None:
    paths = (write(tmp_path / "run.dcm"), write_frames(tmp_path / "frames"))
    for path in paths:
        (browser,) = loading.loadRuns(host.scene, path)
        assert np.array_equal(runs.runOf(browser).pixels, read_run(path).pixels)
        assert loading.partnerOf(browser) is None
        assert loading.planeOf(browser) == ""
    assert len(runs.runs(host.scene)) == 2


def test_the_planes_of_a_biplane_run_know_each_other(host: Any, tmp_path: Path) -> None:
    write(tmp_path / "two" / "1.dcm", "A", dtype="<u2")
    write(tmp_path / "two" / "2.dcm", "B", dtype="u1")
    first, second = loading.loadRuns(host.scene, tmp_path / "two")
    assert (loading.planeOf(first), loading.planeOf(second)) == ("A", "B")
    assert loading.partnerOf(first) is second
    assert loading.partnerOf(second) is first
    runs.removeRun(first)
    assert loading.partnerOf(second) is None


def test_planes_loaded_one_after_the_other_are_linked_too(host: Any, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{plane}.dcm", plane, dtype=dtype) for plane, dtype in PAIR]
    first = loading.loadRun(host.scene, files[0])
    assert loading.partnerOf(first) is None
    second = loading.loadRun(host.scene, files[1])
    assert loading.partnerOf(first) is second


PAIR = (("A", "<u2"), ("B", "u1"))


@pytest.mark.parametrize(
    "other",
    [{"study": "1.3"}, {"frames": 5}, {"plane": "A"}, {"plane": ""}],
    ids=["another study", "another length", "the same plane", "no biplane"],
)
def test_runs_that_do_not_belong_together_are_not_linked(
    host: Any, tmp_path: Path, other: dict[str, Any]
) -> None:
    write(tmp_path / "two" / "1.dcm", "A", dtype="<u2")
    write(tmp_path / "two" / "2.dcm", **{"plane": "B", "dtype": "u1", **other})
    found = loading.loadRuns(host.scene, tmp_path / "two")
    assert [loading.partnerOf(browser) for browser in found] == [None, None]


def test_planes_stored_as_two_series_are_linked_by_their_study(host: Any, tmp_path: Path) -> None:
    write(tmp_path / "two" / "1.dcm", "A", series="1.2.8", dtype="<u2")
    write(tmp_path / "two" / "2.dcm", "B", series="1.2.9", dtype="u1")
    first, second = loading.loadRuns(host.scene, tmp_path / "two")
    assert loading.partnerOf(first) is second


def test_two_acquisitions_are_paired_in_order(host: Any, tmp_path: Path) -> None:
    for number, plane in enumerate("ABAB"):
        write(tmp_path / "some" / f"{number}.dcm", plane)
    found = loading.loadRuns(host.scene, tmp_path / "some")
    assert [found.index(loading.partnerOf(browser)) for browser in found] == [1, 0, 3, 2]


def test_where_a_plane_is_missing_none_is_linked(host: Any, tmp_path: Path) -> None:
    for number, plane in enumerate("ABA"):
        write(tmp_path / "some" / f"{number}.dcm", plane)
    found = loading.loadRuns(host.scene, tmp_path / "some")
    assert [loading.partnerOf(browser) for browser in found] == [None] * 3


def test_a_run_is_loaded_once_with_all_that_was_done_to_it(host: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "run.dcm")
    (first,) = loading.loadRuns(host.scene, path)
    setFact(first, "Kept", True)
    count = host.scene.GetNumberOfNodes()
    assert loading.loadRuns(host.scene, path) == [first]
    assert loading.loadRun(host.scene, path) is first
    assert host.scene.GetNumberOfNodes() == count


def test_the_same_pixels_under_another_uid_are_another_run(host: Any, tmp_path: Path) -> None:
    first = loading.loadRun(host.scene, write(tmp_path / "1.dcm"))
    second = loading.loadRun(host.scene, write(tmp_path / "2.dcm"))
    assert first is not second


def test_a_run_whose_facts_are_damaged_is_loaded_again(host: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "run.dcm")
    first = loading.loadRun(host.scene, path)
    first.SetAttribute(PREFIX + "PixelSHA256", "{")
    assert loading.loadRun(host.scene, path) is not first
    first.SetAttribute(PREFIX + "Facts", "[1]")
    assert loading.planeOf(first) == ""


def test_one_of_several_is_chosen_by_its_number(host: Any, tmp_path: Path) -> None:
    for name, dtype in (("a.dcm", "<u2"), ("b.dcm", "u1")):
        write(tmp_path / "two" / name, dtype=dtype)
    with pytest.raises(ReadError, match=r"two holds 2 runs \(1 a, 2 b\); give the number of one"):
        loading.loadRun(host.scene, tmp_path / "two")
    for number in (0, 3, -1):
        with pytest.raises(ReadError, match=rf"has no run {number}, its runs are numbered"):
            loading.loadRun(host.scene, tmp_path / "two", number)
    assert runs.runs(host.scene) == []
    second = loading.loadRun(host.scene, tmp_path / "two", 2)
    assert runs.runOf(second).pixels.dtype == np.uint8


def test_all_runs_of_a_folder_are_loaded_or_none(host: Any, tmp_path: Path) -> None:
    write(tmp_path / "two" / "1.dcm")
    whole = write(tmp_path / "two" / "2.dcm", dtype="u1")
    whole.write_bytes(whole.read_bytes()[:-500])
    before = host.scene.GetNumberOfNodes()
    with pytest.raises(ReadError, match=r"2\.dcm"):
        loading.loadRuns(host.scene, tmp_path / "two")
    assert host.scene.GetNumberOfNodes() == before


def test_a_path_that_leads_nowhere_is_refused(host: Any, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file or folder"):
        loading.loadRuns(host.scene, tmp_path / "missing")


def test_a_real_run_is_loaded(host: Any, real_data: Path) -> None:
    path = real_data / "dicom" / "0002.DCM"
    browser = loading.loadRun(host.scene, path)
    assert runs.runOf(browser).pixel_hash == read_run(path).pixel_hash
