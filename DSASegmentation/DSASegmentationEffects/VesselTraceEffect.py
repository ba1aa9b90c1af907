"""Vessel Trace: clicks along a vessel, a line that follows it, painted with its local width."""

import math
from collections.abc import Callable
from typing import Any

import vtk
from slicer.i18n import tr as _

from DSASegmentationEffects.dragging import DRAG_PX, MOVE, RELEASE, DragEffect
from DSASegmentationEffects.effect import CLICK, inSliceView, modified
from DSASegmentationLib.gui.effectnames import TRACE
from DSASegmentationLib.gui.showing_errors import showingErrors

DOUBLE = vtk.vtkCommand.LeftButtonDoubleClickEvent
KEY = vtk.vtkCommand.KeyPressEvent


class VesselTraceEffect(DragEffect):
    """Drag along a vessel; or click, move, click; double click or Enter paints, Esc gives up.

    Shift+click: the twig whose tip it is. Shift+drag: a circle, within which all faint vessels come
    that the model saw as clearly as the one at its middle.

    Esc is the Segment Editor's own key for leaving an effect; leaving it gives the trace up.
    Source: Slicer 5.10 `qMRMLSegmentEditorWidget.cxx`, `installKeyboardShortcuts`.
    """

    NAME, ICON, FILE = TRACE, "VesselTrace.png", __file__

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self._trace: Any = None
        self._from: tuple[int, int] = (0, 0)

    def title(self) -> str:
        return _("Vessel Trace")

    def helpText(self) -> str:
        return _(
            "<html>Drag along a vessel: when you let go, the line that followed it is painted into"
            " the selected segment, as wide as the vessel is.<br>Or click along it; double click or"
            " Enter paints. Esc gives up.<br>Shift+click the tip of a twig: it is painted from"
            " there to the vessel that it comes from.<br>Shift+drag a circle round a missed vessel:"
            " it is taken, and all in it that the model saw as clearly.</html>"
        )

    def failed(self) -> str:
        return _("The vessel could not be traced.")

    def deactivate(self) -> None:
        self._give_up()
        self._trace = None

    def processInteractionEvents(self, interactor: Any, event: int, viewWidget: Any) -> bool:
        shifted = self._pressed is not None or (event == CLICK and interactor.GetShiftKey())
        if shifted and not self._begun:
            return super().processInteractionEvents(interactor, event, viewWidget)
        if not inSliceView(viewWidget) or modified(interactor) or interactor.GetShiftKey():
            return False
        act = self._acts(interactor).get(event)
        if act is None or (event != CLICK and not self._begun):
            return False
        browser = self.run
        if browser is None or (self._begun and not self._trace.fits(browser)):
            self._give_up()
            return False
        with showingErrors(self.failed(), waitCursor=not self._begun):
            return act(browser, self.pixel(interactor, viewWidget, browser), viewWidget)
        return True

    def click(self, browser: Any, point: tuple[int, int], shift: bool) -> None:
        self._take(browser)
        pixels = self._trace.twig(self.segmentation, self.segment, point, self.saveState)
        self.tell(_("{pixels} pixels traced.").format(pixels=pixels))

    def drag(self, browser: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
        from DSASegmentationLib.correcting.rereading import addClearer

        radius = math.dist(start, end)
        pixels = addClearer(self.segmentation, browser, start, radius, self.saveState)
        told = _("{pixels} pixels of faint vessels taken.").format(pixels=pixels)
        self.tell(told if pixels else _("The model saw no vessel here. Trace it."))

    def outline(self, start: tuple[int, int], end: tuple[int, int]) -> Any:
        from DSASegmentationLib.correcting.geometry import circle

        return circle(start, math.dist(start, end))

    def _take(self, browser: Any) -> None:
        """Have a trace on the MinIP that a run has now."""
        from DSASegmentationLib.correcting.tracing import VesselTrace

        if self._trace is None or not self._trace.fits(browser):
            self._trace = VesselTrace(browser)

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
        self._take(browser)
        self._trace.click(point)
        self._from = point
        return self._move(browser, point, viewWidget) or True

    def _move(self, browser: Any, point: Any, viewWidget: Any) -> bool:
        if point is not None:
            self.draw(browser, viewWidget, self._trace.path(point))
        return False  # the view may show what lies under the mouse

    def _release(self, _browser: Any, point: Any, _viewWidget: Any) -> bool:
        """Paint where the mouse was dragged; a click without a drag waits for the next one."""
        if point is None or math.dist(point, self._from) < DRAG_PX:
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
        self.letGo()
