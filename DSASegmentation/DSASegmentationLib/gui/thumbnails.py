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
    volume = minipOf(browser)
    if volume is None or volume.GetImageData() is None or volume.GetDisplayNode() is None:
        return qt.QIcon()
    image = qt.QImage()
    slicer.qMRMLUtils().vtkImageDataToQImage(_colours(shownGrey(volume)), image)
    size = qt.QSize(SIDE, SIDE)
    whole = qt.QPixmap.fromImage(image)
    pixmap = whole.scaled(size, qt.Qt.KeepAspectRatio, qt.Qt.SmoothTransformation)
    icon = qt.QIcon(pixmap)
    icon.addPixmap(pixmap, qt.QIcon.Selected)  # else the selection's colour is laid over it
    return icon


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
