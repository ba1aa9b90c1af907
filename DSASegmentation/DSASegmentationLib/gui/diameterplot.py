"""The diameter along a vessel: its error, its reference, its lesions, and a place to drag."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import qt
from numpy.typing import NDArray
from slicer.i18n import tr as _

from dsanet.measure import Lesion, Scale
from dsanet.measure.lines.paths import Path
from dsanet.measure.stenosis.profile import DiameterProfile, profile_of
from DSASegmentationLib.gui.painting import painterOn, pen, xOf
from DSASegmentationLib.measuring.cursor import diameterText
from DSASegmentationLib.measuring.lesions import REFERENCES

LEFT, RIGHT, TOP, BOTTOM = 30, 12, 20, 20
"""Pixels beside, above and below the curve, for figures and words."""

HEIGHT, ROOM = 168, 1.15
"""Height of the plot in pixels; its largest value by which the axis ends."""

GREY, FAINT = (120, 120, 120), (222, 222, 222)
BAND, CURVE, REFERENCE = (216, 101, 79, 70), (200, 80, 60), (70, 130, 180)
LESION, PLACE = (176, 0, 32), (214, 160, 20)
"""Colours: one standard deviation, the diameter, what it would be without lesions; the marks."""


class DiameterPlot(qt.QWidget):
    """Diameters along a path, downstream to the right.

    Attributes:
        onPlace: Called with a place, pixels along the path, when one was pointed at.
    """

    def __init__(self, onPlace: Callable[[float], None]) -> None:
        qt.QWidget.__init__(self)
        self.onPlace = onPlace
        self._path: Path | None = None
        self._profile: DiameterProfile | None = None
        self._lesions: Mapping[int, Lesion] = {}
        self._scale: Scale | None = None
        self._along: float | None = None
        self.setMinimumHeight(HEIGHT)
        self.setFocusPolicy(qt.Qt.ClickFocus)
        self.setToolTip(
            _(
                "Diameter along the vessel, downstream to the right. Band: one standard deviation."
                " Dashed: without lesions. Click or drag to move the yellow marker in the picture."
            )
        )

    def showPath(
        self, path: Path | None, lesions: Mapping[int, Lesion], scale: Scale | None
    ) -> None:
        """Show a path; None empties the plot.

        Args:
            path: With its diameters.
            lesions: Those on it, by their numbers from 0.
            scale: For millimetres in the caption; None for none.
        """
        if path is not self._path:
            self._profile = None if path is None else profile_of(path)
        self._path, self._lesions, self._scale = path, lesions, scale
        self.update()

    def setPlace(self, along: float | None) -> None:
        """Mark a place, pixels along the path; None marks none."""
        self._along = along
        self.update()

    def caption(self) -> str:
        """Say what is measured at the marked place."""
        if self._path is None or self._along is None:
            return ""
        text = diameterText(self._path, self._along, self._scale)
        text = text if text != "-" else _("no diameter counts here")
        return _("at {place:.0f} px: {diameter}").format(place=self._along, diameter=text)

    # What Qt calls

    def mousePressEvent(self, event: Any) -> None:
        if event.button() == qt.Qt.LeftButton:
            self._point(xOf(event))

    def mouseMoveEvent(self, event: Any) -> None:
        if event.buttons() & qt.Qt.LeftButton:
            self._point(xOf(event))

    def keyPressEvent(self, event: Any) -> None:
        steps = {qt.Qt.Key_Left: -1, qt.Qt.Key_Right: 1}
        if event.key() in steps and self._path is not None and self._along is not None:
            self._go(self._along + steps[event.key()])
        else:
            event.ignore()

    def paintEvent(self, _event: Any) -> None:
        with painterOn(self) as painter:
            if self._path is None or self._profile is None:
                self._paintNothing(painter)
                return
            self._paintAxes(painter)
            self._paintBand(painter)
            self._paintCurves(painter)
            self._paintPlace(painter)
            self._paintLesions(painter)
            self._paintWords(painter)

    # Where things lie

    def _point(self, pixel: float) -> None:
        if self._path is not None:
            share = (pixel - LEFT) / max(self.width - LEFT - RIGHT, 1)
            self._go(share * float(self._path.along[-1]))

    def _go(self, along: float) -> None:
        self.onPlace(float(np.clip(along, 0, self._path.along[-1])))

    def _x(self, along: float) -> int:
        share = along / max(float(self._path.along[-1]), 1.0)
        return round(LEFT + share * (self.width - LEFT - RIGHT))

    def _y(self, diameter: float) -> int:
        height = self.height - TOP - BOTTOM
        return round(TOP + height * (1 - diameter / self._top()))

    def _top(self) -> float:
        """The diameter at which the axis ends."""
        profile = self._profile
        highest = np.nan_to_num(profile.diameter_px + np.nan_to_num(profile.error_px), nan=0.0)
        return ROOM * max(float(highest.max()), float(profile.reference_px.max()), 1.0)

    # How it is drawn

    def _paintNothing(self, painter: Any) -> None:
        painter.setPen(self.palette.color(qt.QPalette.Text))
        few = self._path is not None
        text = _("Too few diameters count here") if few else _("The diameter along the trunk")
        painter.drawText(0, 0, self.width, self.height, qt.Qt.AlignCenter, text)

    def _paintAxes(self, painter: Any) -> None:
        for value in _ticks(self._top()):
            row = self._y(value)
            painter.setPen(pen(FAINT, 1))
            painter.drawLine(LEFT, row, self.width - RIGHT, row)
            painter.setPen(pen(GREY, 1))
            side = qt.Qt.AlignRight | qt.Qt.AlignVCenter
            painter.drawText(0, row - 8, LEFT - 5, 16, side, f"{value:g}")

    def _paintBand(self, painter: Any) -> None:
        profile, colour = self._profile, qt.QColor(*BAND)
        known = np.isfinite(profile.diameter_px) & np.isfinite(profile.error_px)
        for column in range(LEFT, self.width - RIGHT):
            share = (column - LEFT) / max(self.width - LEFT - RIGHT, 1)
            nth = round(share * (len(known) - 1))
            if known[nth]:
                middle, spread = profile.diameter_px[nth], profile.error_px[nth]
                top, bottom = self._y(middle + spread), self._y(max(middle - spread, 0.0))
                painter.fillRect(column, top, 1, max(bottom - top, 1), colour)

    def _paintCurves(self, painter: Any) -> None:
        painter.setPen(pen(REFERENCE, 1, qt.Qt.DashLine))
        self._paintLine(painter, self._profile.reference_px)
        painter.setPen(pen(CURVE, 2))
        self._paintLine(painter, self._profile.diameter_px)

    def _paintLine(self, painter: Any, values: NDArray[np.float64]) -> None:
        every = max(1, len(values) // max(self.width, 1))
        points = zip(self._path.along[::every].tolist(), values[::every].tolist(), strict=True)
        for (x0, y0), (x1, y1) in pairwise(points):
            if np.isfinite(y0) and np.isfinite(y1):
                painter.drawLine(self._x(x0), self._y(y0), self._x(x1), self._y(y1))

    def _paintLesions(self, painter: Any) -> None:
        for number, lesion in self._lesions.items():
            if not np.isfinite(lesion.minimum_px):
                continue
            column, row = self._x(lesion.at_px), self._y(lesion.minimum_px)
            painter.setPen(pen(LESION, 2))
            painter.drawEllipse(column - 4, row - 4, 8, 8)
            painter.drawText(column - 10, row + 5, 20, 14, qt.Qt.AlignCenter, str(number + 1))
            for percent in (lesion.percents[rule] for rule in REFERENCES):
                if percent.reference_at_px is not None and percent.reference_px is not None:
                    at = self._x(percent.reference_at_px)
                    level = self._y(percent.reference_px)
                    painter.drawLine(at, level - 5, at, level + 5)

    def _paintPlace(self, painter: Any) -> None:
        if self._along is not None:
            column = self._x(self._along)
            painter.setPen(pen(PLACE, 2))
            painter.drawLine(column, TOP, column, self.height - BOTTOM)

    def _paintWords(self, painter: Any) -> None:
        painter.setPen(self.palette.color(qt.QPalette.Text))
        width, below = self.width - LEFT - RIGHT, self.height - BOTTOM
        end = _("{length:.0f} px").format(length=self._path.along[-1])
        for row, side, text in (
            (0, qt.Qt.AlignLeft, self.caption()),
            (0, qt.Qt.AlignRight, _("diameter, px")),
            (below, qt.Qt.AlignLeft, _("upstream")),
            (below, qt.Qt.AlignRight, end),
        ):
            painter.drawText(LEFT, row, width, BOTTOM, side | qt.Qt.AlignVCenter, text)


def _ticks(top: float) -> list[float]:
    """Give some round values from 0 to the end of an axis.

    >>> _ticks(14.0)
    [0.0, 5.0, 10.0]
    """
    rough = top / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(power * min((1, 2, 5, 10), key=lambda one: abs(one * power - rough)))
    return [float(value) for value in np.arange(0, top, step)]
