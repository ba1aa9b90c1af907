"""Predictions as segments BV and MAT of a vtkMRMLSegmentationNode, and labels back from segments.

Both classes share one labelmap of the run's size, as segmentation files of the command line have
them. A segment is known by its ID, which a user cannot change by renaming it.
"""

import hashlib
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from dsanet.cases import STATUSES
from dsanet.cases.journal import changes
from dsanet.engine import Prediction
from dsanet.export import NOTICE, terminology
from dsanet.labels import CLASSES, merge
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import (
    arrayOf,
    factOf,
    orientedImage,
    referenceOf,
    setFact,
    setReference,
    setSpacingFacts,
)
from DSASegmentationLib.runs import MINIP, minipOf, putVolume, segmentationsOf, sizeOf, spacingOf

BINARY = "Binary labelmap"
FILL_OPACITY, OUTLINE_OPACITY = 0.35, 1.0
"""The vessel stays visible below the fill."""


def addPrediction(browser: Any, prediction: Prediction) -> Any:
    """Show a prediction as segments.

    They go into the run's segmentation as long as nobody has touched it. What a reader has begun
    stays as it is, and the prediction becomes a further segmentation.

    Args:
        browser: The run's browser node.
        prediction: What the engine answered for this run.

    Returns:
        The vtkMRMLSegmentationNode, its segments "not started".

    Raises:
        SceneError: It is the prediction of another run.
    """
    _check(browser, prediction)
    node = next((old for old in segmentationsOf(browser) if not isTouched(old)), None)
    node = node or _new_segmentation(browser)
    minip = minipOf(browser) or putVolume(browser, MINIP, prediction.prepared.minip)
    node.SetReferenceImageGeometryParameterFromVolumeNode(minip)
    _fill(node, prediction.labels, browser)
    setSpacingFacts(node, spacingOf(browser))
    setFact(node, "LabelsSHA256", _hash(prediction.labels))
    setFact(node, "Proposal", changes.pack(np.zeros_like(prediction.labels), prediction.labels))
    setFact(node, "Notice", NOTICE)
    setFact(node, "Provenance", prediction.provenance)
    setFact(node, "Warnings", list(prediction.warnings))
    setFact(node, "NoMAT", bool(prediction.no_mat))
    setReference(browser, "Segmentation", node)
    return node


def addEmptySegments(browser: Any) -> Any:
    """Begin the segments of a run with nothing in them, to be drawn by hand.

    Args:
        browser: The run's browser node, without segments.

    Returns:
        The vtkMRMLSegmentationNode, its segments "not started"; nobody proposed anything.

    Raises:
        SceneError: The run has segments already, or is not prepared.
    """
    if segmentationOf(browser) is not None:
        msg = f"{browser.GetName()} has segments already; correct those"
        raise SceneError(msg)
    if factOf(browser, "Prepared") is None or minipOf(browser) is None:
        msg = f"{browser.GetName()} is not prepared, so there is no MinIP to draw on; wait for it"
        raise SceneError(msg)
    node = _new_segmentation(browser)
    node.SetReferenceImageGeometryParameterFromVolumeNode(minipOf(browser))
    labels = np.zeros(sizeOf(browser), np.uint8)
    _fill(node, labels, browser)
    setSpacingFacts(node, spacingOf(browser))
    setFact(node, "LabelsSHA256", _hash(labels))
    setFact(node, "Notice", NOTICE)
    setReference(browser, "Segmentation", node)
    return node


def segmentationOf(browser: Any) -> Any:
    """Give the segmentation of a run that is shown and corrected, or None.

    Where somebody deleted it, it is the newest of those that are left.
    """
    return referenceOf(browser, "Segmentation") or next(reversed(segmentationsOf(browser)), None)


def labelsOf(segmentation: Any, browser: Any) -> NDArray[np.uint8]:
    """Read the labels of a run from its segments, however they were edited.

    Args:
        segmentation: A vtkMRMLSegmentationNode.
        browser: The run's browser node.

    Returns:
        uint8 (H, W), values of `dsanet.labels`; where segments cross MAT wins. A segment that was
        removed counts as empty; what lies outside the picture is left out.
    """
    reference = orientedImage(np.zeros(sizeOf(browser), np.uint8), spacingOf(browser))
    bv, mat = (_mask(segmentation, entry.name, reference) for entry in CLASSES)
    return merge(bv, mat)


def setLabels(segmentation: Any, browser: Any, labels: NDArray[np.uint8]) -> None:
    """Put labels in place of those of a run's segments; their status stays as it is.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        labels: uint8 (H, W), values of `dsanet.labels`.

    Raises:
        SceneError: They have another size than the run.
    """
    if labels.shape != sizeOf(browser):
        msg = f"the labels have {labels.shape} rows and columns, the run {sizeOf(browser)}"
        raise SceneError(msg)
    status = statusOf(segmentation)
    _fill(segmentation, labels, browser)
    setStatus(segmentation, status)


def proposedLabelsOf(segmentation: Any, browser: Any) -> NDArray[np.uint8] | None:
    """Give the labels that a model proposed, uint8 (H, W); None where the scene has them not.

    Args:
        segmentation: A vtkMRMLSegmentationNode.
        browser: The run's browser node.
    """
    packed = factOf(segmentation, "Proposal")
    if packed is None:
        return None
    labels = np.zeros(sizeOf(browser), np.uint8)
    changes.apply(packed, labels)
    return labels


def statusOf(segmentation: Any) -> str:
    """Give how far a reader is with a segmentation, of `dsanet.cases.STATUSES`: the segment's that
    is furthest."""
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    found = [STATUSES[logic.GetSegmentStatus(segment)] for segment in _segments(segmentation)]
    return max(found, key=STATUSES.index, default=STATUSES[0])


def setStatus(segmentation: Any, status: str) -> None:
    """Set how far a reader is, for all segments of a segmentation.

    Args:
        segmentation: A vtkMRMLSegmentationNode.
        status: Of `dsanet.cases.STATUSES`, whose order is that of Slicer's segment statuses.
    """
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    for segment in _segments(segmentation):
        logic.SetSegmentStatus(segment, STATUSES.index(status))


def noteOf(segmentation: Any) -> str:
    """Give what a reader has noted about a run; empty if nothing."""
    return str(factOf(segmentation, "Note") or "")


def setNote(segmentation: Any, note: str) -> None:
    """Note what another reader should look at, one sentence without a name.

    Args:
        segmentation: A vtkMRMLSegmentationNode.
        note: Line ends become spaces; empty removes the note.
    """
    setFact(segmentation, "Note", " ".join(note.split()) or None)


def isTouched(segmentation: Any) -> bool:
    """Whether anyone has edited a prediction's segments or set their status."""
    if list(segmentation.GetSegmentation().GetSegmentIDs()) != [entry.name for entry in CLASSES]:
        return True
    if statusOf(segmentation) != STATUSES[0]:
        return True
    labels = labelsOf(segmentation, referenceOf(segmentation, "Run"))
    return bool(_hash(labels) != factOf(segmentation, "LabelsSHA256"))


def provenanceOf(segmentation: Any) -> dict[str, Any]:
    """Give where a prediction comes from, as `Prediction.provenance`; empty for other segments."""
    return factOf(segmentation, "Provenance") or {}


def warningsOf(segmentation: Any) -> tuple[str, ...]:
    """Give what a user should know about a prediction, one sentence each."""
    return tuple(factOf(segmentation, "Warnings") or ())


def _check(browser: Any, prediction: Prediction) -> None:
    size = sizeOf(browser)
    stated = prediction.provenance.get("input", {}).get("pixel_sha256")
    if prediction.labels.shape != size or stated not in (None, factOf(browser, "PixelSHA256")):
        msg = (
            f"the prediction of {prediction.labels.shape} rows and columns was made from other"
            f" pixels than those of {browser.GetName()}, {size}; segment that run"
        )
        raise SceneError(msg)


def _new_segmentation(browser: Any) -> Any:
    count = len(segmentationsOf(browser))
    name = f"{browser.GetName()} segmentation" + (f" {count + 1}" if count else "")
    node = browser.GetScene().AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.GetSegmentation().SetSourceRepresentationName(BINARY)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(FILL_OPACITY)
    display.SetOpacity2DOutline(OUTLINE_OPACITY)
    setReference(node, "Run", browser)
    return node


def _fill(node: Any, labels: NDArray[np.uint8], browser: Any) -> None:
    """Put both classes, of one labelmap, in place of the node's segments."""
    image = orientedImage(labels, spacingOf(browser))
    segmentation = node.GetSegmentation()
    segmentation.RemoveAllSegments()
    for entry in CLASSES:
        segment = slicer.vtkSegment()
        segment.SetName(entry.name)
        segment.SetColor(*(channel / 255 for channel in entry.color))
        segment.SetTerminology(terminology(entry))
        segment.AddRepresentation(BINARY, image)
        segment.SetLabelValue(entry.value)
        segmentation.AddSegment(segment, entry.name)


def _mask(segmentation: Any, segment_id: str, reference: Any) -> NDArray[np.bool_]:
    """Give one segment on the pixels of a reference image, bool (H, W)."""
    rows, columns = arrayOf(reference).shape[1:]
    found = slicer.vtkOrientedImageData()
    known = segmentation.GetSegmentation().GetSegmentIndex(segment_id) >= 0
    if not known or not segmentation.GetBinaryLabelmapRepresentation(segment_id, found):
        return np.zeros((rows, columns), np.bool_)
    resample = slicer.vtkOrientedImageDataResample
    if not resample.ResampleOrientedImageToReferenceOrientedImage(found, reference, found):
        msg = f"segment {segment_id} of {segmentation.GetName()} cannot be read; undo the last edit"
        raise SceneError(msg)
    return np.asarray(arrayOf(found)[0] != 0)


def _segments(segmentation: Any) -> list[Any]:
    segments = segmentation.GetSegmentation()
    return [segments.GetNthSegment(nth) for nth in range(segments.GetNumberOfSegments())]


def _hash(labels: NDArray[Any]) -> str:
    return hashlib.sha256(labels.tobytes()).hexdigest()
