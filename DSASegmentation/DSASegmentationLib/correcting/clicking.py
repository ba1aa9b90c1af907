"""One click on a vessel: give it to the other class, or take it away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dsanet.edit import arrival_time, clicked, erased, reassigned, reassigned_between, split
from dsanet.edit.pick import Change, Reach
from dsanet.labels import CLASSES
from DSASegmentationLib.correcting.applying import Labels, applyLabels
from DSASegmentationLib.prepared import preparedOf
from DSASegmentationLib.segments import labelsOf

Point = tuple[int, int]
NAMES = {entry.value: entry.name for entry in CLASSES}


@dataclass(frozen=True)
class Click:
    """What a click has done.

    Attributes:
        pixels: How many pixels it changed; 0 where there was no vessel.
        old: Name of the class that was clicked; empty where there was no vessel.
        new: Name of the class that the vessel has now; empty if it was taken away.
        arrival: When contrast medium arrives in what was taken away, in seconds on the run's
            clock; None where that is not known.
        late: Whether that is after the arterial phase, as in a vein.
    """

    pixels: int = 0
    old: str = ""
    new: str = ""
    arrival: float | None = None
    late: bool = False


NOTHING = Click()


def reassignAt(
    segmentation: Any,
    browser: Any,
    point: Point,
    saveState: Callable[[], Any],
    *,
    downstream: bool = False,
) -> Click:
    """Give the clicked vessel to the other class.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        point: Row and column of the click, whole.
        saveState: Saves the state for undo.
        downstream: Also all that blood reaches through it, not only the piece between branchings.

    Raises:
        SceneError: See `applyLabels`.
    """
    labels = labelsOf(segmentation, browser)
    reach: Reach = "downstream" if downstream else "piece"
    change = reassigned(labels, split(labels), point, reach)
    pixels = applyLabels(segmentation, browser, change.labels, saveState)
    return Click(pixels, *_classes(labels, change, point)) if pixels else NOTHING


def reassignBetween(
    segmentation: Any, browser: Any, start: Point, end: Point, saveState: Callable[[], Any]
) -> Click:
    """Give the vessel between two places to the class that the first one does not have.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        start: Row and column of the first place, whole.
        end: Row and column of the last place, whole.
        saveState: Saves the state for undo.

    Raises:
        SceneError: See `applyLabels`.
    """
    labels = labelsOf(segmentation, browser)
    change = reassigned_between(labels, start, end)
    pixels = applyLabels(segmentation, browser, change.labels, saveState)
    return Click(pixels, *_classes(labels, change, start)) if pixels else NOTHING


def eraseAt(
    segmentation: Any,
    browser: Any,
    point: Point,
    saveState: Callable[[], Any],
    *,
    beyond: bool = False,
) -> Click:
    """Take the clicked piece of vessel away, and tell when contrast medium arrived in it.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        point: Row and column of the click, whole.
        saveState: Saves the state for undo.
        beyond: From the click on, with all that blood reaches through it: the vessel ends here.

    Raises:
        SceneError: See `applyLabels`.
    """
    labels = labelsOf(segmentation, browser)
    change = erased(labels, split(labels), point, "beyond" if beyond else "piece")
    return takeAway(segmentation, browser, labels, change, point, saveState)


def takeAway(
    segmentation: Any,
    browser: Any,
    labels: Labels,
    change: Change,
    point: Point,
    saveState: Callable[[], Any],
) -> Click:
    """Do what an eraser would do, and tell what it was.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        labels: uint8 (H, W), of the segments as they are.
        change: What goes.
        point: Row and column of the click, whole.
        saveState: Saves the state for undo.

    Raises:
        SceneError: See `applyLabels`.
    """
    pixels = applyLabels(segmentation, browser, change.labels, saveState)
    if not pixels:
        return NOTHING
    old, _ = _classes(labels, change, point)
    return Click(pixels, old, "", *_arrival(browser, change))


def _classes(labels: Labels, change: Change, point: Point) -> tuple[str, str]:
    at = clicked(labels, point)
    if at is None:
        return "", ""
    return NAMES.get(int(labels[at]), ""), NAMES.get(int(change.labels[at]), "")


def _arrival(browser: Any, change: Change) -> tuple[float | None, bool]:
    prepared = preparedOf(browser)
    if prepared is None or not change.mask.any():
        return None, False
    arrival = arrival_time(prepared.frames, prepared.times, change.mask)
    if arrival is None:
        return None, False
    return arrival, bool(arrival > prepared.times[prepared.arterial_window[1]])
