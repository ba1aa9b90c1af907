"""Reassign: a click gives a piece of vessel to the other class."""

from typing import Any

from slicer.i18n import tr as _

from DSASegmentationEffects.effect import DSAEffect
from DSASegmentationLib.gui.effectnames import REASSIGN
from DSASegmentationLib.gui.showing_errors import showingErrors


class ReassignEffect(DSAEffect):
    """Click: the piece between branchings. Shift+click: all that lies downstream of it, too."""

    NAME, ICON, FILE = REASSIGN, "Reassign.png", __file__

    def title(self) -> str:
        return _("Reassign")

    def helpText(self) -> str:
        return _(
            "<html>Click a vessel to give the piece between two branchings to the other class, MAT"
            " or BV.<br>Shift+click to take all along that blood reaches through it.</html>"
        )

    def processInteractionEvents(self, interactor: Any, event: int, viewWidget: Any) -> bool:
        at = self.clicked(interactor, event, viewWidget)
        if at is None:
            return False
        from DSASegmentationLib.correcting.clicking import reassignAt

        downstream = bool(interactor.GetShiftKey())
        with showingErrors(_("The vessel could not be reassigned.")):
            done = reassignAt(self.segmentation, *at, self.saveState, downstream=downstream)
            self.tell(_said(done))
        return True


def _said(done: Any) -> str:
    if not done.pixels:
        return _("There is no vessel to reassign here.")
    return _("{pixels} pixels went from {old} to {new}.").format(
        pixels=done.pixels, old=done.old, new=done.new
    )
