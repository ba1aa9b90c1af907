"""How the active run is shown: the display part of the Run tab's Advanced section."""

from typing import Any

import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from DSASegmentationLib.gui.display import applyInverted, isInverted, setInverted, setLook
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.nodes import factOf, referenceOf
from DSASegmentationLib.runs import UNCERTAINTY, runs
from DSASegmentationLib.visibility import showUncertainty


class DisplayOptions(VTKObservationMixin):
    """Opacity and outline for all runs, from the parameter node; the rest belongs to each run."""

    def __init__(self, ui: Any, place: Workplace) -> None:
        VTKObservationMixin.__init__(self)
        self._ui, self._place = ui, place
        self._parameters: Any = None
        self._tag: Any = None
        ui.uncertaintyBox.connect("clicked(bool)", self._setUncertainty)
        ui.invertBox.connect("clicked(bool)", self._setInverted)
        ui.pairBox.connect("clicked(bool)", place.showPair)

    def show(self, browser: Any) -> None:
        """Show what holds for a run; None for no run."""
        overlay = browser and referenceOf(browser, UNCERTAINTY)
        self._ui.uncertaintyBox.enabled = bool(overlay)
        self._ui.uncertaintyBox.checked = bool(overlay and factOf(browser, "ShowUncertainty"))
        self._ui.invertBox.enabled = browser is not None
        self._ui.invertBox.checked = browser is not None and isInverted(browser)
        self._ui.pairBox.enabled = self._place.partner is not None
        self._ui.pairBox.checked = self._place.paired
        if browser is not None:
            applyInverted(browser)
        self._apply()

    def setParameters(self, parameters: Any) -> None:
        """Connect to the parameter node; None disconnects."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._tag)
            self.removeObservers()
        self._parameters = parameters
        if parameters is not None:
            # connectGui() of Slicer 5.10 gives no tag, and could not be undone
            self._tag = parameters.connectParametersToGui(
                {"fillOpacity": self._ui.opacitySlider, "outlineOnly": self._ui.outlineBox}
            )
            self.addObserver(parameters, vtk.vtkCommand.ModifiedEvent, self._apply)
            self._apply()

    def _apply(self, _caller: Any = None, _event: Any = None) -> None:
        if self._parameters is not None:
            opacity = self._parameters.fillOpacity / 100
            for browser in runs(self._place.scene):
                setLook(browser, opacity, self._parameters.outlineOnly)

    def _setUncertainty(self, shown: bool) -> None:
        with showingErrors(_("The uncertainty could not be shown.")):
            showUncertainty(self._place.active, shown)

    def _setInverted(self, inverted: bool) -> None:
        setInverted(self._place.active, inverted)
