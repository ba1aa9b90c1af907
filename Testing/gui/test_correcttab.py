"""The Correct tab: it follows the active run, keeps every edit, and leaves nothing behind."""

from typing import Any

import numpy as np
import pytest

from DSASegmentationLib import runs, segments
from DSASegmentationLib.correcting.touring import placesOf
from DSASegmentationLib.gui import correct_export
from DSASegmentationLib.gui.correct_editor import EFFECTS
from DSASegmentationLib.gui.correct_keys import KEYS

from ..mrml.conftest import make_prediction, some_labels
from .conftest import addRun, predict, qt, settle
from .correcting import editor, reassign


@pytest.fixture
def tab(correctTab: Any) -> Any:
    return correctTab


def shortcuts(window: Any) -> list[str]:
    made = window.findChildren(qt.QShortcut)
    return [shortcut.key.toString() for shortcut in made]


def test_without_segments_nothing_can_be_done_and_the_tab_says_what_to_do(
    app: Any, tab: Any
) -> None:
    addRun(app)
    for button in (tab.ui.acceptButton, tab.ui.exportButton, tab.ui.nextPlaceButton):
        assert button.enabled is False
    assert tab.ui.problemLabel.text == "Segment the run first, or draw it from nothing."
    assert tab.ui.recoverFrame.isHidden() is True
    assert tab._edits.journal is None
    for action in tab._actions().values():
        action()
    assert app.messages.errors == []


def test_the_editor_is_set_up_for_pictures_of_one_slice(app: Any, tab: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    node = app.host.scene.GetSingletonNode("SegmentEditor", "vtkMRMLSegmentEditorNode")
    assert editor(tab).mrmlSegmentEditorNode() is node
    assert editor(tab).segmentationNode() is segmentation
    assert editor(tab).sourceVolumeNode() is runs.minipOf(browser)
    assert editor(tab).told["EffectNameOrder"] == list(EFFECTS)
    assert editor(tab).autoShowSourceVolumeNode is False
    assert editor(tab).unorderedEffectsVisible is False
    assert node.GetOverwriteMode() == node.OverwriteAllSegments
    assert node.GetAttribute("BrushSphere") == "0"
    assert float(node.GetAttribute("BrushAbsoluteDiameter")) == 5 * 0.25
    assert tab.ui.problemLabel.text == ""


def test_what_the_user_chose_in_slicers_own_editor_stays(app: Any, tab: Any) -> None:
    node = app.host.scene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
    node.UnRegister(None)
    node.SetSingletonTag("SegmentEditor")
    node = app.host.scene.AddNode(node)
    node.SetAttribute("Islands.MinimumSize", "1000")  # nobody's choice but Slicer's
    node.SetAttribute("BrushSphere", "1")
    predict(addRun(app))
    assert editor(tab).mrmlSegmentEditorNode() is node
    assert node.GetAttribute("Islands.MinimumSize") == "30"
    assert node.GetAttribute("BrushSphere") == "1"


def test_the_editor_goes_to_the_run_that_is_active(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8, spacing=None)
    nodes = [predict(first), predict(second)]
    node = editor(tab).mrmlSegmentEditorNode()
    node.SetAttribute("BrushAbsoluteDiameter", "2.0")
    tab.place.activate(second)
    assert editor(tab).segmentationNode() is nodes[1]
    assert tab._edits.journal.segmentation is nodes[1]
    assert float(node.GetAttribute("BrushAbsoluteDiameter")) == 8.0  # of pixels, as before
    tab.place.activate(first)
    assert editor(tab).segmentationNode() is nodes[0]
    assert app.messages.errors == []


def test_status_and_acceptance(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    nodes = [predict(first), predict(second)]
    tab.place.activate(first)
    tab.ui.statusCombo.activated.emit(3)
    assert segments.statusOf(nodes[0]) == "set aside"
    tab.ui.acceptButton.click()
    assert segments.statusOf(nodes[0]) == "accepted"
    assert tab.place.active is second
    assert tab.ui.statusCombo.currentText == "Not started"
    tab.ui.acceptButton.click()
    assert tab.place.active is second
    assert tab.ui.statusCombo.currentText == "Accepted"


def doubtful(browser: Any) -> Any:
    """A prediction that is sure but for a missed vessel at the right and the class of one."""
    from dsanet.engine import Prediction

    made = make_prediction(runs.runOf(browser))
    sure = np.zeros(made.probabilities.shape, np.float16)
    np.put_along_axis(sure, made.labels[None].astype(np.int64), np.float16(1), axis=0)
    sure[:, 22:30, 44:50] = np.array([0.5, 0.5, 0], np.float16)[:, None, None]
    sure[:, 34:38, 20:26] = np.array([0, 0.25, 0.75], np.float16)[:, None, None]
    return Prediction(**{**vars(made), "probabilities": sure})


def test_the_buttons_lead_from_place_to_place_and_say_why(app: Any, tab: Any) -> None:
    from DSASegmentationLib.segments import addPrediction
    from DSASegmentationLib.uncertainty import addUncertainty

    browser = addRun(app)
    prediction = doubtful(browser)
    addPrediction(browser, prediction)
    addUncertainty(browser, prediction.probabilities)
    settle()
    found = placesOf(browser)
    assert [place.why for place in found] == ["missed vessel", "MAT or BV"]
    view = app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    lines = []
    for button in (tab.ui.nextPlaceButton, tab.ui.nextPlaceButton, tab.ui.previousPlaceButton):
        button.click()
        lines.append(tab.ui.whyLabel.text)
    assert lines == ["1 of 2: perhaps a missed vessel", "2 of 2: MAT or BV?", lines[0]]
    middle = [view.GetSliceToRAS().GetElement(axis, 3) for axis in range(2)]
    assert middle == pytest.approx([-found[0].column * 0.25, -found[0].row * 0.5])
    labels = some_labels()
    labels[22:30, 44:50] = 1
    segments.setLabels(segments.segmentationOf(browser), browser, labels)
    assert [place.why for place in placesOf(browser)] == ["MAT or BV"]


def test_keys_are_taken_only_while_the_tab_is_seen(app: Any, tab: Any, window: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    assert sorted(shortcuts(window)) == sorted(KEYS)
    assert editor(tab).__dict__["_shortcuts"] is True
    press = {shortcut.key.toString(): shortcut for shortcut in window.findChildren(qt.QShortcut)}
    first = editor(tab).currentSegmentID()
    press["S"].activated.emit()
    assert {first, editor(tab).currentSegmentID()} == {"BV", "MAT"}
    press["O"].activated.emit()
    assert not segmentation.GetDisplayNode().GetVisibility2D()
    press["O"].activated.emit()
    assert segmentation.GetDisplayNode().GetVisibility2D()
    press["F"].activated.emit()
    assert browser.GetSelectedItemNumber() == 1
    press["Ctrl+Return"].activated.emit()
    assert segments.statusOf(segmentation) == "accepted"
    for leave, come in (
        (
            lambda: tab.panel._ui.tabs.setCurrentIndex(0),
            lambda: tab.panel._ui.tabs.setCurrentIndex(1),
        ),
        (tab.panel.exit, tab.panel.enter),
    ):
        leave()
        settle()
        assert shortcuts(window) == []
        assert editor(tab).__dict__["_shortcuts"] is False
        assert editor(tab).__dict__["_observed"] is False
        come()
        assert len(shortcuts(window)) == len(KEYS)
    for key in (*KEYS, "1 - 9", "Shift+click", "Drag", "Shift+drag"):
        assert f"<b>{key}</b>" in tab.ui.keysLabel.text


def test_a_case_is_exported_after_a_look_at_the_stored_picture(
    app: Any, tab: Any, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = addRun(app)
    predict(browser)
    reassign(tab)
    asked: list[Any] = []
    folders = iter(["", str(home / "set"), str(home / "set"), str(home / "set")])
    answers = iter([qt.QMessageBox.Cancel, qt.QMessageBox.No])

    def answer(box: Any) -> Any:
        asked.append(box.iconPixmap.width())
        return next(answers)

    monkeypatch.setattr(
        qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_given: next(folders))
    )
    monkeypatch.setattr(qt.QMessageBox, "exec_", answer, raising=False)
    for _ in range(2):  # the user gives up the folder, then the question
        tab.ui.exportButton.click()
        assert list(home.glob("set/*/case.json")) == []
    tab.ui.acceptButton.click()
    tab.ui.exportButton.click()
    (case,) = home.glob("set/*/case.json")
    assert '"accepted"' in case.read_text()
    assert (case.parent / "journal.jsonl").exists()
    assert app.messages.told[-1] == f"Exported as {case.parent.name}."
    tab.ui.exportButton.click()
    assert asked == [512, 512]  # once a series
    assert app.messages.errors == []


def test_an_export_that_is_refused_says_why(
    app: Any, tab: Any, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(addRun(app))
    monkeypatch.setattr(
        qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_given: str(home / "set"))
    )
    monkeypatch.setattr(correct_export, "askForText", lambda *_given: "text")
    tab.ui.exportButton.click()
    assert len(app.messages.errors) == 1
    assert "text" in app.messages.errors[0]


def test_after_cleanup_nothing_is_observed(
    app: Any, window: Any, home: Any, twoTabs: None, makeWidget: Any
) -> None:
    widget = makeWidget()
    predict(addRun(app))
    tab = widget.panel.tabs["CorrectTab"]
    widget.panel._ui.tabs.setCurrentIndex(1)
    widget.cleanup()
    assert tab._edits._timer.isActive() is False
    assert tab._edits.journal is None
    assert shortcuts(window) == []
    assert editor(tab).__dict__["_observed"] is False
