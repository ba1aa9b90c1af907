"""How far a reader is with the runs of a scene."""

from typing import Any

from DSASegmentationLib.runs import runs
from DSASegmentationLib.segments import segmentationOf, setStatus, statusOf

UNTOUCHED, BEGUN, ACCEPTED = "not started", "in progress", "accepted"
OPEN = (UNTOUCHED, BEGUN)
"""Of `dsanet.cases.STATUSES`: what is still to be done."""


def begin(segmentation: Any) -> None:
    """Note that a reader has edited a segmentation."""
    if statusOf(segmentation) == UNTOUCHED:
        setStatus(segmentation, BEGUN)


def accept(browser: Any) -> Any:
    """Note that the segments of a run are right as they are.

    Args:
        browser: A run's browser node with a segmentation.

    Returns:
        The next run with segments that nobody has accepted or set aside yet, else None.
    """
    setStatus(segmentationOf(browser), ACCEPTED)
    present = runs(browser.GetScene())
    at = present.index(browser)
    following = (*present[at + 1 :], *present[:at])
    return next((run for run in following if _isOpen(run)), None)


def _isOpen(browser: Any) -> bool:
    segmentation = segmentationOf(browser)
    return segmentation is not None and statusOf(segmentation) in OPEN
