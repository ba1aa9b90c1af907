"""Smart Erase: a click takes a piece away and tells when contrast medium arrived in it."""

import math
from typing import Any

from slicer.i18n import tr as _

from DSASegmentationEffects.dragging import DragEffect
from DSASegmentationLib.gui.effectnames import SMART_ERASE


class SmartEraseEffect(DragEffect):
    """Click: the piece between branchings goes; with Shift the vessel ends there. Drag: a circle.

    Within the circle all goes that the model doubts as much as the vessel at its middle.
    """

    NAME, ICON, FILE = SMART_ERASE, "SmartErase.png", __file__

    def title(self) -> str:
        return _("Smart Erase")

    def helpText(self) -> str:
        return _(
            "<html>Click what is no artery: the piece between two branchings is erased."
            "<br>Shift+click where an artery ends: all beyond is erased.<br>Drag a circle round"
            " what is no artery: all pieces in it that the model doubts as much go, too.<br>The"
            " status bar tells when contrast medium arrived in it; late means vein.</html>"
        )

    def failed(self) -> str:
        return _("The vessel could not be erased.")

    def click(self, browser: Any, point: tuple[int, int], shift: bool) -> None:
        from DSASegmentationLib.correcting.clicking import eraseAt

        done = eraseAt(self.segmentation, browser, point, self.saveState, beyond=shift)
        self.tell(_said(done))

    def drag(self, browser: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
        from DSASegmentationLib.correcting.rereading import eraseFainter

        radius = math.dist(start, end)
        done = eraseFainter(self.segmentation, browser, start, radius, self.saveState)
        self.tell(_said(done))

    def outline(self, start: tuple[int, int], end: tuple[int, int]) -> Any:
        from DSASegmentationLib.correcting.geometry import circle

        return circle(start, math.dist(start, end))


def _said(done: Any) -> str:
    if not done.pixels:
        return _("There is no vessel to erase here.")
    if done.arrival is None:
        text = _("{pixels} pixels of {old} erased. When contrast arrived there is not known.")
    elif done.late:
        text = _(
            "{pixels} pixels of {old} erased. Contrast arrived at {arrival:.2f} s, after the"
            " arterial phase: likely a vein."
        )
    else:
        text = _(
            "{pixels} pixels of {old} erased. Contrast arrived at {arrival:.2f} s, not after"
            " the arterial phase."
        )
    return text.format(pixels=done.pixels, old=done.old, arrival=done.arrival)
