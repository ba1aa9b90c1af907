"""One drag of a circle, in which what the model thinks of the clicked place decides."""

from collections.abc import Callable
from typing import Any

from dsanet.edit import Reading, levelled, split, with_fewer, with_more
from DSASegmentationLib.correcting.applying import applyLabels
from DSASegmentationLib.correcting.clicking import Click, Point, takeAway
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.probabilities import probabilitiesOf
from DSASegmentationLib.segments import labelsOf


def addClearer(
    segmentation: Any, browser: Any, point: Point, radius: float, saveState: Callable[[], Any]
) -> int:
    """Take the missed vessel at a point, and all in a circle that the model saw as clearly.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        point: Row and column of the circle's middle, whole.
        radius: Of the circle, in pixels.
        saveState: Saves the state for undo.

    Returns:
        Number of pixels that changed, each into the class that is more probable.

    Raises:
        SceneError: The model has not read this run; or see `applyLabels`.
    """
    change = with_more(labelsOf(segmentation, browser), _reading(browser), point, radius)
    return applyLabels(segmentation, browser, change.labels, saveState)


def eraseFainter(
    segmentation: Any, browser: Any, point: Point, radius: float, saveState: Callable[[], Any]
) -> Click:
    """Take the piece at a point away, and all in a circle that the model doubts as much or more.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        point: Row and column of the circle's middle, whole.
        radius: Of the circle, in pixels.
        saveState: Saves the state for undo.

    Raises:
        SceneError: The model has not read this run; or see `applyLabels`.
    """
    labels = labelsOf(segmentation, browser)
    change = with_fewer(labels, split(labels), _reading(browser), point, radius)
    return takeAway(segmentation, browser, labels, change, point, saveState)


def levelAt(
    segmentation: Any, browser: Any, point: Point, radius: float, saveState: Callable[[], Any]
) -> int:
    """Move outlines in a circle to where the model is as sure as at its middle.

    Args:
        segmentation: A vtkMRMLSegmentationNode of the run.
        browser: The run's browser node.
        point: Row and column of the circle's middle, whole: beside vessels for more of them, on
            one for less.
        radius: Of the circle, in pixels.
        saveState: Saves the state for undo.

    Returns:
        Number of pixels that changed.

    Raises:
        SceneError: The model has not read this run; or see `applyLabels`.
    """
    change = levelled(labelsOf(segmentation, browser), _reading(browser), point, radius)
    return applyLabels(segmentation, browser, change.labels, saveState)


def _reading(browser: Any) -> Reading:
    chances = probabilitiesOf(browser)
    if chances is None:
        msg = f"the model has not read {browser.GetName()}; segment it, or click vessels one by one"
        raise SceneError(msg)
    return Reading.of(chances)
