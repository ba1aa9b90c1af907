"""Effects of one press of the mouse button: a click, or a drag to where it is let go."""

import math
from typing import Any

import vtk

from DSASegmentationEffects.effect import CLICK, DSAEffect, inSliceView, modified
from DSASegmentationLib.gui.showing_errors import showingErrors

MOVE = vtk.vtkCommand.MouseMoveEvent
RELEASE = vtk.vtkCommand.LeftButtonReleaseEvent
COLOUR, WIDTH = (1.0, 0.9, 0.2), 2
DRAG_PX = 4
"""Pixels of the picture from press to release from which on a click was a drag."""

Point = tuple[int, int]


class DragEffect(DSAEffect):
    """Shows while the mouse is dragged what letting go would mean, and then does it."""

    def __init__(self, scriptedEffect: Any) -> None:
        super().__init__(scriptedEffect)
        self._pressed: tuple[Any, Point, bool] | None = None  # run, point, Shift
        self._last: Point = (0, 0)  # inside the picture
        self._drawn: dict[Any, Any] = {}  # actors by the view that they are in

    def deactivate(self) -> None:
        self.letGo()

    def cleanup(self) -> None:
        self.deactivate()

    def processInteractionEvents(self, interactor: Any, event: int, viewWidget: Any) -> bool:
        if event == CLICK:
            return self._press(interactor, viewWidget)
        if self._pressed is None or event not in (MOVE, RELEASE) or not inSliceView(viewWidget):
            return False
        browser, start, shift = self._pressed
        if self.run is not browser:
            self.letGo()
            return False
        self._last = end = self.pixel(interactor, viewWidget, browser) or self._last
        dragged = math.dist(start, end) >= DRAG_PX
        if event == MOVE:
            if dragged:
                self.draw(browser, viewWidget, self.outline(start, end))
            return False  # the view may show what lies under the mouse
        self.letGo()
        with showingErrors(self.failed(), waitCursor=True):
            if dragged:
                self.drag(browser, start, end)
            else:
                self.click(browser, start, shift)
        return True

    def click(self, browser: Any, point: Point, shift: bool) -> None:
        """Act on a click, with Shift or without."""
        raise NotImplementedError

    def drag(self, browser: Any, start: Point, end: Point) -> None:
        """Act on a drag."""
        raise NotImplementedError

    def outline(self, start: Point, end: Point) -> Any:
        """Give the line (N, 2), rows and columns, that is shown during a drag."""
        raise NotImplementedError

    def failed(self) -> str:
        """What to say where it could not be done, translated."""
        raise NotImplementedError

    def letGo(self) -> None:
        """Forget the press, and what was drawn for it."""
        self._pressed = None
        for viewWidget, actor in self._drawn.items():
            self.scriptedEffect.removeActor2D(viewWidget, actor)
            viewWidget.sliceView().scheduleRender()
        self._drawn = {}

    def draw(self, browser: Any, viewWidget: Any, path: Any) -> None:
        """Show a path (N, 2), rows and columns, in a view until `letGo`."""
        from DSASegmentationLib.correcting.geometry import polyline

        if viewWidget not in self._drawn:
            self._drawn[viewWidget] = _actor()
            self.scriptedEffect.addActor2D(viewWidget, self._drawn[viewWidget])
        drawn = polyline(browser, viewWidget.mrmlSliceNode(), path)
        self._drawn[viewWidget].GetMapper().SetInputData(drawn)
        viewWidget.sliceView().scheduleRender()

    def _press(self, interactor: Any, viewWidget: Any) -> bool:
        self.letGo()
        if not inSliceView(viewWidget) or modified(interactor):
            return False
        browser = self.run
        point = browser and self.pixel(interactor, viewWidget, browser)
        if point:
            self._pressed = browser, point, bool(interactor.GetShiftKey())
            self._last = point
        return bool(point)


def _actor() -> Any:
    actor = vtk.vtkActor2D()
    actor.SetMapper(vtk.vtkPolyDataMapper2D())
    actor.GetProperty().SetColor(*COLOUR)
    actor.GetProperty().SetLineWidth(WIDTH)
    return actor
