"""Smart Erase: a click takes a piece away and tells when contrast medium arrived in it."""

from typing import Any

from slicer.i18n import tr as _

from DSASegmentationEffects.effect import DSAEffect
from DSASegmentationLib.gui.effectnames import SMART_ERASE
from DSASegmentationLib.gui.showing_errors import showingErrors


class SmartEraseEffect(DSAEffect):
    """Click: the piece between branchings goes. Shift+click: the vessel ends there."""

    NAME, ICON, FILE = SMART_ERASE, "SmartErase.png", __file__

    def title(self) -> str:
        return _("Smart Erase")

    def helpText(self) -> str:
        return _(
            "<html>Click what is no artery: the piece between two branchings is erased."
            "<br>Shift+click where an artery ends: all beyond is erased.<br>The status bar tells"
            " when contrast medium arrived in it; late means vein.</html>"
        )

    def processInteractionEvents(self, interactor: Any, event: int, viewWidget: Any) -> bool:
        at = self.clicked(interactor, event, viewWidget)
        if at is None:
            return False
        from DSASegmentationLib.correcting.clicking import eraseAt

        beyond = bool(interactor.GetShiftKey())
        with showingErrors(_("The vessel could not be erased.")):
            done = eraseAt(self.segmentation, *at, self.saveState, beyond=beyond)
            self.tell(_said(done))
        return True


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
