"""Reassign: a click gives a piece of vessel to the other class."""

from typing import Any

import numpy as np
from slicer.i18n import tr as _

from DSASegmentationEffects.dragging import DragEffect
from DSASegmentationLib.gui.effectnames import REASSIGN


class ReassignEffect(DragEffect):
    """Click: the piece between branchings; with Shift all downstream. Drag: from here to there."""

    NAME, ICON, FILE = REASSIGN, "Reassign.png", __file__

    def title(self) -> str:
        return _("Reassign")

    def helpText(self) -> str:
        return _(
            "<html>Click a vessel to give the piece between two branchings to the other class, MAT"
            " or BV.<br>Shift+click to take all along that blood reaches through it.<br>Drag from"
            " one place of a vessel to another to give what lies between them to the class that the"
            " first one does not have.</html>"
        )

    def failed(self) -> str:
        return _("The vessel could not be reassigned.")

    def click(self, browser: Any, point: tuple[int, int], shift: bool) -> None:
        from DSASegmentationLib.correcting.clicking import reassignAt

        done = reassignAt(self.segmentation, browser, point, self.saveState, downstream=shift)
        self.tell(_said(done))

    def drag(self, browser: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
        from DSASegmentationLib.correcting.clicking import reassignBetween

        done = reassignBetween(self.segmentation, browser, start, end, self.saveState)
        self.tell(_said(done))

    def outline(self, start: tuple[int, int], end: tuple[int, int]) -> Any:
        return np.array([start, end])


def _said(done: Any) -> str:
    if not done.pixels:
        return _("There is no vessel to reassign here.")
    return _("{pixels} pixels went from {old} to {new}.").format(
        pixels=done.pixels, old=done.old, new=done.new
    )
