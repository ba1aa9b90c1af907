"""The time-density plot as a hand uses it."""

from typing import Any

import numpy as np
import pytest
from PySide6 import QtCore, QtGui
from PySide6.QtTest import QTest

from DSASegmentationLib.timedensity import FIELD, VESSELS, TimeDensity

LEFT = QtCore.Qt.LeftButton


class Told:
    """A plot and what it told."""

    def __init__(self) -> None:
        from DSASegmentationLib.gui.plot import TimeDensityPlot

        self.windows: list[tuple[int, int]] = []
        self.frames: list[int] = []
        self.steps: list[int] = []
        self.plot = TimeDensityPlot(self.windows.append, self.frames.append, self.steps.append)
        self.plot.resize(424, 140)  # 400 pixels of axis: 50 a frame of 8

    def press(self, column: int) -> None:
        QTest.mousePress(self.plot, LEFT, pos=QtCore.QPoint(column, 70))

    def drag(self, column: int) -> None:
        where = QtCore.QPointF(column, 70)
        kind, none = QtCore.QEvent.MouseMove, QtCore.Qt.NoModifier
        self.plot.mouseMoveEvent(QtGui.QMouseEvent(kind, where, where, LEFT, LEFT, none))

    def drop(self, column: int) -> None:
        QTest.mouseRelease(self.plot, LEFT, pos=QtCore.QPoint(column, 70))


@pytest.fixture
def told(qtApplication: Any) -> Told:
    made = Told()
    made.plot.showCurve(curve(), (2, 4))
    return made


def curve(timed: bool = True, pixels: str = VESSELS, count: int = 8) -> TimeDensity:
    times = np.arange(count) / (4 if timed else 1)
    return TimeDensity(times, np.sin(np.arange(count)) ** 2, timed, pixels)


def test_an_edge_is_moved_when_it_is_dropped_and_not_before(told: Told) -> None:
    told.press(12 + 2 * 50)
    told.drag(12 + 60)
    assert told.windows == []
    assert "frames 2 to 5" in told.plot.phaseText()
    told.drop(12 + 60)
    assert told.windows == [(1, 4)]
    assert told.frames == []


def test_an_edge_dropped_where_it_was_changes_nothing(told: Told) -> None:
    told.press(12 + 5 * 50)
    told.drag(12 + 7 * 50)
    told.drag(12 + 5 * 50)
    told.drop(12 + 5 * 50)
    assert told.windows == []


def test_a_click_elsewhere_goes_to_a_frame_and_dragging_goes_on(told: Told) -> None:
    told.press(12 + 330)
    told.drag(12 + 20)
    told.drop(12 + 20)
    assert told.frames == [6, 0]
    assert told.windows == []


def test_arrow_keys_step(told: Told) -> None:
    for key in (QtCore.Qt.Key_Left, QtCore.Qt.Key_Right):
        QTest.keyClick(told.plot, key)
    assert told.steps == [-1, 1]


def test_seconds_are_told_only_where_times_are_stated(told: Told) -> None:
    told.plot.setFrame(3)
    assert told.plot.caption() == "frame 4 of 8, 0.75 s"
    told.plot.showCurve(curve(timed=False), (2, 4))
    assert told.plot.caption() == "frame 4 of 8"


def test_an_empty_plot_takes_no_clicks(told: Told) -> None:
    told.plot.showCurve(None, None)
    told.press(100)
    told.drag(120)
    told.drop(120)
    assert (told.frames, told.windows, told.plot.caption()) == ([], [], "")


@pytest.mark.parametrize(
    "drawn",
    [
        (None, None),
        (curve(count=1), (0, 0)),
        (TimeDensity(np.arange(3.0), np.zeros(3), False, FIELD), (0, 2)),
    ],
)
def test_every_curve_can_be_drawn(told: Told, drawn: tuple[Any, Any]) -> None:
    told.plot.showCurve(*drawn)
    assert not told.plot.grab().isNull()


def test_the_phase_is_drawn_between_its_edges(told: Told) -> None:
    image = told.plot.grab().toImage()
    inside, outside = (image.pixelColor(column, 40) for column in (12 + 110, 12 + 390))
    assert inside.red() > inside.blue() + 10
    assert abs(outside.red() - outside.blue()) < 10
