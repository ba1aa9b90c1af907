"""Previous and next uncertain place: where it is, and why to look."""

from typing import Any

import slicer
from slicer.i18n import tr as _

from dsanet.edit import UncertainPlace
from DSASegmentationLib.correcting.geometry import showPlace
from DSASegmentationLib.correcting.touring import PlaceTour
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.views import runIn
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.runs import CHANCES
from DSASegmentationLib.segments import segmentationOf


class PlaceButtons:
    """The two buttons and the line beside them."""

    def __init__(self, ui: Any, place: Workplace) -> None:
        self._ui, self._place = ui, place
        self._tour: PlaceTour | None = None
        self._key: Any = None
        ui.previousPlaceButton.connect("clicked()", self.previous)
        ui.nextPlaceButton.connect("clicked()", self.next)

    def show(self, browser: Any) -> None:
        """Begin a new round if another run or prediction is there now; None for no run."""
        chances = browser and referenceOf(browser, CHANCES[0])
        possible = bool(chances) and segmentationOf(browser) is not None
        key = (browser.GetID(), chances.GetImageData().GetMTime()) if possible else None
        for button in (self._ui.previousPlaceButton, self._ui.nextPlaceButton):
            button.enabled = possible
        if key != self._key:
            self._key, self._tour = key, None
            self._ui.whyLabel.text = ""

    def next(self) -> None:
        """Go to the next place."""
        self._step(1)

    def previous(self) -> None:
        """Go to the previous place."""
        self._step(-1)

    def _step(self, count: int) -> None:
        active = self._place.active
        if self._key is None or active is None:
            return
        with showingErrors(_("The uncertain places could not be found."), waitCursor=True):
            self._tour = self._tour or PlaceTour(active)
            found = self._tour.step(count)
            self._ui.whyLabel.text = self._line(found)
            if found is not None:
                _jump(active, found)

    def _line(self, found: UncertainPlace | None) -> str:
        if found is None or self._tour is None:
            return _("No uncertain places are left.")
        words = {
            "missed vessel": _("perhaps a missed vessel"),
            "false vessel": _("perhaps no vessel"),
            "MAT or BV": _("MAT or BV?"),
        }
        number, count = self._tour.at + 1, len(self._tour.places)
        return _("{number} of {count}: {why}").format(
            number=number, count=count, why=words[found.why]
        )


def _jump(browser: Any, found: UncertainPlace) -> None:
    """Show a place in every slice view that shows the run."""
    manager = slicer.app.layoutManager()
    for name in manager.sliceViewNames() if manager else ():
        widget = manager.sliceWidget(name)
        if runIn(widget) is browser:
            showPlace(browser, widget.mrmlSliceNode(), found.row, found.column, found.radius_px)
