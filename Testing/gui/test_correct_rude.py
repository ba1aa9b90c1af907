"""A rude user of the Correct tab: deletes what is worked on, switches fast, presses every key."""

from typing import Any

import numpy as np
import pytest

from DSASegmentationLib import runs, segments
from DSASegmentationLib.gui.correct_keys import KEYS
from DSASegmentationLib.gui.effectnames import LEVEL, REASSIGN, SMART_ERASE, TRACE
from DSASegmentationLib.runs import CHANCES, minipOf

from ..mrml.conftest import make_prediction, some_labels
from .conftest import addRun, predict, qt, settle
from .correcting import causes, editor, reassign
from .mouse import CLICK, MOVE, RELEASE, User
from .segment_editor import ScriptedEffect


@pytest.fixture
def tab(correctTab: Any) -> Any:
    return correctTab


def pressAll(window: Any) -> None:
    for key in KEYS:
        for shortcut in window.findChildren(qt.QShortcut):
            if shortcut.key.toString() == key:
                shortcut.activated.emit()
        settle()


def clickAll(tab: Any) -> None:
    for button in tab.widget.findChildren(qt.QPushButton) + tab.widget.findChildren(qt.QToolButton):
        seen = button.isVisibleTo(tab.widget) and button.isEnabled()
        if seen and button is not tab.ui.exportButton:
            button.click()
        settle()


def test_every_key_and_button_on_an_empty_scene(app: Any, tab: Any, window: Any) -> None:
    pressAll(window)
    clickAll(tab)
    tab._edits.flush()
    assert app.messages.errors == []
    assert runs.runs(app.host.scene) == []


@pytest.mark.parametrize("what", ["run", "segmentation", "MinIP", "probabilities"])
def test_every_key_after_what_was_worked_on_is_deleted(
    app: Any, tab: Any, window: Any, what: str
) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    reassign(tab)
    gone = {"run": browser, "segmentation": segmentation, "MinIP": minipOf(browser)}
    gone["probabilities"] = browser.GetNodeReference(f"DSASegmentation.{CHANCES[0]}")
    app.host.scene.RemoveNode(gone[what])
    tab._edits.flush()
    settle()
    assert (tab._edits.journal is None) is (what in ("run", "segmentation"))
    pressAll(window)
    clickAll(tab)
    settle()
    assert app.messages.errors == []


def test_the_edit_before_a_run_was_deleted_is_in_its_journal(app: Any, tab: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    reassign(tab)
    edited = segments.labelsOf(segmentation, browser)
    tab._edits.flush()
    app.host.scene.RemoveNode(browser)
    settle()
    again = addRun(app)
    predict(again)
    assert tab._edits.offer is not None
    tab.ui.recoverButton.click()
    assert np.array_equal(segments.labelsOf(segments.segmentationOf(again), again), edited)
    assert app.messages.errors == []


def test_edits_on_the_labels_of_another_model_come_back(app: Any, tab: Any) -> None:
    """The model was replaced between the crash and the next start."""
    browser = addRun(app)
    segmentation = predict(browser)
    reassign(tab)
    tab._edits.flush()
    edited = segments.labelsOf(segmentation, browser)
    tab._edits.journal.abandon()  # as if killed
    tab._edits.journal = None
    app.host.scene.Clear(False)
    settle()
    browser = addRun(app)
    other = make_prediction(runs.runOf(browser), some_labels()[:, ::-1].copy())
    segmentation = segments.addPrediction(browser, other)
    settle()
    assert tab._edits.offer is not None
    tab.ui.recoverButton.click()
    assert np.array_equal(segments.labelsOf(segmentation, browser), edited)
    reassign(tab, (30, 22))
    tab._edits.flush()
    assert segments.statusOf(segmentation) == "in progress"
    assert app.messages.errors == []


def test_undo_takes_acceptance_along_with_the_labels_that_were_accepted(app: Any, tab: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    reassign(tab)
    tab.ui.acceptButton.click()
    assert tab.place.active is browser
    editor(tab).undo()
    tab._edits.flush()
    assert np.array_equal(segments.labelsOf(segmentation, browser), some_labels())
    assert segments.statusOf(segmentation) == "not started"
    assert tab.ui.statusCombo.currentText == "Not started"
    assert np.array_equal(tab._edits.journal.journal.labels, some_labels())
    editor(tab).redo()
    tab._edits.flush()
    assert not np.array_equal(segments.labelsOf(segmentation, browser), some_labels())
    assert tab.ui.statusCombo.currentText == "Accepted"
    assert app.messages.errors == []


def test_undo_after_accept_went_on_changes_neither_run(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    made = [predict(first), predict(second)]
    tab.place.activate(first)
    reassign(tab)
    edited = segments.labelsOf(made[0], first)
    tab.ui.acceptButton.click()
    assert tab.place.active is second
    editor(tab).undo()
    tab._edits.flush()
    assert np.array_equal(segments.labelsOf(made[0], first), edited)
    assert np.array_equal(segments.labelsOf(made[1], second), some_labels())


def test_two_runs_switched_faster_than_the_journal_looks(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    made = {first: predict(first), second: predict(second)}
    journals = {}
    for point in ((9, 30), (30, 22), (9, 30)):
        for run in (first, second):
            tab.place.activate(run)
            reassign(tab, point)
            journals.setdefault(run, tab._edits.journal.folder)
            assert tab._edits.journal.folder == journals[run]
    for run in (first, second):
        tab.place.activate(run)
        tab._edits.flush()
        kept = tab._edits.journal.journal.labels
        assert np.array_equal(kept, segments.labelsOf(made[run], run))
        assert len(causes(tab)) == 4
    assert journals[first] != journals[second]
    assert app.messages.errors == []


@pytest.mark.parametrize("name", [TRACE, REASSIGN, SMART_ERASE, LEVEL])
@pytest.mark.parametrize("shift", [0, 1])
def test_a_run_deleted_between_press_and_release(
    app: Any, tab: Any, monkeypatch: pytest.MonkeyPatch, name: str, shift: int
) -> None:
    from DSASegmentationLib.gui import startup

    monkeypatch.setattr(ScriptedEffect, "registered", [])
    startup.registerEffects()
    effect = next(made for made in ScriptedEffect.registered if made.name == name)
    browser = addRun(app)
    predict(browser)
    effect.editor = editor(tab)
    user = User(app, browser, effect)
    user.do(CLICK, (9, 30), shift=shift)
    user.do(MOVE, (9, 40), shift=shift)
    points = {event: user.at(9, 45) for event in (MOVE, RELEASE)}
    app.host.scene.RemoveNode(browser)
    settle()
    for event, (x, y) in points.items():
        user.interactor.SetEventInformation(x, y, 0, shift, "\0", 0, None)
        assert effect.self().processInteractionEvents(user.interactor, event, user.view) is False
    effect.self().deactivate()
    assert effect.actors == []
    assert app.messages.errors == []


def test_keys_and_timer_rest_after_the_module_is_left(app: Any, tab: Any, window: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    tab.panel.exit()
    assert window.findChildren(qt.QShortcut) == []
    assert tab._edits.journal is None
    assert not tab._edits._timer.active
    segments.setLabels(segmentation, browser, some_labels()[:, ::-1].copy())  # another module
    settle()
    tab.panel.enter()
    tab._edits.flush()
    kept = tab._edits.journal.journal.labels
    assert np.array_equal(kept, segments.labelsOf(segmentation, browser))
    assert app.messages.errors == []


def test_segments_that_the_user_removed_or_added(app: Any, tab: Any, window: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    segmentation.GetSegmentation().AddEmptySegment("mine", "mine")
    pressAll(window)
    segmentation.GetSegmentation().RemoveSegment("BV")
    tab._edits.flush()
    pressAll(window)
    segmentation.GetSegmentation().RemoveSegment("MAT")
    segmentation.GetSegmentation().RemoveSegment("mine")
    tab._edits.flush()
    pressAll(window)
    clickAll(tab)
    assert app.messages.errors == []
