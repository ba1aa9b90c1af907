"""Sequences of pictures: (T, H, W) arrays as sequence nodes with one-slice volumes, and back."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from dsanet.io import Spacing
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import arrayOf, referenceOf, setImage, setReference


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
    for _ in addingSequence(browser, role, frames, times, timed, spacing):
        pass
    return referenceOf(browser, role)


def addingSequence(
    browser: Any,
    role: str,
    frames: NDArray[Any],
    times: NDArray[np.float64],
    timed: bool,
    spacing: Spacing | None,
) -> Iterator[None]:
    """Do what `addSequence` does in steps of one frame, for a host that must not wait.

    Between the steps a sequence that is replaced shows new frames and old ones; a new one is shown
    when it is complete.

    Yields:
        Nothing, after each frame.
    """
    sequence = referenceOf(browser, role) or _new_sequence(f"{browser.GetName()} {role.lower()}")
    if timesOf(sequence).tolist() != times.tolist():
        sequence.RemoveAllDataNodes()
    sequence.SetIndexName("time" if timed else "frame")
    sequence.SetIndexUnit("s" if timed else "")
    frame = slicer.vtkMRMLScalarVolumeNode()
    frame.SetName(sequence.GetName())
    for image, time in zip(frames, times.tolist(), strict=True):
        setImage(frame, image, spacing)
        sequence.SetDataNodeAtValue(frame, repr(time))
        yield
    if sequence.GetScene() is None:
        _publish(sequence, browser.GetScene())
        setReference(browser, role, sequence)
    if not browser.IsSynchronizedSequenceNode(sequence, True):
        browser.AddSynchronizedSequenceNode(sequence)


def framesOf(sequence: Any) -> NDArray[Any]:
    """Give all pictures of a sequence, (T, H, W), as a copy, wherever the browser stands.

    Raises:
        SceneError: Pictures are missing, as where a file beside the scene is.
    """
    return np.stack(framesIn(sequence))


def framesIn(sequence: Any) -> list[NDArray[Any]]:
    """Give all pictures of a sequence, each (H, W), as the scene's own memory; never write to it.

    Raises:
        SceneError: Pictures are missing.
    """
    return [arrayOf(volume.GetImageData())[0] for volume in volumesOf(sequence)]


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


def _new_sequence(name: str) -> Any:
    """Make a sequence node that is in no scene yet, so that half of it is never met there."""
    sequence = slicer.vtkMRMLSequenceNode()
    sequence.SetName(name)
    sequence.SetIndexTypeFromString("numeric")
    sequence.SetNumericIndexValueTolerance(0)  # the default merges frames less than 1 ms apart
    return sequence


def _publish(sequence: Any, scene: Any) -> None:
    scene.AddNode(sequence)
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeSequenceStorageNode")
    sequence.SetAndObserveStorageNodeID(storage.GetID())
