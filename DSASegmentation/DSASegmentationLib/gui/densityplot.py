"""Time-density curves of the classes, to look at."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import qt
from numpy.typing import NDArray
from slicer.i18n import tr as _

from dsanet.labels import CLASSES
from DSASegmentationLib.gui.painting import painterOn, pen

MARGIN, TOP, BOTTOM, HEIGHT = 12, 20, 20, 112
NAME_WIDTH = 44
COLOURS = {entry.name: entry.color for entry in CLASSES}


class DensityPlot(qt.QWidget):
    """One curve a class, in the class's colour."""

    def __init__(self) -> None:
        qt.QWidget.__init__(self)
        self._times: NDArray[np.float64] = np.empty(0)
        self._curves: Mapping[str, NDArray[np.float64]] = {}
        self.setMinimumHeight(HEIGHT)

    def showCurves(
        self, times: NDArray[np.float64], curves: Mapping[str, NDArray[np.float64]]
    ) -> None:
        """Show curves; without any the plot says so.

        Args:
            times: float64 (T,), seconds.
            curves: float64 (T,) by the name of their class, darkness in grey values.
        """
        self._times, self._curves = times, curves
        self.update()

    def paintEvent(self, _event: Any) -> None:
        with painterOn(self) as painter:
            words = self.palette.color(qt.QPalette.Text)
            if not self._curves:
                painter.setPen(words)
                text = _("No time-density curves")
                painter.drawText(0, 0, self.width, self.height, qt.Qt.AlignCenter, text)
                return
            for name, curve in self._curves.items():
                painter.setPen(pen(COLOURS[name], 2))
                for (x0, y0), (x1, y1) in pairwise(self._points(curve)):
                    painter.drawLine(x0, y0, x1, y1)
            self._paintWords(painter, words)

    def _points(self, curve: NDArray[np.float64]) -> list[tuple[int, int]]:
        everything = np.concatenate([np.zeros(1), *self._curves.values()])
        low, high = float(everything.min()), float(everything.max())
        share = (curve - low) / max(high - low, 1e-9)
        rows = TOP + (self.height - TOP - BOTTOM) * (1 - share)
        columns = MARGIN + (self.width - 2 * MARGIN) * self._times / max(self._times[-1], 1e-9)
        return [(round(x), round(y)) for x, y in zip(columns.tolist(), rows.tolist(), strict=True)]

    def _paintWords(self, painter: Any, words: Any) -> None:
        width, below = self.width - 2 * MARGIN, self.height - BOTTOM
        for number, name in enumerate(self._curves):
            painter.setPen(pen(COLOURS[name], 1))
            left = MARGIN + number * NAME_WIDTH
            side = qt.Qt.AlignLeft | qt.Qt.AlignVCenter
            painter.drawText(left, 0, NAME_WIDTH, TOP, side, name)
        painter.setPen(words)
        side = qt.Qt.AlignRight | qt.Qt.AlignVCenter
        painter.drawText(MARGIN, 0, width, TOP, side, _("darkness of the vessels"))
        end = _("{time:.1f} s").format(time=self._times[-1])
        painter.drawText(MARGIN, below, width, BOTTOM, side, end)
