"""What a user does who waits for nothing and looks nothing up."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.engine.sample_run import sample_run
from dsanet.errors import ReadError
from dsanet.prepare import PrepareChoices
from DSASegmentationLib import runs, segments
from DSASegmentationLib.gui import runlist, workplace
from DSASegmentationLib.jobs import Job
from DSASegmentationLib.jobs.showing import showing
from DSASegmentationLib.nodes import referenceOf, setImage
from DSASegmentationLib.prepared import arterialWindowOf
from DSASegmentationLib.storage import openScene, saveScene

from ..mrml.conftest import make_prediction, make_run
from .conftest import addPlane, addRun, predict, settle, slicer
from .test_runtab import drop, rows, write_run
from .test_segmenting import addSample, until, workers


@pytest.fixture(autouse=True)
def oneTab(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A panel of the Run tab alone."""
    from DSASegmentationLib.gui import panel, runtab

    monkeypatch.setattr(panel, "TABS", (("RunTab", runtab.RunTab),))


def view(app: Any, name: str = "Red") -> Any:
    return app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode()


def addVolume(app: Any) -> Any:
    """A volume that is no run, shown in all views."""
    volume = app.host.scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    setImage(volume, np.zeros((7, 5), np.int16), None)
    for name in list(volume.GetAttributeNames()):
        volume.RemoveAttribute(name)
    for name in app.layoutManager().sliceViewNames():
        view(app, name).SetBackgroundVolumeID(volume.GetID())
    return volume


def test_a_volume_that_is_no_run_stays_in_view(app: Any, makeWidget: Any) -> None:
    volume = addVolume(app)
    panel = makeWidget().panel
    settle()
    assert view(app).GetBackgroundVolumeID() == volume.GetID()
    app.host.scene.AddNewNodeByClass("vtkMRMLModelNode")
    settle()
    assert view(app).GetBackgroundVolumeID() == volume.GetID()
    browser = addRun(app)
    assert view(app).GetBackgroundVolumeID() == runs.minipOf(browser).GetID()
    panel.place.remove(browser)
    settle()
    assert view(app).GetBackgroundVolumeID() is None


def test_one_error_is_told_once(app: Any, panel: Any) -> None:
    ui = panel.tabs["RunTab"].ui
    addRun(app)
    ui.maskEdit.text = "99"
    ui.subtractBox.setCurrentIndex(1)
    ui.applyButton.click()
    settle()
    assert len(app.messages.errors) == 1


@pytest.mark.parametrize("segmented", [False, True])
@pytest.mark.parametrize("role", [runs.MINIP, runs.FIELD, runs.SUBTRACTED])
def test_what_is_deleted_of_a_run_is_told_in_no_dialog_and_comes_back(
    app: Any, panel: Any, role: str, segmented: bool
) -> None:
    browser, tab = addRun(app), panel.tabs["RunTab"]
    if segmented:
        predict(browser)
    app.host.scene.RemoveNode(referenceOf(browser, role))
    settle()
    app.host.scene.AddNewNodeByClass("vtkMRMLModelNode")
    settle()
    if role != runs.SUBTRACTED:
        assert tab.ui.noteLabel.text.startswith(f"Run 1 {role} was removed from the scene;")
    tab.place.activate(browser)
    settle()
    assert referenceOf(browser, role) is not None
    assert tab._plot._curve is not None
    assert app.messages.errors == []


def test_a_picture_is_drawn_again_only_when_it_has_changed(
    app: Any, panel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = runlist.thumbnail
    monkeypatch.setattr(
        runlist, "thumbnail", lambda run: (drawn.append(run.GetName()), draw(run))[1]
    )
    first, _second = addRun(app), addRun(app, 8)
    predict(first)
    drawn.clear()
    segments.setStatus(segments.segmentationOf(first), "in progress")
    settle()
    assert drawn == []
    panel.tabs["RunTab"]._plot.onWindow((0, 1))
    assert drawn == ["Run 1"]
    panel.tabs["RunTab"].ui.invertBox.click()
    panel.place.refresh()
    assert drawn == ["Run 1"] * 2


def test_the_name_of_every_stage_fits_and_the_bar_stays_where_it_is(app: Any, panel: Any) -> None:
    from DSASegmentationLib.gui.segmentbutton import stageText
    from DSASegmentationLib.jobs.job import STAGES, WAITING

    label = panel.tabs["RunTab"].ui.stageLabel
    least = label.minimumWidth
    for stage in (WAITING, *STAGES.values()):
        label.text = stageText(stage)
        assert label.sizeHint().width() <= least


def test_an_unprepared_run_without_minip_is_no_error(app: Any, panel: Any) -> None:
    browser = runs.addRun(app.host.scene, make_run(6))
    app.host.scene.RemoveNode(runs.minipOf(browser))
    settle()
    assert arterialWindowOf(browser) is not None
    assert app.messages.errors == []


def test_the_second_plane_goes_and_the_first_has_the_window(app: Any, panel: Any) -> None:
    first, second = addPlane(app, "A"), addPlane(app, "B")
    panel.place.activate(first)
    panel.place.showPair(True)
    runs.removeRun(second)
    settle()
    assert panel.place.active is first
    layout = slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView
    assert app.layoutManager().layout == layout


def test_what_ends_after_the_user_left_takes_nothing_over(app: Any, panel: Any) -> None:
    browser = runs.addRun(app.host.scene, make_run(6))
    panel.place.refresh()
    assert panel.place._preparations.busy
    panel.exit()
    settle()
    panel.place._listen(Job(browser, None, PrepareChoices(), PrepareChoices(), state="done"))
    assert arterialWindowOf(browser) is not None
    assert panel.place._navigation._observed == []
    assert panel.place._watch.Observations == []
    panel.enter()
    assert panel.place._navigation._observed != []


def test_segments_of_a_run_whose_node_was_deleted_do_not_shine_through(
    app: Any, panel: Any
) -> None:
    first, second = addRun(app), addRun(app, 8)
    segmentation = predict(first)
    app.host.scene.RemoveNode(first)
    settle()
    assert panel.place.active is second
    assert not segmentation.GetDisplayNode().GetVisibility()


def test_segments_of_a_run_that_lost_its_frames_do_not_shine_through(app: Any, panel: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    segmentation = predict(first)
    app.host.scene.RemoveNode(referenceOf(first, runs.NATIVE))
    settle()
    assert panel.place.active is second
    assert not segmentation.GetDisplayNode().GetVisibility()


def test_an_older_segmentation_is_seen_again_when_the_newer_is_deleted(
    app: Any, panel: Any
) -> None:
    browser = addRun(app)
    older = predict(browser)
    segments.setStatus(older, "in progress")
    newer = predict(browser)
    assert newer is not older
    app.host.scene.RemoveNode(newer)
    settle()
    assert segments.segmentationOf(browser) is older
    assert older.GetDisplayNode().GetVisibility()
    assert rows(panel.tabs["RunTab"])[0].endswith("in progress")


def test_a_run_that_goes_while_it_is_asked_for_is_no_error(app: Any, panel: Any) -> None:
    browser = addRun(app)
    predict(browser)
    app.messages.meanwhile = lambda: app.host.scene.Clear(False)
    panel.tabs["RunTab"].ui.removeButton.click()
    settle()
    assert app.messages.errors == []


def test_of_a_study_what_can_be_read_is_loaded_and_the_rest_is_told_at_once(
    app: Any, panel: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "Läsion 3 é 血管"
    folder.mkdir()
    first = write_run(folder / "run 1.nrrd", 5)
    (folder / "run 2.nrrd").write_bytes(first.read_bytes()[:-40])
    write_run(folder / "run 3.nrrd", 7)
    (tmp_path / "notes.txt").write_text("no run")
    folder.chmod(0o555)
    drop(panel.tabs["RunTab"]._list, [tmp_path / "notes.txt", folder])
    assert [run.GetNumberOfItems() for run in runs.runs(app.host.scene)] == [5, 7]
    assert panel.place.active.GetNumberOfItems() == 7
    assert len(app.messages.errors) == 1
    told = app.messages.errors[0].splitlines()
    assert [
        name for name, line in zip(("notes.txt", "run 2.nrrd"), told, strict=True) if name in line
    ]


def test_of_many_that_cannot_be_read_the_first_are_told() -> None:
    errors = [ReadError(f"error {number}") for number in range(7)]
    assert workplace.shortened(errors[:5]).splitlines()[-1] == "error 4"
    assert workplace.shortened(errors).splitlines()[4:] == ["error 4", "2 more could not be read."]


def test_a_run_of_a_newer_version_is_told_and_left_alone(app: Any, panel: Any) -> None:
    browser = addRun(app)
    browser.SetAttribute("DSASegmentation.Format", "2")
    panel.tabs["RunTab"].ui.applyButton.click()
    assert "newer version" in app.messages.errors[0]


def test_a_scene_saved_while_segmenting_is_whole_and_closing_one_ends_the_work(
    app: Any, panel: Any, tmp_path: Path
) -> None:
    tab, scene = panel.tabs["RunTab"], app.host.scene
    addSample(app)
    tab.ui.segmentButton.click()
    until(lambda: tab.ui.stageLabel.text == "Segmenting" or not panel.place.segmenter.busy)
    saveScene(scene, tmp_path / "scène 1.mrb")
    scene.Clear(False)
    settle()
    assert workers() == []
    assert tab.ui.progressFrame.isHidden()
    openScene(scene, tmp_path / "scène 1.mrb")
    settle()
    assert runs.runOf(panel.place.active).pixel_hash == sample_run().pixel_hash
    tab.ui.segmentButton.click()
    until(lambda: not panel.place.segmenter.busy)
    assert rows(tab)[0].endswith("\nsegmented")
    assert app.messages.errors == []


def test_an_answer_enters_the_scene_as_a_whole_or_not_at_all(app: Any, panel: Any) -> None:
    browser = addRun(app)
    job = Job(browser, None, PrepareChoices(), PrepareChoices())
    steps = showing(job, make_prediction(runs.runOf(browser)))
    for _share in steps:
        assert segments.segmentationOf(browser) is None
        assert referenceOf(browser, runs.UNCERTAINTY) is None
    assert segments.segmentationOf(browser) is job.segmentation is not None
    assert referenceOf(browser, runs.UNCERTAINTY) is not None


@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (3, 1, 1), (7, 33, 517), (1, 64, 48), (40, 24, 31), (2, 1, 200)]
)
def test_odd_sizes(app: Any, panel: Any, shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 255, shape).astype(np.uint8)
    browser = addRun(app, pixels=pixels, times=np.arange(shape[0]) / 3)
    tab = panel.tabs["RunTab"]
    for button in (
        tab.ui.playButton,
        tab.ui.nativeButton,
        tab.ui.subtractedButton,
        tab.ui.minipButton,
    ):
        button.click()
        settle()
    tab.widget.resize(380, 600)
    tab.widget.grab()
    predict(browser)
    tab.ui.uncertaintyBox.click()
    tab.ui.applyButton.click()
    settle()
    tab.widget.grab()
    assert app.messages.errors == []
