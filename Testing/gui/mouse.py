"""A user with a mouse over a slice view, for effects of the Segment Editor."""

from typing import Any

import vtk

from DSASegmentationLib import segments
from DSASegmentationLib.correcting.geometry import rasOf

CLICK, MOVE = vtk.vtkCommand.LeftButtonPressEvent, vtk.vtkCommand.MouseMoveEvent
RELEASE = vtk.vtkCommand.LeftButtonReleaseEvent
DOUBLE, KEY = vtk.vtkCommand.LeftButtonDoubleClickEvent, vtk.vtkCommand.KeyPressEvent


class User:
    """A user with a mouse over the red view."""

    def __init__(self, app: Any, browser: Any, effect: Any) -> None:
        self.app, self.browser, self.effect = app, browser, effect
        self.view = app.layoutManager().sliceWidget("Red")
        self.interactor = vtk.vtkGenericRenderWindowInteractor()

    def at(self, row: int, column: int) -> tuple[int, int]:
        toView = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(self.view.mrmlSliceNode().GetXYToRAS(), toView)
        x, y, *_ = toView.MultiplyPoint((*rasOf(self.browser, row, column), 1.0))
        return round(x), round(y)

    def do(self, event: int, at: tuple[int, int] = (0, 0), key: str = "", shift: int = 0) -> bool:
        x, y = self.at(*at)
        self.interactor.SetEventInformation(x, y, 0, shift, "\0", 0, key or None)
        return bool(self.effect.self().processInteractionEvents(self.interactor, event, self.view))

    def click(self, at: tuple[int, int], shift: int = 0) -> bool:
        """Press and let go."""
        self.do(CLICK, at, shift=shift)
        return self.do(RELEASE, at, shift=shift)

    @property
    def labels(self) -> Any:
        return segments.labelsOf(segments.segmentationOf(self.browser), self.browser)
