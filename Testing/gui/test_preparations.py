"""A run is prepared while the application stays alive, whatever happens to it meanwhile."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dsanet.errors import PrepareError
from dsanet.prepare import PrepareChoices, prepare
from DSASegmentationLib import runs
from DSASegmentationLib.gui import preparations
from DSASegmentationLib.prepared import arterialWindowOf, choicesOf

from ..mrml.conftest import make_run
from .conftest import openWidget, qt, settle


class Gate:
    """Preparation that waits until it is let go on."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.threads: list[threading.Thread] = []

    def prepare(self, *given: Any) -> Any:
        self.threads.append(threading.current_thread())
        self.opened.wait(20)
        return prepare(*given)

    def join(self) -> None:
        self.opened.set()
        for thread in self.threads:
            thread.join(20)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(preparations, "prepare", made.prepare)
    yield made
    made.join()


def events(count: int = 5) -> None:
    """Let the application live without waiting for the preparation."""
    for _ in range(count):
        qt.QApplication.processEvents()


@pytest.fixture
def browser(app: Any, panel: Any, gate: Gate) -> Any:
    added = runs.addRun(app.host.scene, make_run(6))
    events()
    return added


def test_the_panel_lives_while_a_run_is_prepared(panel: Any, browser: Any, gate: Gate) -> None:
    tab = panel.tabs["RunTab"]
    assert panel.place.isPreparing(browser)
    assert gate.threads[0] is not threading.main_thread()
    assert tab.ui.applyButton.enabled is False
    tab.ui.nativeButton.click()
    tab._step(2)
    assert browser.GetSelectedItemNumber() == 2
    assert arterialWindowOf(browser) is None
    gate.opened.set()
    settle()
    assert arterialWindowOf(browser) is not None
    assert tab.ui.applyButton.enabled is True
    assert panel.place._preparations._timer.isActive() is False


def test_a_run_that_goes_meanwhile_is_forgotten(
    app: Any, panel: Any, browser: Any, gate: Gate
) -> None:
    panel.place.remove(browser)
    gate.opened.set()
    settle()
    assert runs.runs(app.host.scene) == []
    assert app.messages.errors == []


def test_a_scene_that_is_closed_meanwhile_stays_empty(
    app: Any, panel: Any, browser: Any, gate: Gate
) -> None:
    app.host.scene.Clear(False)
    gate.join()
    settle()
    assert panel.place._preparations.busy is False
    assert runs.runs(app.host.scene) == []
    assert app.messages.errors == []


def test_what_a_segmentation_prepared_meanwhile_stays(panel: Any, browser: Any, gate: Gate) -> None:
    from DSASegmentationLib.prepared import addPrepared

    choices = PrepareChoices(arterial_window=(4, 5))
    addPrepared(browser, prepare(make_run(6), choices), choices)
    gate.opened.set()
    settle()
    assert arterialWindowOf(browser) == (4, 5)


def test_the_newest_choice_counts(panel: Any, browser: Any, gate: Gate) -> None:
    panel.place.prepare(browser, PrepareChoices(arterial_window=(1, 2)))
    panel.place.prepare(browser, PrepareChoices(arterial_window=(3, 4)))
    gate.opened.set()
    settle()
    assert arterialWindowOf(browser) == (3, 4)
    assert choicesOf(browser).arterial_window == (3, 4)


def test_a_failure_is_told_once_also_without_views(
    bareApp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any) -> Any:
        msg = "the run cannot be prepared; look at its frames"
        raise PrepareError(msg)

    monkeypatch.setattr(preparations, "prepare", fail)
    widget = openWidget()
    runs.addRun(bareApp.host.scene, make_run())
    settle()
    widget.panel.place.refresh()
    settle()
    assert bareApp.messages.errors == ["the run cannot be prepared; look at its frames"]
    widget.cleanup()
