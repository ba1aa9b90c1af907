"""The vessel trace: clicks along a vessel become a line of its local width."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.edit import Tracer, painted
from dsanet.labels import BACKGROUND, CLASSES
from DSASegmentationLib.correcting.applying import applyLabels
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import imageOf, referenceOf
from DSASegmentationLib.prepared import arterialWindowOf
from DSASegmentationLib.probabilities import probabilitiesOf
from DSASegmentationLib.runs import FIELD, minipOf
from DSASegmentationLib.segments import labelsOf

Path = NDArray[np.int64]
Point = tuple[int, int]
VALUES = {entry.name: entry.value for entry in CLASSES}


class VesselTrace:
    """One trace on the MinIP of a run, from the first click to the last.

    Attributes:
        browser: The run's browser node.
        clicks: How many points were set.
    """

    def __init__(self, browser: Any) -> None:
        """Find out what looks like a vessel; takes less than a second for 1024 x 1024 pixels.

        Args:
            browser: A run's browser node; the run is prepared.

        Raises:
            SceneError: It is not prepared: in a stored picture vessels may be bright.
        """
        minip, field = minipOf(browser), referenceOf(browser, FIELD)
        if arterialWindowOf(browser) is None or minip is None or field is None:
            msg = f"{browser.GetName()} is not prepared, so there is no MinIP to trace on; wait"
            raise SceneError(msg)
        self.browser, self.clicks = browser, 0
        self._seen = minip.GetImageData().GetMTime()
        chances = probabilitiesOf(browser)
        self._tracer = Tracer(
            imageOf(minip).astype(np.float32),
            imageOf(field).astype(np.bool_),
            None if chances is None else 1 - chances[BACKGROUND],
        )
        self._fixed: list[Path] = []

    def fits(self, browser: Any) -> bool:
        """Whether this is a trace on the MinIP that a run has now."""
        minip = minipOf(browser)
        same = browser is self.browser and minip is not None
        return bool(same and minip.GetImageData().GetMTime() == self._seen)

    def click(self, point: Point) -> None:
        """Set a point; the line up to it stays as it is from now on.

        Args:
            point: Row and column.
        """
        if self.clicks:
            self._fixed.append(self._tracer.path(point))
        self._tracer.start(point)
        self._start = point
        self.clicks += 1

    def path(self, mouse: Point | None = None) -> Path:
        """Give the line so far, on to the mouse if it is given.

        Args:
            mouse: Row and column.

        Returns:
            int64 (N, 2), rows and columns; none before the first click.
        """
        if not self.clicks:
            return np.empty((0, 2), np.int64)
        parts = [*self._fixed, self._tracer.path(self._start if mouse is None else mouse)]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    def clear(self) -> None:
        """Forget all points; what looks like a vessel is still known."""
        self.clicks, self._fixed = 0, []

    def paint(self, segmentation: Any, segment: str, saveState: Callable[[], Any]) -> int:
        """Paint the line with the vessel's local width, over whatever lies there, and clear it.

        Args:
            segmentation: A vtkMRMLSegmentationNode of the run.
            segment: ID of the segment that gets the line, `BV` or `MAT`.
            saveState: Saves the state for undo.

        Returns:
            Number of pixels that changed.

        Raises:
            SceneError: The segment is neither; or see `applyLabels`.
        """
        path = self.path()
        value = _valueOf(segment)
        if not len(path):
            return 0
        line = self._tracer.line(path)
        labels = labelsOf(segmentation, self.browser)
        traced = painted(labels, line.points, line.widths, value)
        self.clear()
        return applyLabels(segmentation, self.browser, traced, saveState)

    def twig(
        self, segmentation: Any, segment: str, tip: Point, saveState: Callable[[], Any]
    ) -> int:
        """Paint a twig from its tip to the vessel that it comes from; the other class stays.

        Args:
            segmentation: A vtkMRMLSegmentationNode of the run.
            segment: ID of the segment that gets the twig, `BV` or `MAT`.
            tip: Row and column.
            saveState: Saves the state for undo.

        Returns:
            Number of pixels that changed.

        Raises:
            SceneError: The segment is neither, or there is no vessel yet; or see `applyLabels`.
        """
        value, labels = _valueOf(segment), labelsOf(segmentation, self.browser)
        if not labels.any():
            msg = "a twig comes from a vessel, and none is labelled yet; trace one first"
            raise SceneError(msg)
        self.clear()
        self._tracer.start_at_vessels(labels != BACKGROUND)
        line = self._tracer.line(self._tracer.path(tip))
        others = set(VALUES.values()) - {value}
        traced = painted(labels, line.points, line.widths, value, others)
        return applyLabels(segmentation, self.browser, traced, saveState)


def _valueOf(segment: str) -> int:
    """The label value of a segment.

    Raises:
        SceneError: It is neither BV nor MAT.
    """
    if segment not in VALUES:
        msg = "vessels are traced into the segments BV and MAT; select one of them"
        raise SceneError(msg)
    return VALUES[segment]
