"""Edits as a user makes them: through the logic behind Slicer's Segment Editor."""

from typing import Any

import numpy as np
import slicer

from DSASegmentationLib import nodes
from DSASegmentationLib.runs import minipOf
from DSASegmentationLib.segments import labelsOf


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


class Editor:
    """The logic behind Slicer's Segment Editor on a run's segments, with its states for undo.

    Attributes:
        saved: How many states were saved.
    """

    def __init__(self, browser: Any, segmentation: Any) -> None:
        self.browser, self.segmentation = browser, segmentation
        self.node = browser.GetScene().AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self.logic = slicer.vtkSlicerSegmentEditorLogic()
        self.logic.SetMRMLScene(browser.GetScene())
        self.logic.SetSegmentEditorNode(self.node)
        self.logic.SetSegmentationNode(segmentation)
        self.logic.SetSourceVolumeNode(minipOf(browser))
        self.logic.UpdateReferenceGeometryImage()
        self.node.SetOverwriteMode(self.node.OverwriteAllSegments)
        self.saved = 0

    def save(self) -> None:
        self.saved += 1
        self.logic.SaveStateForUndo()

    def stroke(self, segment: str, mask: np.ndarray, *, erase: bool = False) -> None:
        """What Paint and Erase do when the mouse button is let go."""
        self.save()
        self.logic.ResetModifierLabelmapToDefault()
        modifier = self.logic.GetModifierLabelmap()
        nodes.arrayOf(modifier)[0] = mask
        modifier.Modified()
        mode = self.logic.ModificationModeRemove if erase else self.logic.ModificationModeAdd
        extent = list(modifier.GetExtent())
        self.logic.ModifySegmentByLabelmap(
            self.segmentation, segment, modifier, mode, extent, False, False
        )

    @property
    def labels(self) -> Any:
        return labelsOf(self.segmentation, self.browser)

    def close(self) -> None:
        self.logic.SetSegmentationNode(None)
