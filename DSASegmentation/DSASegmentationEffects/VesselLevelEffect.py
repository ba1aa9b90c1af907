"""Vessel Level: a circle in which outlines move to where the model is as sure as at its middle."""

import math
from typing import Any

from slicer.i18n import tr as _

from DSASegmentationEffects.dragging import DragEffect
from DSASegmentationLib.gui.effectnames import LEVEL

CLICK_PX = 4
"""Radius of the circle of a click without a drag."""


class VesselLevelEffect(DragEffect):
    """Press beside a vessel for more of it, on a vessel for less; the drag draws the circle."""

    NAME, ICON, FILE = LEVEL, "VesselLevel.png", __file__

    def title(self) -> str:
        return _("Vessel Level")

    def helpText(self) -> str:
        return _(
            "<html>Press on a pixel that should be vessel and drag a circle: all in it becomes"
            " vessel that the model thinks as likely or more.<br>Press on a pixel that should be"
            " none and drag a circle: all in it that is as likely or less is erased.<br>A click"
            " does so close by.</html>"
        )

    def failed(self) -> str:
        return _("The outline could not be moved.")

    def click(self, browser: Any, point: tuple[int, int], shift: bool) -> None:
        self._level(browser, point, CLICK_PX)

    def drag(self, browser: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
        self._level(browser, start, math.dist(start, end))

    def outline(self, start: tuple[int, int], end: tuple[int, int]) -> Any:
        from DSASegmentationLib.correcting.geometry import circle

        return circle(start, math.dist(start, end))

    def _level(self, browser: Any, point: tuple[int, int], radius: float) -> None:
        from DSASegmentationLib.correcting.rereading import levelAt

        pixels = levelAt(self.segmentation, browser, point, radius, self.saveState)
        self.tell(_("{pixels} pixels changed.").format(pixels=pixels))
