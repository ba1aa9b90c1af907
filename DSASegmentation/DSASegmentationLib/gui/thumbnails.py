"""Small pictures of runs."""

from typing import Any

import numpy as np
import qt
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import numpy_to_vtk

from DSASegmentationLib.nodes import imageOf
from DSASegmentationLib.runs import minipOf

SIDE = 56
"""Pixels."""


def thumbnail(browser: Any) -> Any:
    """Draw the MinIP of a run as it is shown.

    Args:
        browser: A run's browser node.

    Returns:
        A QIcon, empty where the run has no MinIP any more.
    """
    pixmap = pixmapOf(minipOf(browser), SIDE)
    if pixmap.isNull():
        return qt.QIcon()
    icon = qt.QIcon(pixmap)
    icon.addPixmap(pixmap, qt.QIcon.Selected)  # else the selection's colour is laid over it
    return icon


def lookOf(browser: Any) -> tuple[Any, ...] | None:
    """Give what the picture of a run depends on, to compare; None where there is no picture."""
    volume = minipOf(browser)
    if volume is None or volume.GetImageData() is None or volume.GetDisplayNode() is None:
        return None
    display = volume.GetDisplayNode()
    levels = display.GetWindowLevelMin(), display.GetWindowLevelMax()
    return volume.GetImageData().GetMTime(), *levels, display.GetColorNodeID()


def pixmapOf(volume: Any, side: int) -> Any:
    """Draw a volume of one slice as a view shows it.

    Args:
        volume: The volume node, or None.
        side: Of a square that the picture fits into, in pixels.

    Returns:
        A QPixmap, empty where there is no picture.
    """
    if volume is None or volume.GetImageData() is None or volume.GetDisplayNode() is None:
        return qt.QPixmap()
    image = qt.QImage()
    slicer.qMRMLUtils().vtkImageDataToQImage(_colours(shownGrey(volume)), image)
    whole = qt.QPixmap.fromImage(image)
    return whole.scaled(qt.QSize(side, side), qt.Qt.KeepAspectRatio, qt.Qt.SmoothTransformation)


def shownGrey(volume: Any) -> NDArray[np.uint8]:
    """Give a volume's picture in the grey values in which a view shows it, uint8 (H, W)."""
    display = volume.GetDisplayNode()
    low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
    share = (imageOf(volume).astype(np.float32) - low) / max(high - low, np.finfo(np.float32).tiny)
    grey = (share.clip(0, 1) * 255).astype(np.uint8)
    return np.asarray(255 - grey if display.GetColorNodeID().endswith("InvertedGrey") else grey)


def _colours(grey: NDArray[np.uint8]) -> Any:
    """Make an RGB vtkImageData, whose first row is the lowest, as Slicer's conversion takes it."""
    image = vtk.vtkImageData()
    image.SetDimensions(grey.shape[1], grey.shape[0], 1)
    values = np.repeat(grey[::-1].reshape(-1, 1), 3, axis=1)
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(values), deep=True))
    return image
