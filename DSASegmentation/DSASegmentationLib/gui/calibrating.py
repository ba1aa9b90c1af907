"""Calibration by a catheter: a part of the Measure tab's Advanced section."""

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from dsanet.measure import Scale
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.measuring.calibration import (
    addCatheterLine,
    calibrate,
    catheterLineOf,
    forgetCalibration,
    frenchOf,
)


class Calibrating:
    """A line across the catheter, and the catheter's size."""

    def __init__(self, ui: Any, active: Callable[[], Any], onChange: Callable[[], None]) -> None:
        """Connect the widgets.

        Args:
            ui: The tab's widgets.
            active: Gives the run that the user works on, or None.
            onChange: Called when the run's scale has changed.
        """
        self._ui, self._active, self._onChange = ui, active, onChange
        ui.lineButton.connect("clicked()", self._draw)
        ui.frenchBox.connect("valueChanged(double)", self.lineMoved)
        ui.forgetButton.connect("clicked()", self._forget)

    def show(self, browser: Any) -> None:
        """Show what holds for a run; None for no run."""
        ui = self._ui
        for widget in (ui.lineButton, ui.frenchBox):
            widget.enabled = browser is not None
        ui.forgetButton.enabled = browser is not None and catheterLineOf(browser) is not None
        ui.frenchBox.blockSignals(True)
        ui.frenchBox.value = frenchOf(browser) if browser is not None else 0.0
        ui.frenchBox.blockSignals(False)

    def lineMoved(self) -> None:
        """Calibrate by the line and the size as they are now."""
        browser = self._active()
        if browser is not None:
            with showingErrors(_("The run could not be calibrated.")):
                calibrate(browser, self._ui.frenchBox.value)
            self._onChange()

    def _draw(self) -> None:
        """Add the line and have the next two clicks in a view place its ends.

        Source: Slicer 5.10 `Docs/developer_guide/script_repository/markups.md`, place mode.
        """
        line = addCatheterLine(self._active())
        logic = slicer.app.applicationLogic()
        selection, interaction = logic.GetSelectionNode(), logic.GetInteractionNode()
        selection.SetReferenceActivePlaceNodeClassName(line.GetClassName())
        selection.SetActivePlaceNodeID(line.GetID())
        interaction.SetPlaceModePersistence(0)
        interaction.SetCurrentInteractionMode(interaction.Place)
        self._onChange()

    def _forget(self) -> None:
        forgetCalibration(self._active())
        self._onChange()


def scaleSentence(scale: Scale) -> str:
    """Say how long a pixel is, with its error and its source."""
    return _("A pixel is {length:.3f} ± {error:.3f} mm: {method}.").format(
        length=scale.mm_per_px, error=scale.error_mm, method=scale.method
    )
