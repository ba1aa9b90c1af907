"""Vessel Trace: clicks along a vessel, a line that follows it, painted with its local width."""

from collections.abc import Callable
from typing import Any

import vtk
from slicer.i18n import tr as _

from DSASegmentationEffects.effect import CLICK, DSAEffect, inSliceView, modified
from DSASegmentationLib.correcting.geometry import polyline
from DSASegmentationLib.correcting.tracing import VesselTrace
from DSASegmentationLib.gui.correct_editor import TRACE
from DSASegmentationLib.gui.showing_errors import showingErrors

MOVE = vtk.vtkCommand.MouseMoveEvent
DOUBLE = vtk.vtkCommand.LeftButtonDoubleClickEvent
KEY = vtk.vtkCommand.KeyPressEvent
COLOUR, WIDTH = (1.0, 0.9, 0.2), 2


class VesselTraceEffect(DSAEffect):
    """Click, move, click; double click or Enter paints, Esc gives up.

    Esc is the Segment Editor's own key for leaving an effect; leaving it gives the trace up.
    Source: Slicer 5.10 `qMRMLSegmentEditorWidget.cxx`, `installKeyboardShortcuts`.
    """

    NAME, ICON, FILE = TRACE, "VesselTrace.png", __file__

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self._trace: VesselTrace | None = None
        self._drawn: dict[Any, Any] = {}  # actors by the view that they are in

    def title(self) -> str:
        return _("Vessel Trace")

    def helpText(self) -> str:
        return _(
            "<html>Click along a vessel; a line follows it to the mouse. Double click or Enter"
            " paints it into the selected segment, as wide as the vessel is. Esc gives up.</html>"
        )

    def deactivate(self) -> None:
        self._give_up()
        self._trace = None

    def cleanup(self) -> None:
        self.deactivate()

    def processInteractionEvents(self, interactor: Any, event: int, viewWidget: Any) -> bool:
        if not inSliceView(viewWidget) or modified(interactor) or interactor.GetShiftKey():
            return False
        act = self._acts(interactor).get(event)
        if act is None or (event != CLICK and not self._begun):
            return False
        browser = self.run
        if browser is None or (self._begun and not self._trace.fits(browser)):
            self._give_up()
            return False
        with showingErrors(_("The vessel could not be traced."), waitCursor=not self._begun):
            return act(browser, self.pixel(interactor, viewWidget, browser), viewWidget)
        return True

    @property
    def _begun(self) -> bool:
        return self._trace is not None and self._trace.clicks > 0

    def _acts(self, interactor: Any) -> dict[int, Callable[..., bool]]:
        """What to do at which event."""
        keys = {"Return": self._paint, "KP_Enter": self._paint, "Escape": self._cancel}
        acts = {CLICK: self._click, MOVE: self._move, DOUBLE: self._paint}
        pressed = keys.get(interactor.GetKeySym() or "")
        return {**acts, KEY: pressed} if pressed else acts

    def _click(self, browser: Any, point: Any, viewWidget: Any) -> bool:
        if point is None:
            return False
        if self._trace is None or not self._trace.fits(browser):
            self._trace = VesselTrace(browser)
        self._trace.click(point)
        return self._move(browser, point, viewWidget) or True

    def _move(self, browser: Any, point: Any, viewWidget: Any) -> bool:
        if point is not None:
            self._draw(browser, viewWidget, self._trace.path(point))
        return False  # the view may show what lies under the mouse

    def _paint(self, *_unused: Any) -> bool:
        pixels = self._trace.paint(self.segmentation, self.segment, self.saveState)
        self.tell(_("{pixels} pixels traced.").format(pixels=pixels))
        self._give_up()
        return True

    def _cancel(self, *_unused: Any) -> bool:
        self._give_up()
        return True

    def _give_up(self) -> None:
        if self._trace is not None:
            self._trace.clear()
        for viewWidget, actor in self._drawn.items():
            self.scriptedEffect.removeActor2D(viewWidget, actor)
            viewWidget.sliceView().scheduleRender()
        self._drawn = {}

    def _draw(self, browser: Any, viewWidget: Any, path: Any) -> None:
        if viewWidget not in self._drawn:
            self._drawn[viewWidget] = _actor()
            self.scriptedEffect.addActor2D(viewWidget, self._drawn[viewWidget])
        drawn = polyline(browser, viewWidget.mrmlSliceNode(), path)
        self._drawn[viewWidget].GetMapper().SetInputData(drawn)
        viewWidget.sliceView().scheduleRender()


def _actor() -> Any:
    actor = vtk.vtkActor2D()
    actor.SetMapper(vtk.vtkPolyDataMapper2D())
    actor.GetProperty().SetColor(*COLOUR)
    actor.GetProperty().SetLineWidth(WIDTH)
    return actor
