"""The plot of a fine-tuning: its loss, and the Dice on held-out runs, over the steps."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.labels import CLASSES
from DSASegmentationLib.gui.painting import painterOn, pen
from DSASegmentationLib.learning import Row

MARGIN, TOP, BOTTOM = 12, 20, 20
HEIGHT, WIDTH = 120, 2
COLORS = {
    "loss": (150, 150, 150),
    **{entry.name: entry.color for entry in reversed(CLASSES)},
    "whole": (80, 150, 80),
}
"""Those of the segments, loss in grey."""

Points = list[tuple[float, float]]


class CurvePlot(qt.QWidget):
    """Loss from 0 to its highest value, Dice from 0 to 1; the words give the last values."""

    def __init__(self) -> None:
        qt.QWidget.__init__(self)
        self._rows: list[Row] = []
        self._steps = 0
        self.setMinimumHeight(HEIGHT)
        self.setToolTip(
            _("Loss of the training, and Dice on runs of patients that it does not learn from")
        )

    def showRows(self, rows: Sequence[Row], steps: int = 0) -> None:
        """Show reports of a training.

        Args:
            rows: In the order of the steps.
            steps: Of the whole training, 0 where not known.
        """
        self._rows, self._steps = list(rows), steps
        self.update()

    def curves(self) -> dict[str, Points]:
        """The curves by name, each a list of (step, share of the height)."""
        found: dict[str, Points] = {name: [] for name in COLORS}
        losses = [(row.step, row.loss) for row in self._rows if row.loss is not None]
        highest = max((loss for _step, loss in losses), default=0.0) or 1.0
        found["loss"] = [(step, loss / highest) for step, loss in losses]
        for row in self._rows:
            for name, value in row.dice.items():
                found[name].append((row.step, value))
        return {name: points for name, points in found.items() if points}

    def legend(self) -> dict[str, str]:
        """What stands above the curves, by name: the last values."""
        words = {}
        for row in self._rows:
            if row.loss is not None:
                words["loss"] = _("loss {value:.3f}").format(value=row.loss)
            words |= {name: f"{name} {value:.3f}" for name, value in row.dice.items()}
        return {name: words[name] for name in COLORS if name in words}

    # What Qt calls

    def paintEvent(self, _event: Any) -> None:
        with painterOn(self) as painter:
            self._paint(painter)

    def _paint(self, painter: Any) -> None:
        for name, points in self.curves().items():
            painter.setPen(pen(COLORS[name], WIDTH))
            placed = [self._place(*point) for point in points]
            for (x0, y0), (x1, y1) in pairwise(placed):
                painter.drawLine(x0, y0, x1, y1)
            for x, y in placed:
                painter.drawEllipse(x - 2, y - 2, 4, 4)
        self._paintWords(painter, self.palette.color(qt.QPalette.Text))

    def _paintWords(self, painter: Any, color: Any) -> None:
        left = MARGIN
        for name, text in self.legend().items():
            painter.setPen(pen(COLORS[name], WIDTH))
            width = painter.fontMetrics().boundingRect(text).width() + MARGIN
            painter.drawText(left, 0, width, TOP, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, text)
            left += width
        painter.setPen(color)
        last = self._rows[-1].step if self._rows else 0
        text = _("step {step} of {steps}").format(step=last, steps=max(self._steps, last))
        place = MARGIN, self.height - BOTTOM, self.width - 2 * MARGIN, BOTTOM
        painter.drawText(*place, qt.Qt.AlignRight | qt.Qt.AlignVCenter, text)

    def _place(self, step: float, share: float) -> tuple[int, int]:
        steps = max(self._steps, self._rows[-1].step, 1)
        height = self.height - TOP - BOTTOM - 8
        x = MARGIN + (self.width - 2 * MARGIN) * step / steps
        return round(x), round(TOP + 4 + height * (1 - min(max(share, 0.0), 1.0)))
