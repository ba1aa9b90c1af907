"""What MRML nodes need to hold arrays and facts: volumes of one slice, JSON attributes, geometry.

A picture of H rows and W columns is a volume of one slice. Columns run to the patient's left and
rows to the posterior from the origin, as in `dsanet.export.segmentation_nrrd`, so that row 0 is on
top in an axial view and files of the command line lie on the run. This is a place to put pictures,
not where the patient lay.
"""

import json
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from dsanet.export.segmentation import SLICE_MM
from dsanet.io import Spacing
from DSASegmentationLib.errors import SceneError

PREFIX = "DSASegmentation."
"""Begins the names of all attributes and node references of this extension."""

PIXELS_ONLY = "none stated: distances are in pixels, not in mm"
"""Stands where the meaning of a spacing would; the spacing itself is 1."""


def setFact(node: Any, name: str, value: Any) -> None:
    """Keep a JSON value on a node; it is saved with the scene.

    Args:
        node: Any MRML node.
        name: Without `PREFIX`.
        value: JSON values; None removes it.
    """
    text = None if value is None else json.dumps(value, allow_nan=False)
    node.SetAttribute(PREFIX + name, text)


def factOf(node: Any, name: str) -> Any:
    """Give what `setFact` kept, or None.

    Raises:
        SceneError: It is no JSON; something else wrote there.
    """
    text = node.GetAttribute(PREFIX + name)
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        msg = (
            f"{node.GetName()}: the attribute {PREFIX + name} is damaged ({error});"
            " load the run again"
        )
        raise SceneError(msg) from error


def setReference(node: Any, role: str, other: Any) -> None:
    """Point from one node to another; None removes the pointer."""
    node.SetNodeReferenceID(PREFIX + role, other.GetID() if other else None)


def referenceOf(node: Any, role: str) -> Any:
    """Give the node that `setReference` points to, or None where it is no longer in the scene."""
    return node.GetNodeReference(PREFIX + role)


def setImage(volume: Any, image: NDArray[Any], spacing: Spacing | None) -> None:
    """Put a picture into a volume node, as a copy, and say what its distances mean.

    Args:
        volume: A scalar volume or label map node.
        image: (H, W), a dtype that VTK has: not bool, not 64-bit integers.
        spacing: None where no source states it; the spacing is then 1 and no mm may be shown.
    """
    volume.SetAndObserveImageData(_filled(vtk.vtkImageData(), image))
    volume.SetIJKToRASMatrix(ijkToRAS(spacing))
    setSpacingFacts(volume, spacing)


def imageOf(volume: Any) -> NDArray[Any]:
    """Give the picture of a volume of one slice, (H, W), as a copy."""
    return np.array(arrayOf(volume.GetImageData())[0])


def orientedImage(image: NDArray[Any], spacing: Spacing | None) -> Any:
    """Make a vtkOrientedImageData, as segments have them, of a picture (H, W)."""
    made = _filled(slicer.vtkOrientedImageData(), image)
    made.SetGeometryFromImageToWorldMatrix(ijkToRAS(spacing))
    return made


def arrayOf(image: Any) -> NDArray[Any]:
    """Give the values of a vtkImageData as (1, H, W); they are VTK's own memory."""
    values: NDArray[Any] = vtk_to_numpy(image.GetPointData().GetScalars())
    return np.asarray(values.reshape(image.GetDimensions()[::-1]))


def ijkToRAS(spacing: Spacing | None) -> Any:
    """Give the vtkMatrix4x4 from column, row, slice to right, anterior, superior in mm."""
    matrix = vtk.vtkMatrix4x4()
    row_mm, column_mm = (spacing.row_mm, spacing.column_mm) if spacing else (1.0, 1.0)
    for axis, step in enumerate((-column_mm, -row_mm, SLICE_MM)):
        matrix.SetElement(axis, axis, step)
    return matrix


def setSpacingFacts(node: Any, spacing: Spacing | None) -> None:
    """Write down what the node's distances are distances of, and who says so."""
    setFact(node, "SpacingMeaning", spacing.meaning if spacing else PIXELS_ONLY)
    setFact(node, "SpacingSource", spacing.source if spacing else None)


def isOfRun(node: Any) -> bool:
    """Whether a volume or segmentation was made by this extension, for a run; None is none."""
    return node is not None and factOf(node, "SpacingMeaning") is not None


def showsMillimetres(node: Any) -> bool:
    """Whether distances on a volume or segmentation of a run may be shown in mm."""
    return factOf(node, "SpacingMeaning") not in (None, PIXELS_ONLY)


def showGrey(volume: Any, low: float, high: float, *, inverted: bool = False) -> None:
    """Show a volume in grey from a black to a white value; inverted as MONOCHROME1 asks for.

    A picture of one value has no range and is shown black, or white if inverted.
    """
    volume.CreateDefaultDisplayNodes()
    display = volume.GetDisplayNode()
    display.SetAndObserveColorNodeID(
        "vtkMRMLColorTableNodeInvertedGrey" if inverted else "vtkMRMLColorTableNodeGrey"
    )
    display.SetInterpolate(False)
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(float(low), float(high if high > low else low + 1))


def removeNode(scene: Any, node: Any) -> None:
    """Remove a node with its display and storage nodes, which MRML would leave behind."""
    if node is None:
        return
    displays = [node.GetNthDisplayNode(nth) for nth in range(_displays(node))]
    storage = node.GetStorageNode() if hasattr(node, "GetStorageNode") else None
    for each in (node, *displays, storage):
        if each is not None and scene.IsNodePresent(each):
            scene.RemoveNode(each)


def _displays(node: Any) -> int:
    return int(node.GetNumberOfDisplayNodes()) if hasattr(node, "GetNthDisplayNode") else 0


def _filled(target: Any, image: NDArray[Any]) -> Any:
    rows, columns = image.shape
    target.SetDimensions(columns, rows, 1)
    target.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(image).ravel(), deep=True))
    return target
