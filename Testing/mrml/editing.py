"""Edits as a user makes them: through the logic behind Slicer's Segment Editor."""

from typing import Any

import numpy as np
import slicer

from DSASegmentationLib import nodes


def paint(
    scene: Any, segmentation: Any, volume: Any, segment: str, mask: np.ndarray, **how: bool
) -> None:
    """Add a mask to a segment, or with `erase` take it away; `overlap` leaves the others alone."""
    editor = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    logic = slicer.vtkSlicerSegmentEditorLogic()
    logic.SetMRMLScene(scene)
    logic.SetSegmentEditorNode(editor)
    logic.SetSegmentationNode(segmentation)
    logic.SetSourceVolumeNode(volume)
    logic.UpdateReferenceGeometryImage()
    editor.SetOverwriteMode(
        editor.OverwriteNone if how.get("overlap") else editor.OverwriteAllSegments
    )
    logic.ResetModifierLabelmapToDefault()
    modifier = logic.GetModifierLabelmap()
    nodes.arrayOf(modifier)[0] = mask
    modifier.Modified()
    mode = logic.ModificationModeRemove if how.get("erase") else logic.ModificationModeAdd
    extent = list(modifier.GetExtent())
    logic.ModifySegmentByLabelmap(segmentation, segment, modifier, mode, extent, False, False)
    logic.SetSegmentationNode(None)
    scene.RemoveNode(editor)


def box(shape: tuple[int, int], rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[rows, columns] = True
    return mask
