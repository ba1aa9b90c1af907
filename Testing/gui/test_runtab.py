"""The Run tab: the list, what is shown of a run, the arterial phase, removal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.io import RunFacts
from DSASegmentationLib import runs, segments
from DSASegmentationLib.prepared import arterialWindowOf
from DSASegmentationLib.visibility import imageShown

from ..mrml.conftest import make_run
from .conftest import addRun, predict, qt, settle


@pytest.fixture
def tab(panel: Any) -> Any:
    return panel.tabs["RunTab"]


def rows(tab: Any) -> list[str]:
    return [tab._list.item(number).text() for number in range(tab._list.count)]


def test_without_a_run_nothing_can_be_done_and_the_panel_says_what_to_do(tab: Any) -> None:
    ui = tab.ui
    for button in (ui.removeButton, ui.playButton, ui.minipButton, ui.segmentButton):
        assert button.enabled is False
    assert ui.loadButton.enabled is True
    assert "Load a DSA run" in ui.noteLabel.text


def test_says_from_where_a_run_was_taken(app: Any, tab: Any) -> None:
    addRun(app, facts=RunFacts(viewing_mode="SUB", times_stated=True, view="LAO 30 CRA 5"))
    assert rows(tab)[0].splitlines()[1] == "LAO 30 CRA 5, 6 frames, 3.0 per second"


def test_a_run_appears_whoever_loaded_it_and_is_shown(app: Any, tab: Any) -> None:
    browser = addRun(app)
    assert rows(tab) == ["Run 1 · Doe^Jane 1970\n6 frames, 3.0 per second\nnot segmented"]
    assert tab.place.active is browser
    assert imageShown(browser) == runs.MINIP
    assert arterialWindowOf(browser) is not None
    assert tab._plot.phaseText().startswith("arterial phase: frames ")
    red = app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    assert red.GetBackgroundVolumeID() == runs.minipOf(browser).GetID()
    assert app.cursors == []
    assert app.waits > 0


def test_a_run_without_stated_times_tells_no_rate(app: Any, tab: Any) -> None:
    addRun(app, facts=RunFacts(viewing_mode="SUB"), times=np.arange(6.0))
    assert "6 frames, rate not stated" in rows(tab)[0]
    assert tab._plot.caption() == "frame 1 of 6"


def test_selecting_a_row_shows_that_run_alone(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    predict(first)
    assert tab.place.active is first
    tab._list.setCurrentRow(1)
    assert tab.place.active is second
    display = segments.segmentationOf(first).GetDisplayNode()
    assert not display.GetVisibility()
    tab._list.setCurrentRow(0)
    assert display.GetVisibility()


def test_the_status_follows_the_reader(app: Any, tab: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    for status, words in (
        ("not started", "segmented"),
        ("in progress", "in progress"),
        ("accepted", "accepted"),
        ("set aside", "set aside"),
    ):
        segments.setStatus(segmentation, status)
        settle()
        assert rows(tab)[0].endswith("\n" + words)


def test_the_image_buttons_show_what_is_shown(app: Any, tab: Any) -> None:
    browser, ui = addRun(app), tab.ui
    for button, image in (
        (ui.nativeButton, runs.NATIVE),
        (ui.minipButton, runs.MINIP),
        (ui.subtractedButton, runs.SUBTRACTED),
    ):
        button.click()
        assert imageShown(browser) == image
        assert [
            shown
            for shown in (ui.nativeButton, ui.minipButton, ui.subtractedButton)
            if shown.checked
        ] == [button]


def test_play_leaves_the_minip_and_plays_at_the_true_rate(app: Any, tab: Any) -> None:
    browser = addRun(app)
    tab.ui.playButton.click()
    assert browser.GetPlaybackActive()
    assert browser.GetPlaybackRateFps() == pytest.approx(3)
    assert imageShown(browser) == runs.SUBTRACTED
    tab.ui.playButton.click()
    assert not browser.GetPlaybackActive()


def test_the_plot_follows_the_frame_that_anyone_chooses(app: Any, tab: Any) -> None:
    browser = addRun(app)
    browser.SetSelectedItemNumber(4)
    assert tab._plot.caption() == "frame 5 of 6, 1.33 s"
    tab._plot.onFrame(2)
    assert browser.GetSelectedItemNumber() == 2
    assert imageShown(browser) == runs.SUBTRACTED


def test_moving_the_phase_moves_window_and_minip(app: Any, tab: Any) -> None:
    browser = addRun(app)
    tab._plot.onWindow((0, 0))
    assert arterialWindowOf(browser) == (0, 0)
    minip = runs.minipOf(browser)
    from DSASegmentationLib.nodes import imageOf, referenceOf
    from DSASegmentationLib.sequences import framesOf

    frames = framesOf(referenceOf(browser, runs.SUBTRACTED))
    np.testing.assert_array_equal(imageOf(minip), frames[0])
    assert "frames 1 to 1" in tab._plot.phaseText()


def test_millimetres_are_told_only_with_their_source(app: Any, tab: Any) -> None:
    addRun(app)
    assert "0.5 x 0.25 mm on the detector, not in the patient: (0018,1164)" in tab.ui.noteLabel.text
    addRun(app, 4, spacing=None)
    tab._list.setCurrentRow(1)
    assert "mm" not in tab.ui.noteLabel.text
    assert "distances are in pixels" in tab.ui.noteLabel.text


def test_warnings_and_a_missing_trunk_are_told(app: Any, tab: Any) -> None:
    from dsanet.labels import BV
    from DSASegmentationLib.segments import addPrediction

    from ..mrml.conftest import make_prediction, some_labels

    browser = addRun(app)
    labels = np.minimum(some_labels(), BV).astype(np.uint8)
    addPrediction(browser, make_prediction(make_run(6), labels))
    settle()
    assert tab.ui.noteLabel.text.startswith("No MAT was found in this run.\nOne; two: 50 %.")


def test_a_run_without_segments_is_removed_at_once(app: Any, tab: Any) -> None:
    addRun(app)
    tab.ui.removeButton.click()
    settle()
    assert app.messages.questions == []
    assert runs.runs(app.host.scene) == []
    assert rows(tab) == []


def test_segments_are_removed_only_after_asking(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    predict(first)
    app.messages.answer = False
    tab.ui.removeButton.click()
    assert runs.runs(app.host.scene) == [first, second]
    app.messages.answer = True
    tab.ui.removeButton.click()
    settle()
    assert len(app.messages.questions) == 2
    assert "Run 1" in app.messages.questions[0]
    assert tab.place.active is second
    assert len(rows(tab)) == 1


def test_a_run_that_someone_else_removes_is_gone(app: Any, tab: Any) -> None:
    browser = addRun(app)
    runs.removeRun(browser)
    settle()
    assert rows(tab) == []
    assert tab.place.active is None
    assert tab._plot.caption() == ""
    assert app.messages.errors == []


def test_files_are_loaded_by_menu_and_by_drop(
    app: Any, tab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_run(tmp_path / "run.nrrd", 5)
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", staticmethod(lambda *_: str(path)))
    tab._menu.actions()[0].trigger()
    assert len(rows(tab)) == 1
    drop(tab._list, [write_run(tmp_path / "other.nrrd", 7)])
    assert len(rows(tab)) == 2
    assert tab.place.active.GetNumberOfItems() == 7


def test_a_file_that_is_no_run_is_refused_in_a_sentence(app: Any, tab: Any, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no run")
    drop(tab._list, [path])
    assert len(app.messages.errors) == 1
    assert "notes.txt" in app.messages.errors[0]
    assert "Traceback" not in app.messages.errors[0]
    assert app.cursors == []


def test_a_dialog_that_was_cancelled_loads_nothing(
    app: Any, tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("getOpenFileName", "getExistingDirectory"):
        monkeypatch.setattr(qt.QFileDialog, name, staticmethod(lambda *_: ""))
    for action in tab._menu.actions():
        action.trigger()
    assert (rows(tab), app.messages.errors) == ([], [])


def test_at_most_seven_controls_are_in_view(app: Any, tab: Any) -> None:
    addRun(app)
    tab.widget.show()
    settle()
    buttons = [
        child
        for child in tab.widget.findChildren(qt.QAbstractButton)
        if child.isVisible() and child is not tab.ui.advancedButton
    ]
    images = [child for child in buttons if child.autoExclusive]  # three buttons, one choice
    assert len(buttons) - len(images) + 1 + len(("list", "plot")) <= 7
    assert tab.ui.opacitySlider.isVisible() is False
    assert tab.ui.advancedButton.collapsed is True


def test_a_damaged_run_is_told_and_the_others_work(app: Any, tab: Any) -> None:
    damaged, sound = addRun(app), addRun(app, 8)
    tab._list.setCurrentRow(1)
    damaged.SetAttribute("DSASegmentation.Facts", "{")
    tab.place.refresh()
    assert tab.place.active is sound
    assert rows(tab)[0].endswith("load the run again\ndamaged")
    assert rows(tab)[1].startswith("Run 2 · Doe^Jane 1970\n8 frames")
    assert app.messages.errors == []
    tab._list.setCurrentRow(0)
    assert "DSASegmentation.Facts is damaged" in app.messages.errors[0]
    tab.place.remove(damaged)
    assert len(rows(tab)) == 1
    assert tab.place.active is sound


def write_run(path: Path, frames: int) -> Path:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(make_run(frames).pixels)
    sitk.WriteImage(image, str(path))
    return path


def drop(target: Any, paths: list[Path]) -> None:
    data = qt.QMimeData()
    data.setUrls([qt.QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy = qt.QPointF(5, 5), qt.Qt.CopyAction
    arguments = copy, data, qt.Qt.LeftButton, qt.Qt.NoModifier
    enter = qt.QDragEnterEvent(qt.QPoint(5, 5), *arguments)
    target.dragEnterEvent(enter)
    assert enter.isAccepted()
    target.dropEvent(qt.QDropEvent(where, *arguments))
    settle()


def test_what_is_no_file_is_not_taken(tab: Any) -> None:
    data = qt.QMimeData()
    data.setText("words")
    enter = qt.QDragEnterEvent(
        qt.QPoint(5, 5), qt.Qt.CopyAction, data, qt.Qt.LeftButton, qt.Qt.NoModifier
    )
    enter.ignore()
    tab._list.dragEnterEvent(enter)
    assert not enter.isAccepted()


def test_thumbnails_stand_the_right_way_up(app: Any, tab: Any) -> None:
    from DSASegmentationLib.gui.thumbnails import thumbnail

    pixels = np.full((3, 40, 56), 200, np.uint16)
    pixels[:, :10, :14] = 20  # a dark corner on top to the left
    browser = addRun(app, pixels=pixels, times=np.arange(3) / 3)
    image = thumbnail(browser).pixmap(56, 56).toImage()
    corners = [
        image.pixelColor(x, y).red()
        for y in (3, image.height() - 4)
        for x in (3, image.width() - 4)
    ]
    assert corners[0] < 60 < min(corners[1:])


def test_a_monochrome1_thumbnail_is_inverted_as_it_is_shown(app: Any, tab: Any) -> None:
    from DSASegmentationLib.gui.thumbnails import shownGrey

    run = make_run(3)
    run = replace(run, facts=replace(run.facts, photometric="MONOCHROME1", bits_stored=8))
    browser = runs.addRun(app.host.scene, run)
    volume = runs.minipOf(browser)
    low = np.unravel_index(np.argmin(run.pixels.max(axis=0)), run.pixels.shape[1:])
    assert shownGrey(volume)[low] == 255
