"""New labels into a run's segments, as an edit of the user."""

from collections.abc import Callable
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from dsanet.labels import CLASSES, LabelClass
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import orientedImage
from DSASegmentationLib.runs import spacingOf
from DSASegmentationLib.segments import labelsOf

Labels = NDArray[np.uint8]


def applyLabels(
    segmentation: Any, browser: Any, labels: Labels, saveState: Callable[[], Any]
) -> int:
    """Write labels into the segments; names, colours, statuses and other segments stay.

    Masks and overwrite rules of the Segment Editor do not apply: the user has asked for just these
    pixels.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        labels: uint8 (H, W), values of `dsanet.labels`.
        saveState: Called before the first change, and not at all if there is none.

    Returns:
        Number of pixels that changed.

    Raises:
        SceneError: A segment that would change is missing; nothing was changed.
    """
    old = labelsOf(segmentation, browser)
    changed = int(np.count_nonzero(old != labels))
    touched = [entry for entry in CLASSES if _differs(old, labels, entry)]
    _check(segmentation, touched)
    if changed:
        saveState()
    # First what a class loses: so the classes never overlap, and go on sharing one labelmap.
    for entry in touched:
        _write(segmentation, browser, entry, (old == entry.value) & (labels == entry.value))
    for entry in touched:
        if np.any((labels == entry.value) & (old != entry.value)):
            _write(segmentation, browser, entry, labels == entry.value)
    return changed


def _differs(old: Labels, new: Labels, entry: LabelClass) -> bool:
    return bool(np.any((old == entry.value) != (new == entry.value)))


def _check(segmentation: Any, touched: list[LabelClass]) -> None:
    segments = segmentation.GetSegmentation()
    for entry in touched:
        if segments.GetSegmentIndex(entry.name) < 0:
            msg = f"the segment {entry.name} was removed; undo that, or segment the run again"
            raise SceneError(msg)


def _write(segmentation: Any, browser: Any, entry: LabelClass, mask: NDArray[np.bool_]) -> None:
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    image = orientedImage(mask.astype(np.uint8), spacingOf(browser))
    if not logic.SetBinaryLabelmapToSegment(image, segmentation, entry.name, logic.MODE_REPLACE):
        msg = f"the segment {entry.name} of {segmentation.GetName()} cannot be written; undo"
        raise SceneError(msg)
    if not mask.any():  # Slicer empties a segment without telling the history, which drops undo
        segmentation.GetSegmentation().GetSegment(entry.name).Modified()
