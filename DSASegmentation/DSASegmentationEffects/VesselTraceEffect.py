"""Vessel Trace: clicks along a vessel, a line that follows it, painted with its local width."""

import math
from collections.abc import Callable
from typing import Any

import vtk
from slicer.i18n import tr as _

from DSASegmentationEffects.effect import CLICK, DSAEffect, inSliceView, modified
from DSASegmentationLib.gui.effectnames import TRACE
from DSASegmentationLib.gui.showing_errors import showingErrors

MOVE = vtk.vtkCommand.MouseMoveEvent
RELEASE = vtk.vtkCommand.LeftButtonReleaseEvent
DOUBLE = vtk.vtkCommand.LeftButtonDoubleClickEvent
KEY = vtk.vtkCommand.KeyPressEvent
COLOUR, WIDTH = (1.0, 0.9, 0.2), 2
DRAG_PX = 4
"""Pixels of the picture from press to release from which on a click was a drag."""


class VesselTraceEffect(DSAEffect):
    """Drag along a vessel; or click, move, click; double click or Enter paints, Esc gives up.

    Esc is the Segment Editor's own key for leaving an effect; leaving it gives the trace up.
    Source: Slicer 5.10 `qMRMLSegmentEditorWidget.cxx`, `installKeyboardShortcuts`.
    """

    NAME, ICON, FILE = TRACE, "VesselTrace.png", __file__

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self._trace: Any = None
        self._pressed: tuple[int, int] = (0, 0)
        self._drawn: dict[Any, Any] = {}  # actors by the view that they are in

    def title(self) -> str:
        return _("Vessel Trace")

    def helpText(self) -> str:
        return _(
            "<html>Drag along a vessel: when you let go, the line that followed it is painted into"
            " the selected segment, as wide as the vessel is.<br>Or click along it; double click or"
            " Enter paints. Esc gives up.</html>"
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
        acts = {CLICK: self._click, MOVE: self._move, RELEASE: self._release, DOUBLE: self._paint}
        pressed = keys.get(interactor.GetKeySym() or "")
        return {**acts, KEY: pressed} if pressed else acts

    def _click(self, browser: Any, point: Any, viewWidget: Any) -> bool:
        if point is None:
            return False
        from DSASegmentationLib.correcting.tracing import VesselTrace

        if self._trace is None or not self._trace.fits(browser):
            self._trace = VesselTrace(browser)
        self._trace.click(point)
        self._pressed = point
        return self._move(browser, point, viewWidget) or True

    def _move(self, browser: Any, point: Any, viewWidget: Any) -> bool:
        if point is not None:
            self._draw(browser, viewWidget, self._trace.path(point))
        return False  # the view may show what lies under the mouse

    def _release(self, _browser: Any, point: Any, _viewWidget: Any) -> bool:
        """Paint where the mouse was dragged; a click without a drag waits for the next one."""
        if point is None or math.dist(point, self._pressed) < DRAG_PX:
            return False
        self._trace.click(point)
        return self._paint()

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
        from DSASegmentationLib.correcting.geometry import polyline

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
