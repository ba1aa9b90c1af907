"""What is saved is opened again as it was, and saving never harms what was saved before."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.errors import WriteError
from dsanet.io import RunFacts
from dsanet.prepare import PrepareChoices, prepare

from .conftest import ROWS, make_prediction, make_run, some_labels
from .test_prepared import check_same as check_same_prepared
from .test_runs import FACTS
from .test_runs import check_same as check_same_run

pytest.importorskip("slicer")
vtk = pytest.importorskip("vtk")

from DSASegmentationLib import nodes, prepared, runs, segments, storage, visibility  # noqa: E402
from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.uncertainty import addUncertainty  # noqa: E402

from .editing import box, paint  # noqa: E402

NAMES = ("scene.mrb", "scene.mrml")

VOLUMES = tuple(role for role in runs.VOLUMES if role != runs.FLOW_MAP)
"""Those of a run that was segmented but not measured."""


def fill(host: Any, **changes: Any) -> tuple[Any, Any]:
    run = make_run(**changes)
    choices = PrepareChoices(subtract="always", arterial_window=(0, len(run.pixels) - 1))
    made = prepare(run, choices)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, made, choices)
    prediction = make_prediction(run, prepared=made)
    addUncertainty(browser, prediction.probabilities)
    return browser, segments.addPrediction(browser, prediction)


def opened(open_host: Callable[[], Any], path: Path) -> Any:
    host = open_host()
    storage.openScene(host.scene, path)
    return host


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("frames", "dtype"), [(1, "<u2"), (4, "u1"), (4, "i1"), (4, ">u2"), (4, "<i4")]
)
def test_a_run_is_the_same_after_saving_and_opening(
    host: Any, open_host: Any, tmp_path: Path, name: str, frames: int, dtype: str
) -> None:
    times = np.linspace(0, 1e-3, frames) if frames > 1 else np.zeros(1)
    run = make_run(frames, dtype, facts=FACTS, times=times)
    browser = runs.addRun(host.scene, run)
    browser.SetSelectedItemNumber(frames - 1)
    storage.saveScene(host.scene, tmp_path / name)
    (again,) = runs.runs(opened(open_host, tmp_path / name).scene)
    check_same_run(runs.runOf(again), run)
    assert again.GetSelectedItemNumber() == frames - 1
    assert again.GetPlaybackRateFps() == pytest.approx(browser.GetPlaybackRateFps())


@pytest.mark.parametrize("name", NAMES)
def test_all_else_is_the_same_after_saving_and_opening(
    host: Any, open_host: Any, tmp_path: Path, name: str
) -> None:
    browser, segmentation = fill(host)
    mask = box((ROWS, 56), slice(0, 3), slice(0, 9))
    paint(host.scene, segmentation, runs.minipOf(browser), "MAT", mask)
    visibility.setActiveRun(host.scene, browser)
    visibility.showImage(browser, runs.MINIP)
    storage.saveScene(host.scene, tmp_path / name)
    scene = opened(open_host, tmp_path / name).scene
    again = visibility.activeRun(scene)
    assert again is not None
    assert again.GetScene() is scene
    assert visibility.imageShown(again) == runs.MINIP
    check_same_prepared(prepared.preparedOf(again), prepared.preparedOf(browser))
    assert prepared.choicesOf(again) == prepared.choicesOf(browser)
    (node,) = runs.segmentationsOf(again)
    assert segments.segmentationOf(again) is node
    assert np.array_equal(segments.labelsOf(node, again), segments.labelsOf(segmentation, browser))
    assert segments.statusOf(node) == "in progress"
    assert segments.provenanceOf(node) == segments.provenanceOf(segmentation)
    assert segments.warningsOf(node) == segments.warningsOf(segmentation)
    for role in VOLUMES:
        ours, theirs = (nodes.referenceOf(each, role) for each in (browser, again))
        assert np.array_equal(nodes.imageOf(ours), nodes.imageOf(theirs))
        assert nodes.showsMillimetres(theirs)
    role = node.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReference(role) is runs.minipOf(again)
    for role in (runs.NATIVE, runs.SUBTRACTED):
        levels = [
            runs.proxyOf(each, nodes.referenceOf(each, role)).GetDisplayNode().GetWindowLevelMin()
            for each in (browser, again)
        ]
        assert levels[0] == pytest.approx(levels[1], rel=1e-5)  # the scene file has 6 digits


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("labels", [some_labels(), some_labels() * 0], ids=["drawn", "none"])
def test_a_prediction_that_nobody_touched_stays_so(
    host: Any, open_host: Any, tmp_path: Path, name: str, labels: np.ndarray
) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    segments.addPrediction(browser, make_prediction(run, labels))
    storage.saveScene(host.scene, tmp_path / name)
    (again,) = runs.runs(opened(open_host, tmp_path / name).scene)
    (node,) = runs.segmentationsOf(again)
    assert np.array_equal(segments.labelsOf(node, again), labels)
    assert not segments.isTouched(node)
    assert segments.addPrediction(again, make_prediction(run)) is node
    assert np.array_equal(segments.labelsOf(node, again), some_labels())


@pytest.mark.parametrize("name", NAMES)
def test_work_goes_on_in_an_opened_scene(
    host: Any, open_host: Any, tmp_path: Path, name: str
) -> None:
    fill(host)
    storage.saveScene(host.scene, tmp_path / name)
    (again,) = runs.runs(opened(open_host, tmp_path / name).scene)
    moved = prepared.setArterialWindow(again, (0, 1))
    assert np.array_equal(nodes.imageOf(runs.minipOf(again)), moved.frames[:2].min(axis=0))
    for frame in (1, 3):
        again.SetSelectedItemNumber(frame)
        proxy = runs.proxyOf(again, again.GetMasterSequenceNode())
        assert np.array_equal(nodes.imageOf(proxy), make_run().pixels[frame])


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_opened_into_itself_holds_two_independent_runs(
    host: Any, tmp_path: Path, name: str
) -> None:
    browser, segmentation = fill(host)
    storage.saveScene(host.scene, tmp_path / name)
    storage.openScene(host.scene, tmp_path / name)
    first, second = runs.runs(host.scene)
    assert first is browser
    (copy,) = runs.segmentationsOf(second)
    assert runs.segmentationsOf(first) == [segmentation]
    for role in (runs.NATIVE, runs.SUBTRACTED, *VOLUMES):
        assert nodes.referenceOf(first, role) is not nodes.referenceOf(second, role)
    mask = box((ROWS, 56), slice(30, 33), slice(0, 9))
    paint(host.scene, copy, runs.minipOf(second), "BV", mask)
    assert np.array_equal(segments.labelsOf(segmentation, first), some_labels())
    runs.removeRun(first)
    check_same_run(runs.runOf(second), make_run())
    assert (segments.labelsOf(copy, second)[mask] == 1).all()


@pytest.mark.parametrize("name", NAMES)
def test_an_opened_run_is_the_active_one_and_hides_the_others(
    host: Any, tmp_path: Path, name: str
) -> None:
    _, segmentation = fill(host)
    visibility.setActiveRun(host.scene, runs.runs(host.scene)[0])
    storage.saveScene(host.scene, tmp_path / name)
    storage.openScene(host.scene, tmp_path / name)
    _, second = runs.runs(host.scene)
    assert visibility.activeRun(host.scene) is second
    shown = host.view.GetSliceCompositeNode().GetBackgroundVolumeID()
    assert shown == visibility.volumeShown(second).GetID()
    red = host.view.GetSliceNode().GetID()
    assert segments.segmentationOf(second).GetDisplayNode().GetVisibility(red)
    assert not segmentation.GetDisplayNode().GetVisibility(red)


@pytest.mark.parametrize("name", NAMES)
def test_runs_of_one_name_do_not_share_a_file(
    host: Any, open_host: Any, tmp_path: Path, name: str
) -> None:
    wanted = [make_run(4), make_run(6, "u1")]
    for run in wanted:
        browser = runs.addRun(host.scene, run)
        for node in (browser, browser.GetMasterSequenceNode(), runs.minipOf(browser)):
            node.SetName("same")
    storage.saveScene(host.scene, tmp_path / name)
    found = runs.runs(opened(open_host, tmp_path / name).scene)
    for browser, run in zip(found, wanted, strict=True):
        check_same_run(runs.runOf(browser), run)
        minip = nodes.imageOf(runs.minipOf(browser))
        assert np.array_equal(minip, run.pixels.min(axis=0))


def test_a_missing_data_file_is_told(host: Any, open_host: Any, tmp_path: Path) -> None:
    runs.addRun(host.scene, make_run())
    storage.saveScene(host.scene, tmp_path / "scene.mrml")
    (tmp_path / "Data" / "Run 1 native.seq.nrrd").unlink()
    scene = open_host().scene
    with pytest.raises(SceneError, match="data may be missing"):
        storage.openScene(scene, tmp_path / "scene.mrml")
    (again,) = runs.runs(scene)
    with pytest.raises(SceneError, match="look for its file"):
        runs.runOf(again)
    assert np.array_equal(nodes.imageOf(runs.minipOf(again)), make_run().pixels.min(axis=0))


def test_two_scenes_do_not_share_a_folder(host: Any, tmp_path: Path) -> None:
    runs.addRun(host.scene, make_run())
    storage.saveScene(host.scene, tmp_path / "one.mrml")
    storage.saveScene(host.scene, tmp_path / "one.mrml")
    with pytest.raises(SceneError, match="choose an empty folder"):
        storage.saveScene(host.scene, tmp_path / "two.mrml")
    (tmp_path / "one.mrml").unlink()
    with pytest.raises(SceneError, match="choose an empty folder"):
        storage.saveScene(host.scene, tmp_path / "two.mrml")


@pytest.mark.parametrize("name", NAMES)
def test_a_save_that_fails_leaves_the_last_one(
    host: Any, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.addRun(host.scene, make_run())
    path = tmp_path / name
    storage.saveScene(host.scene, path)
    before = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
    runs.addRun(host.scene, make_run(6))

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(WriteError, match="no space left"):
        storage.saveScene(host.scene, path)
    monkeypatch.undo()
    assert {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()} == before


def test_what_slicer_cannot_write_is_told(host: Any, tmp_path: Path) -> None:
    browser = runs.addRun(host.scene, make_run())
    wide = vtk.vtkImageData()
    wide.SetDimensions(2, 2, 1)
    wide.AllocateScalars(vtk.VTK_LONG_LONG, 1)
    runs.minipOf(browser).SetAndObserveImageData(wide)
    with pytest.raises(WriteError, match="could not be written"):
        storage.saveScene(host.scene, tmp_path / "scene.mrb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["scene", "scene.txt", "scene.nrrd"])
def test_other_names_are_refused(host: Any, tmp_path: Path, name: str) -> None:
    with pytest.raises(SceneError, match="must end in"):
        storage.saveScene(host.scene, tmp_path / name)


def test_a_missing_scene_is_told(host: Any, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="is no file"):
        storage.openScene(host.scene, tmp_path / "missing.mrb")


def zipped(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(name, content)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", [b"", b"nothing", b"<MRML", b"PK\x03\x04"])
def test_what_is_no_scene_is_refused(host: Any, tmp_path: Path, name: str, content: bytes) -> None:
    here = Path.cwd()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SceneError, match="is no scene"):
        storage.openScene(host.scene, tmp_path / name)
    zipped(tmp_path / "zipped.mrb", "a/a.mrml", content)
    with pytest.raises(SceneError, match="is no scene"):
        storage.openScene(host.scene, tmp_path / "zipped.mrb")
    assert Path.cwd() == here
    assert runs.runs(host.scene) == []


def test_a_damaged_bundle_is_refused(host: Any, tmp_path: Path) -> None:
    runs.addRun(host.scene, make_run())
    path = tmp_path / "scene.mrb"
    storage.saveScene(host.scene, path)
    content = path.read_bytes()
    here = Path.cwd()
    for start in range(0, len(content) - 2000, len(content) // 10):
        damaged = bytearray(content)
        damaged[start : start + 400] = bytes(400)
        path.write_bytes(damaged)
        with pytest.raises(SceneError):
            storage.openScene(host.scene, path)
        assert Path.cwd() == here


OUTSIDE = ("../a", "x/../../a", "/tmp/a", "C:/a", "..\\a", "\\\\host\\share\\a")


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_bundle_cannot_write_outside_of_its_folder(
    host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    zipped(tmp_path / "scene.mrb", name, b"")
    before = Path("/tmp/a").exists()
    with pytest.raises(SceneError, match="no scene bundle"):
        storage.openScene(host.scene, tmp_path / "scene.mrb")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "down", "scene.mrb"]
    assert Path("/tmp/a").exists() == before


def test_a_header_that_disagrees_with_the_directory_is_refused(host: Any, tmp_path: Path) -> None:
    path = tmp_path / "scene.mrb"
    zipped(path, "aa/a.mrml", b"<MRML></MRML>")
    path.write_bytes(path.read_bytes().replace(b"aa/a.mrml", b"../b.mrml", 1))
    with pytest.raises(SceneError, match="differ"):
        storage.openScene(host.scene, path)


def test_a_bundle_that_would_fill_the_disk_is_refused(
    host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped(tmp_path / "scene.mrb", "a/a.mrml", bytes(1000))
    usage = shutil.disk_usage(tmp_path)._replace(free=999)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(SceneError, match="unpacks to 1000 bytes"):
        storage.openScene(host.scene, tmp_path / "scene.mrb")


@pytest.mark.parametrize("name", NAMES)
def test_opening_leaves_the_scenes_own_address(host: Any, tmp_path: Path, name: str) -> None:
    storage.saveScene(host.scene, tmp_path / name)
    host.scene.SetURL("mine.mrml")
    host.scene.SetRootDirectory("somewhere")
    storage.openScene(host.scene, tmp_path / name)
    assert (host.scene.GetURL(), host.scene.GetRootDirectory()) == ("mine.mrml", "somewhere")


def test_no_file_is_called_after_the_input(host: Any, tmp_path: Path) -> None:
    fill(host, facts=RunFacts(viewing_mode="SUB"))
    storage.saveScene(host.scene, tmp_path / "scene.mrml")
    names = [path.name for path in tmp_path.rglob("*")]
    assert "Run 1 native.seq.nrrd" in names
    assert not any("Doe" in name for name in names)
