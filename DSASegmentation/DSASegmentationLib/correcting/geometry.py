"""Pixels of a run and points of a slice view, one from the other."""

from typing import Any

import numpy as np
import vtk
from numpy.typing import NDArray

from DSASegmentationLib.nodes import ijkToRAS
from DSASegmentationLib.runs import sizeOf, spacingOf

FEW_RADII = 6
"""A place is shown with so much around it, in its radii from the middle to the view's edge."""


CORNERS = 72
"""Of a circle that is drawn."""


def pixelAt(browser: Any, sliceNode: Any, xy: tuple[float, float]) -> tuple[int, int] | None:
    """Give the pixel of a run under a point of a slice view.

    Args:
        browser: The run's browser node.
        sliceNode: The view's vtkMRMLSliceNode.
        xy: Of the mouse in the view, from its lower left corner, as interactors tell it.

    Returns:
        Row and column, or None outside the picture.
    """
    toPixel = ijkToRAS(spacingOf(browser))
    toPixel.Invert()
    ras = sliceNode.GetXYToRAS().MultiplyPoint((float(xy[0]), float(xy[1]), 0.0, 1.0))
    column, row = (round(at) for at in toPixel.MultiplyPoint(ras)[:2])
    rows, columns = sizeOf(browser)
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def rasOf(browser: Any, row: float, column: float) -> tuple[float, float, float]:
    """Give where in the scene a pixel's middle lies, in mm."""
    right, anterior, superior, _ = ijkToRAS(spacingOf(browser)).MultiplyPoint((column, row, 0, 1))
    return right, anterior, superior


def polyline(
    browser: Any, sliceNode: Any, path: NDArray[np.integer[Any] | np.floating[Any]]
) -> Any:
    """Draw a path of pixels in the coordinates of a slice view.

    Args:
        browser: The run's browser node.
        sliceNode: The view's vtkMRMLSliceNode.
        path: (N, 2), rows and columns.

    Returns:
        A vtkPolyData, one line through all points; empty for fewer than two.
    """
    toView = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(sliceNode.GetXYToRAS(), toView)
    vtk.vtkMatrix4x4.Multiply4x4(toView, ijkToRAS(spacingOf(browser)), toView)
    matrix = np.array([[toView.GetElement(i, j) for j in range(4)] for i in range(4)])
    count = len(path) if len(path) > 1 else 0
    ijk = np.column_stack([path[:count, 1], path[:count, 0], np.zeros(count), np.ones(count)])
    points, lines = vtk.vtkPoints(), vtk.vtkCellArray()
    for x, y, *_ in ijk @ matrix.T:
        points.InsertNextPoint(x, y, 0)
    if count:
        lines.InsertNextCell(count, list(range(count)))
    drawn = vtk.vtkPolyData()
    drawn.SetPoints(points)
    drawn.SetLines(lines)
    return drawn


def circle(middle: tuple[int, int], radius: float) -> NDArray[np.float64]:
    """Give the outline of a circle, (N, 2) rows and columns in pixels, closed."""
    turn = np.linspace(0, 2 * np.pi, CORNERS + 1)
    return np.array(middle) + radius * np.column_stack([np.cos(turn), np.sin(turn)])


def showPlace(browser: Any, sliceNode: Any, row: int, column: int, radius: int) -> None:
    """Bring a place into the middle of a slice view, and near.

    Args:
        browser: The run's browser node.
        sliceNode: The view's vtkMRMLSliceNode.
        row: Of the place's middle.
        column: Of the place's middle.
        radius: Of the place, in pixels.
    """
    spacing = spacingOf(browser)
    pixel = max(spacing.row_mm, spacing.column_mm) if spacing else 1.0
    width, height, depth = sliceNode.GetFieldOfView()
    share = 2 * FEW_RADII * radius * pixel / min(width, height)
    sliceNode.SetFieldOfView(width * share, height * share, depth)
    sliceNode.JumpSliceByCentering(*rasOf(browser, row, column))
