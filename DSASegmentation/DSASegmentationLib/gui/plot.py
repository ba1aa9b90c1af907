"""The time-density plot: a curve, the arterial phase to drag, and the frame that is shown."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import qt
from slicer.i18n import tr as _

from DSASegmentationLib.gui.painting import painterOn, pen, xOf
from DSASegmentationLib.gui.timeaxis import TimeAxis
from DSASegmentationLib.timedensity import VESSELS, TimeDensity

MARGIN, TOP, BOTTOM = 12, 20, 20
"""Pixels beside, above and below the curve, for the edges' handles and the words."""

REACH = 7
"""Pixels within which an edge can be taken hold of."""

HEIGHT = 128
PHASE, EDGE, CURVE, FRAME = (216, 101, 79, 48), (200, 80, 60), (70, 130, 180), (150, 150, 150)
"""Colours: the phase in that of arteries, its edges, the curve, the present frame."""


class TimeDensityPlot(qt.QWidget):
    """What a run's contrast does, and when.

    Attributes:
        onWindow: Called with (first, last) when an edge was dropped elsewhere.
        onFrame: Called with a frame, from 0, when one was pointed at.
        onStep: Called with -1 or 1 for the arrow keys.
    """

    def __init__(
        self,
        onWindow: Callable[[tuple[int, int]], None],
        onFrame: Callable[[int], None],
        onStep: Callable[[int], None],
    ) -> None:
        qt.QWidget.__init__(self)
        self.onWindow, self.onFrame, self.onStep = onWindow, onFrame, onStep
        self._curve: TimeDensity | None = None
        self._window: tuple[int, int] | None = None
        self._dragged: tuple[int, tuple[int, int]] | None = None
        self._frame = 0
        self._busy = False
        self.setMinimumHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setFocusPolicy(qt.Qt.ClickFocus)
        self.setToolTip(
            _(
                "Contrast over time. Drag an edge of the shaded arterial phase to move it;"
                " click elsewhere to go to a frame."
            )
        )

    def showCurve(self, curve: TimeDensity | None, window: tuple[int, int] | None) -> None:
        """Show a curve and its arterial phase; None empties the plot."""
        self._curve, self._window, self._dragged = curve, window, None
        self.update()

    def setFrame(self, frame: int) -> None:
        """Mark the frame that is shown, from 0."""
        self._frame = frame
        self.update()

    def setBusy(self, busy: bool) -> None:
        """Say while there is no curve whether one is being made."""
        self._busy = busy
        self.update()

    def caption(self) -> str:
        """Say which frame is marked; seconds only where the input states them."""
        if self._curve is None:
            return ""
        count = len(self._curve.times)
        number = min(self._frame, count - 1)
        if not self._curve.timed:
            return _("frame {number} of {count}").format(number=number + 1, count=count)
        return _("frame {number} of {count}, {time:.2f} s").format(
            number=number + 1, count=count, time=self._curve.times[number]
        )

    def phaseText(self) -> str:
        """Say which frames the arterial phase has, also while it is being dragged."""
        window = self._dragged[1] if self._dragged else self._window
        if self._curve is None or window is None:
            return ""
        first, last = window
        return _("arterial phase: frames {first} to {last}").format(first=first + 1, last=last + 1)

    # What Qt calls

    def mousePressEvent(self, event: Any) -> None:
        if self._curve is None or event.button() != qt.Qt.LeftButton:
            return
        pixel = xOf(event)
        edge = self._window and self._axis().edgeAt(pixel, self._window, REACH)
        if edge is not None and self._window is not None:
            self._dragged = (edge, self._window)
        else:
            self.onFrame(self._axis().frame(pixel))

    def mouseMoveEvent(self, event: Any) -> None:
        if self._curve is None:
            return
        pixel = xOf(event)
        if self._dragged is not None and self._window is not None:
            edge = self._dragged[0]
            self._dragged = (edge, self._axis().moved(self._window, edge, pixel))
            self.update()
        elif event.buttons() & qt.Qt.LeftButton:
            self.onFrame(self._axis().frame(pixel))
        else:
            over = self._window and self._axis().edgeAt(pixel, self._window, REACH)
            shape = qt.Qt.ArrowCursor if over is None else qt.Qt.SizeHorCursor
            self.setCursor(qt.QCursor(shape))

    def mouseReleaseEvent(self, _event: Any) -> None:
        dragged, self._dragged = self._dragged, None
        self.update()
        if dragged is not None and dragged[1] != self._window:
            self.onWindow(dragged[1])

    def keyPressEvent(self, event: Any) -> None:
        steps = {qt.Qt.Key_Left: -1, qt.Qt.Key_Right: 1}
        if event.key() in steps:
            self.onStep(steps[event.key()])
        else:
            event.ignore()

    def paintEvent(self, _event: Any) -> None:
        with painterOn(self) as painter:
            self._paint(painter)

    # How it is drawn

    def _axis(self) -> TimeAxis:
        assert self._curve is not None
        return TimeAxis(self._curve.times, MARGIN, self.width - 2 * MARGIN)

    def _paint(self, painter: Any) -> None:
        words = self.palette.color(qt.QPalette.Text)
        if self._curve is None:
            painter.setPen(words)
            text = _("Preparing...") if self._busy else _("The time-density curve of the run")
            painter.drawText(0, 0, self.width, self.height, qt.Qt.AlignCenter, text)
            return
        self._paintPhase(painter)
        self._paintFrame(painter)
        self._paintCurve(painter)
        self._paintWords(painter, words)

    def _paintPhase(self, painter: Any) -> None:
        window = self._dragged[1] if self._dragged else self._window
        if window is None:
            return
        left, right = (round(edge) for edge in self._axis().edges(window))
        height = self.height - TOP - BOTTOM
        painter.fillRect(left, TOP, right - left, height, qt.QColor(*PHASE))
        for edge in (left, right):
            painter.fillRect(edge - 1, TOP, 2, height, qt.QColor(*EDGE))
            painter.fillRect(edge - 3, TOP + height // 2 - 8, 6, 16, qt.QColor(*EDGE))

    def _paintFrame(self, painter: Any) -> None:
        number = min(self._frame, len(self._curve.times) - 1)
        column = round(self._axis().pixel(self._curve.times[number]))
        painter.setPen(pen(FRAME, 2))
        painter.drawLine(column, TOP, column, self.height - BOTTOM)

    def _paintCurve(self, painter: Any) -> None:
        points = self._points()
        painter.setPen(pen(CURVE, 2))
        for (x0, y0), (x1, y1) in pairwise(points):
            painter.drawLine(x0, y0, x1, y1)
        for x, y in points:
            painter.drawEllipse(x - 2, y - 2, 4, 4)

    def _points(self) -> list[tuple[int, int]]:
        """The curve in pixels, its lowest value at the bottom and its highest at the top."""
        axis, density = self._axis(), self._curve.density
        low = min(0.0, float(density.min()))
        share = (density - low) / max(float(density.max()) - low, np.finfo(float).tiny)
        height = self.height - TOP - BOTTOM - 8
        rows = TOP + 4 + height * (1 - share)
        columns = [axis.pixel(time) for time in self._curve.times]
        return [(round(x), round(float(y))) for x, y in zip(columns, rows, strict=True)]

    def _paintWords(self, painter: Any, color: Any) -> None:
        painter.setPen(color)
        width = self.width - 2 * MARGIN
        below = self.height - BOTTOM
        what = _("vessels") if self._curve.pixels == VESSELS else _("whole field")
        for row, side, text in (
            (0, qt.Qt.AlignLeft, self.phaseText()),
            (0, qt.Qt.AlignRight, what),
            (below, qt.Qt.AlignLeft, self.caption()),
            (below, qt.Qt.AlignRight, self._end()),
        ):
            painter.drawText(MARGIN, row, width, BOTTOM, side | qt.Qt.AlignVCenter, text)

    def _end(self) -> str:
        last = self._curve.times[-1]
        return _("{time:.1f} s").format(time=last) if self._curve.timed else ""
