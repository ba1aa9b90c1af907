"""All that was measured in a run, put into the scene; what was there from before goes."""

from collections.abc import Iterator
from typing import Any

from dsanet.measure.lines.paths import Path
from DSASegmentationLib.measuring.calibration import catheterLineOf
from DSASegmentationLib.measuring.cursor import putCursor
from DSASegmentationLib.measuring.lesions import addMarker
from DSASegmentationLib.measuring.maps import hideMap
from DSASegmentationLib.measuring.measured import Measured
from DSASegmentationLib.measuring.tables import putTables
from DSASegmentationLib.nodes import removeNode
from DSASegmentationLib.runs import ownedBy
from DSASegmentationLib.visibility import refresh


def showMeasured(measured: Measured) -> None:
    """Show measurements in the scene: tables, markups of the lesions, a cursor on the trunk.

    Those of an earlier measurement of the run are replaced and its flow map is taken away.

    Args:
        measured: The run's measurements.
    """
    for _ in showingMeasured(measured):
        pass


def showingMeasured(measured: Measured) -> Iterator[None]:
    """Do what `showMeasured` does in short steps, for a host that must not wait.

    Yields:
        Nothing, after each step.
    """
    clearMarkers(measured.run)
    hideMap(measured.run)
    yield
    putTables(measured)
    for number in range(len(measured.values.lesions)):
        yield
        addMarker(measured, number)
    trunk = measured.values.trunk
    if trunk is not None:
        putCursor(measured.run, trunk, _free(measured, trunk), measured.values.scale)
    yield
    refresh(measured.run.GetScene())


def _free(measured: Measured, trunk: Path) -> float:
    """The quarter of the trunk that is farthest from its lesions, for a cursor that hides none."""
    taken = [one.at_px for one in measured.values.lesions if one.path == trunk.name]
    quarters = [share * float(trunk.along[-1]) for share in (0.5, 0.25, 0.75)]
    return max(quarters, key=lambda at: min((abs(at - one) for one in taken), default=0.0))


def clearMarkers(browser: Any) -> None:
    """Remove the markups of an earlier measurement; the line across the catheter stays."""
    for node in ownedBy(browser):
        if node.IsA("vtkMRMLMarkupsNode") and node is not catheterLineOf(browser):
            removeNode(browser.GetScene(), node)
