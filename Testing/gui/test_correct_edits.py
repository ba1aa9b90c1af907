"""Every edit in the Correct tab is in the journal, and those of a session that died come back."""

import re
import sys
import time
from typing import Any

import numpy as np
import pytest

from dsanet.cases.journal import SAVED, scan
from DSASegmentationLib import runs, segments
from DSASegmentationLib.journaling import JOURNAL
from DSASegmentationLib.nodes import setFact

from ..mrml.conftest import make_prediction, some_labels
from .conftest import addRun, predict, qt, settle
from .correcting import causes, editor, reassign


@pytest.fixture
def tab(correctTab: Any) -> Any:
    return correctTab


def test_every_edit_is_in_the_journal_and_undo_too(app: Any, tab: Any) -> None:
    segmentation = predict(addRun(app))
    assert segments.statusOf(segmentation) == "not started"
    editor(tab).mrmlSegmentEditorNode().SetActiveEffectName("DSA Reassign")
    reassign(tab)
    tab._edits.flush()
    assert causes(tab)[-1] == "DSA Reassign"
    assert segments.statusOf(segmentation) == "in progress"
    settle()
    assert tab.ui.statusCombo.currentText == "In progress"
    editor(tab).undo()
    until = time.monotonic() + 3
    while len(causes(tab)) < 3 and time.monotonic() < until:
        qt.QApplication.processEvents()  # the timer alone
    assert np.array_equal(tab._edits.journal.journal.labels, some_labels())


def test_a_new_prediction_is_no_work_of_a_reader(app: Any, tab: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    other = make_prediction(runs.runOf(browser), some_labels()[:, ::-1].copy())
    assert segments.addPrediction(browser, other) is segmentation
    tab._edits.flush()
    assert len(causes(tab)) == 2
    assert segments.statusOf(segmentation) == "not started"


def test_edits_of_a_session_that_died_are_offered_and_come_back(
    app: Any, tab: Any, makeWidget: Any
) -> None:
    segmentation = predict(addRun(app))
    reassign(tab)
    tab._edits.flush()
    edited = segments.labelsOf(segmentation, tab.place.active)
    folder = tab._edits.journal.folder
    tab._edits.journal.abandon()  # as if killed
    tab._edits.journal = None
    app.host.scene.Clear(False)
    settle()
    browser = addRun(app)
    segmentation = predict(browser)
    begun = time.monotonic()
    tab.refresh()
    assert time.monotonic() - begun < 2
    assert tab.ui.recoverFrame.isHidden() is False
    assert re.fullmatch(r"Unsaved edits of 20[-\d]+ \d\d:\d\d: 1", tab.ui.recoverLabel.text)
    assert np.array_equal(segments.labelsOf(segmentation, browser), some_labels())
    tab.ui.recoverButton.click()
    assert np.array_equal(segments.labelsOf(segmentation, browser), edited)
    assert tab.ui.recoverFrame.isHidden() is True
    assert tab._edits.journal.folder == folder  # and goes on there
    assert segments.statusOf(segmentation) == "in progress"
    assert app.messages.errors == []


def test_its_own_journal_is_offered_before_it_goes_on_and_can_be_left(app: Any, tab: Any) -> None:
    """A scene that was saved, edited further and lost."""
    browser = addRun(app)
    segmentation = predict(browser)
    reassign(tab)
    tab._edits.flush()
    folder = tab._edits.journal.folder
    tab.exit()
    segments.setLabels(segmentation, browser, some_labels())
    setFact(segmentation, JOURNAL, folder.name)
    tab.enter()
    assert tab._edits.offer.folder == folder
    assert tab._edits.journal.folder != folder
    tab.ui.declineButton.click()
    assert tab.ui.recoverFrame.isHidden() is True
    tab.exit()
    tab.enter()
    assert tab._edits.offer is None
    assert app.messages.errors == []


@pytest.mark.parametrize("name", ["scene.mrb", "scene.mrml"])
def test_what_was_saved_with_the_scene_is_not_offered(
    app: Any, tab: Any, tmp_path: Any, name: str
) -> None:
    from DSASegmentationLib.storage import saveScene

    predict(addRun(app))
    reassign(tab)
    tab._edits.flush()
    saveScene(app.host.scene, tmp_path / name)
    tab._edits.flush()
    assert causes(tab)[-2:] == ["edit", SAVED]
    app.host.scene.Clear(False)
    predict(addRun(app))
    assert tab._edits.offer is None


def test_going_to_and_fro_between_runs_offers_nothing(app: Any, tab: Any) -> None:
    first, second = addRun(app), addRun(app, 8)
    predict(first)
    predict(second)
    tab.place.activate(first)
    reassign(tab)
    for run in (second, first):
        tab.place.activate(run)
        assert tab._edits.offer is None
    tab._edits.flush()
    assert len(causes(tab)) == 2


def test_a_journal_that_cannot_be_written_is_told_and_tried_again(
    app: Any, tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsanet.errors import WriteError
    from DSASegmentationLib import journaling

    def fail(*_given: Any, **_named: Any) -> None:
        msg = "the disk is full"
        raise WriteError(msg)

    predict(addRun(app))
    with monkeypatch.context() as patch:
        patch.setattr(journaling, "append", fail)
        reassign(tab)
        tab._edits.flush()
        assert tab.ui.problemLabel.text == "the disk is full"
    tab._edits.flush()
    assert tab.ui.problemLabel.text == ""
    assert len(causes(tab)) == 2


def test_a_journal_that_could_not_be_begun_is_begun_once_there_is_a_place(
    app: Any, tab: Any, home: Any
) -> None:
    (home / "home").write_text("a file where the user's folder should be")
    segmentation = predict(addRun(app))
    reassign(tab)
    for _ in range(30):
        tab._edits.flush()
    assert tab._edits.journal is None
    assert "home" in tab.ui.problemLabel.text
    assert app.messages.errors == []  # one line, and no window each time
    (home / "home").unlink()
    for _ in range(10):
        tab._edits.flush()
    assert tab.ui.problemLabel.text == ""
    assert causes(tab) == ["start", "opened"]  # so that it would be offered after a crash
    assert np.array_equal(
        tab._edits.journal.journal.labels, segments.labelsOf(segmentation, tab.place.active)
    )


def test_what_the_journal_could_not_take_is_told_as_the_run_is_left(
    app: Any, tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsanet.errors import WriteError
    from DSASegmentationLib import journaling

    def fail(*_given: Any, **_named: Any) -> None:
        msg = "the disk is full"
        raise WriteError(msg)

    first, second = addRun(app), addRun(app, 8)
    node = predict(first)
    predict(second)
    tab.place.activate(first)
    reassign(tab)
    edited = segments.labelsOf(node, first)
    with monkeypatch.context() as patch:
        patch.setattr(journaling, "append", fail)
        tab.ui.acceptButton.click()  # and goes on to the second run
    assert tab.place.active is second
    (told,) = app.messages.errors
    assert told.startswith("the disk is full. The edits are still in the scene")
    assert segments.statusOf(node) == "accepted"
    tab.place.activate(first)
    assert np.array_equal(tab._edits.journal.journal.labels, edited)
    assert causes(tab)[-1] == "opened"


def test_a_closed_scene_leaves_no_observer_timer_or_open_journal(app: Any, tab: Any) -> None:
    segmentation = predict(addRun(app))
    reassign(tab)
    journal = tab._edits.journal
    before = sys.getrefcount(segmentation)
    app.host.scene.Clear(False)
    settle()
    assert tab._edits.journal is None
    assert tab._edits._timer.isActive() is False or tab._edits._followed is None
    assert journal._tags == []
    assert len(scan(journal.folder / "journal.jsonl").entries) == 2  # the edit was written down
    assert editor(tab).segmentationNode() is None
    assert sys.getrefcount(segmentation) < before
    assert tab.ui.acceptButton.enabled is False
    predict(addRun(app, 8))
    assert tab.ui.acceptButton.enabled is True
    assert app.messages.errors == []
