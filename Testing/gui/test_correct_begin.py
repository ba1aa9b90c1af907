"""The Correct tab on a run without segments, and what a reader notes."""

from typing import Any

import numpy as np
import pytest

from dsanet.cases import read_case
from dsanet.io import RunFacts
from DSASegmentationLib import segments

from ..mrml.conftest import COLUMNS, ROWS
from ..mrml.editing import box, paint
from .conftest import addRun, predict, qt, settle
from .correcting import causes, editor

CLEAN = RunFacts(viewing_mode="SUB", times_stated=True, burned_in="NO")


@pytest.fixture
def tab(correctTab: Any) -> Any:
    return correctTab


def write(tab: Any, text: str) -> None:
    """Type it, key by key, as a user does."""
    tab.ui.noteEdit.clear()
    for character in text:
        tab.ui.noteEdit.insert(character)
        tab.ui.noteEdit.textEdited.emit(tab.ui.noteEdit.text)
        tab.refresh()  # the scene may change at any time


def test_a_run_that_nobody_segmented_is_drawn_from_nothing(app: Any, tab: Any) -> None:
    browser = addRun(app)
    assert tab.ui.emptyButton.isHidden() is False
    tab.ui.emptyButton.click()
    settle()
    segmentation = segments.segmentationOf(browser)
    assert tab.ui.emptyButton.isHidden() is True
    assert editor(tab).segmentationNode() is segmentation
    assert segmentation.GetDisplayNode().GetVisibility()
    assert not segments.labelsOf(segmentation, browser).any()
    assert segments.statusOf(segmentation) == "not started"
    mask = box((ROWS, COLUMNS), slice(2, 9), slice(30, 50))
    paint(app.host.scene, segmentation, editor(tab).sourceVolumeNode(), "MAT", mask)
    tab._edits.flush()
    assert causes(tab)[-1] == "edit"
    assert segments.statusOf(segmentation) == "in progress"
    assert np.array_equal(segments.labelsOf(segmentation, browser), mask * np.uint8(2))
    assert tab.ui.nextPlaceButton.enabled is False  # nobody proposed anything
    assert app.messages.errors == []


def test_empty_segments_are_offered_only_where_there_are_none(app: Any, tab: Any) -> None:
    assert tab.ui.emptyButton.isHidden() is True
    browser = addRun(app)
    tab.place.jobs[browser.GetID()] = job = type("Job", (), {"ended": False})()
    tab.showJob(job)
    assert tab.ui.emptyButton.isHidden() is True  # while it is being segmented
    job.ended = True
    tab.showJob(job)
    assert tab.ui.emptyButton.isHidden() is False
    predict(browser)
    assert tab.ui.emptyButton.isHidden() is True


def test_a_prediction_takes_the_place_of_segments_that_are_still_empty(app: Any, tab: Any) -> None:
    browser = addRun(app)
    tab.ui.emptyButton.click()
    empty = segments.segmentationOf(browser)
    assert predict(browser) is empty
    assert segments.labelsOf(empty, browser).any()


def test_a_note_is_kept_on_its_run_and_goes_into_the_case(
    app: Any, tab: Any, home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = addRun(app, facts=CLEAN), addRun(app, 8)
    nodes = [predict(first), predict(second)]
    tab.place.activate(first)
    write(tab, "Is the branch at the top a vein? ")
    assert tab.ui.noteEdit.text == "Is the branch at the top a vein? "  # still being typed
    tab.place.activate(second)
    assert tab.ui.noteEdit.text == ""
    tab.place.activate(first)
    assert tab.ui.noteEdit.text == "Is the branch at the top a vein?"
    assert [segments.noteOf(node) for node in nodes] == ["Is the branch at the top a vein?", ""]
    monkeypatch.setattr(
        qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_given: str(home / "set"))
    )
    tab.ui.exportButton.click()
    (case,) = home.glob("set/*/case.json")
    assert read_case(case.parent).facts.note == "Is the branch at the top a vein?"
    assert app.messages.errors == []


def test_keys_are_letters_while_a_note_is_typed(app: Any, tab: Any, window: Any) -> None:
    from PySide6.QtTest import QTest

    segmentation = predict(addRun(app))
    window.setCentralWidget(tab.panel.widget)
    window.show()
    window.activateWindow()
    tab.ui.noteEdit.setFocus()
    settle()
    QTest.keyClicks(tab.ui.noteEdit, "no sd")
    assert segments.noteOf(segmentation) == "no sd"
    assert segmentation.GetDisplayNode().GetVisibility2D()
    tab.panel.widget.setParent(None)
