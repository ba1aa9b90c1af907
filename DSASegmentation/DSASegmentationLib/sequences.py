"""Sequences of pictures: (T, H, W) arrays as sequence nodes with one-slice volumes, and back."""

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from dsanet.io import Spacing
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import imageOf, referenceOf, setImage, setReference


def addSequence(
    browser: Any,
    role: str,
    frames: NDArray[Any],
    times: NDArray[np.float64],
    timed: bool,
    spacing: Spacing | None,
) -> Any:
    """Add the frames of a run to its browser; those of the same role are replaced.

    Args:
        browser: A run's browser node.
        role: The name of the browser's reference to the sequence.
        frames: (T, H, W), a dtype that VTK has.
        times: float64 (T,), seconds, or frame numbers.
        timed: Whether the times are seconds.
        spacing: Of the run.

    Returns:
        The vtkMRMLSequenceNode, in step with the browser's others.
    """
    sequence = referenceOf(browser, role)
    if sequence is None:
        sequence = _new_sequence(browser, role)
    sequence.RemoveAllDataNodes()
    sequence.SetIndexName("time" if timed else "frame")
    sequence.SetIndexUnit("s" if timed else "")
    frame = slicer.vtkMRMLScalarVolumeNode()
    frame.SetName(sequence.GetName())
    for image, time in zip(frames, times.tolist(), strict=True):
        setImage(frame, image, spacing)
        sequence.SetDataNodeAtValue(frame, repr(time))
    if not browser.IsSynchronizedSequenceNode(sequence, True):
        browser.AddSynchronizedSequenceNode(sequence)
    return sequence


def framesOf(sequence: Any) -> NDArray[Any]:
    """Give all pictures of a sequence, (T, H, W), as a copy, wherever the browser stands.

    Raises:
        SceneError: Pictures are missing, as where a file beside the scene is.
    """
    return np.stack([imageOf(volume) for volume in volumesOf(sequence)])


def volumesOf(sequence: Any) -> list[Any]:
    """Give the volumes of a sequence, at least one.

    Raises:
        SceneError: Pictures are missing.
    """
    found = [sequence.GetNthDataNode(nth) for nth in range(sequence.GetNumberOfDataNodes())]
    if not found or any(volume is None or volume.GetImageData() is None for volume in found):
        msg = f"{sequence.GetName()} has no pictures; look for its file beside the scene's"
        raise SceneError(msg)
    return found


def timesOf(sequence: Any) -> NDArray[np.float64]:
    """Give the index values of a sequence as float64 (T,)."""
    count = sequence.GetNumberOfDataNodes()
    return np.array([float(sequence.GetNthIndexValue(nth)) for nth in range(count)])


def _new_sequence(browser: Any, role: str) -> Any:
    scene = browser.GetScene()
    name = f"{browser.GetName()} {role.lower()}"
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeSequenceStorageNode")
    sequence.SetAndObserveStorageNodeID(storage.GetID())
    sequence.SetIndexTypeFromString("numeric")
    sequence.SetNumericIndexValueTolerance(0)  # the default merges frames less than 1 ms apart
    setReference(browser, role, sequence)
    return sequence
