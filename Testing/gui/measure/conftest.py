"""The Measure tab by itself, and drawn runs for it."""

from collections.abc import Callable
from typing import Any

import pytest

from DSASegmentationLib.measuring.places import rasOf

from ...mrml import measurable
from ...mrml.measurable import put
from ..conftest import qt, settle


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    measurable.measured_once(monkeypatch)


@pytest.fixture
def panel(makeWidget: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A panel with this tab alone."""
    from DSASegmentationLib.gui import panel

    own = tuple(entry for entry in panel.TABS if entry[0] == "MeasureTab")
    monkeypatch.setattr(panel, "TABS", own)
    return makeWidget().panel


@pytest.fixture
def tab(panel: Any) -> Any:
    return panel.tabs["MeasureTab"]


@pytest.fixture
def run(app: Any, tab: Any) -> Any:
    return addDrawn(app, tab)


def addDrawn(app: Any, tab: Any, **options: Any) -> Any:
    browser, _ = put(app.host.scene, **options)
    tab.place.activate(browser)
    settle()
    return browser


def measure(tab: Any) -> Any:
    tab.ui.measureButton.click()
    finish(tab)
    return tab._active


def finish(tab: Any) -> None:
    """Let what is being measured be done."""
    while tab._work.busy:
        qt.QApplication.processEvents()
    settle()


def table(tab: Any) -> list[list[str]]:
    found = tab.ui.lesionTable
    return [
        [found.item(row, column).text() for column in range(found.columnCount)]
        for row in range(found.rowCount)
    ]


def drag(node: Any, point: int, browser: Any, row: float, column: float) -> None:
    """Move a point as a hand does: while it is held, the node tells of every step."""
    node.SetNthControlPointPosition(point, rasOf(browser, (row, column)))


def drop(node: Any) -> None:
    node.InvokeEvent(node.PointEndInteractionEvent)


def shownPlace(tab: Any) -> float:
    return tab._plot._along


def choose(box: Any, data: str) -> None:
    box.setCurrentIndex(box.findData(data))
    settle()
