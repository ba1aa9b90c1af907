"""The window while a run is measured: it answers, and what happens meanwhile is taken care of."""

import threading
import time
from typing import Any

import numpy as np
import pytest

from dsanet.errors import MeasureError
from DSASegmentationLib import segments
from DSASegmentationLib.measuring import measured as measuring
from DSASegmentationLib.measuring.lesions import markersOf
from DSASegmentationLib.runs import removeRun

from ..conftest import qt, settle
from .conftest import addDrawn, finish, measure, table


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Measuring waits until this is set."""
    real, go = measuring.measure, threading.Event()

    def measureLater(*given: Any, **named: Any) -> Any:
        assert go.wait(60)
        return real(*given, **named)

    monkeypatch.setattr(measuring, "measure", measureLater)
    return go


def test_the_window_answers_while_a_run_is_measured(tab: Any, run: Any, held: Any) -> None:
    tab.ui.measureButton.click()
    assert tab.ui.measureButton.text == "Measuring ..."
    assert tab.ui.measureButton.enabled is False
    for _ in range(5):
        began = time.perf_counter()
        qt.QApplication.processEvents()
        assert time.perf_counter() - began < 0.1
        assert tab._active is None
    held.set()
    finish(tab)
    assert len(table(tab)) == 1
    assert tab.ui.measureButton.text == "Measure"
    assert tab.ui.measureButton.enabled is True


def test_a_run_that_goes_while_it_is_measured_leaves_nothing(
    app: Any, tab: Any, run: Any, held: Any
) -> None:
    tab.ui.measureButton.click()
    removeRun(run)
    held.set()
    finish(tab)
    assert app.messages.errors == []
    assert table(tab) == []
    assert app.host.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == 0


def test_an_edit_while_it_is_measured_is_said(tab: Any, run: Any, held: Any) -> None:
    tab.ui.measureButton.click()
    node = segments.segmentationOf(run)
    labels = segments.labelsOf(node, run).copy()
    labels[100:110, 5:10] = 1
    segments.setLabels(node, run, labels)
    held.set()
    finish(tab)
    assert len(table(tab)) == 1
    assert "the segments were edited. Measure again." in tab.ui.noteLabel.text


def test_another_run_may_be_chosen_meanwhile(app: Any, tab: Any, run: Any, held: Any) -> None:
    tab.ui.measureButton.click()
    other = addDrawn(app, tab, percent=0.0)
    assert tab.ui.measureButton.enabled is True
    held.set()
    finish(tab)
    assert markersOf(other) == {}
    assert len(markersOf(run)) == 1
    assert table(tab) == []
    tab.place.activate(run)
    settle()
    assert len(table(tab)) == 1


@pytest.mark.parametrize("error", [MeasureError("cannot be measured"), ZeroDivisionError("defect")])
def test_what_goes_wrong_is_said_once(
    app: Any, tab: Any, run: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_given: Any, **_named: Any) -> Any:
        raise error

    monkeypatch.setattr(measuring, "measure", fail)
    tab.ui.measureButton.click()
    began = time.monotonic()
    while tab._work.busy and time.monotonic() - began < 5:
        qt.QApplication.processEvents()
    settle()
    assert len(app.messages.errors) == 1
    assert not tab._work.busy
    assert tab.ui.measureButton.enabled is True


def test_measuring_anew_replaces_what_was_there(tab: Any, run: Any) -> None:
    first = measure(tab)
    before = list(markersOf(run).values())
    second = measure(tab)
    assert second is not first
    assert len(markersOf(run)) == len(before)
    assert all(node.GetScene() is None for node in before)
    assert np.array_equal(second.labels, first.labels)


def test_closing_the_panel_ends_it(tab: Any, run: Any, held: Any) -> None:
    tab.ui.measureButton.click()
    tab.close()
    held.set()
    settle()
    assert not tab._work.busy
    assert markersOf(run) == {}
