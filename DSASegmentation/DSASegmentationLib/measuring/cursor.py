"""A markup that slides along a vessel, in step with the plot of its diameter."""

from typing import Any

import numpy as np

from dsanet.measure import Scale
from dsanet.measure.lines.paths import Path
from DSASegmentationLib.measuring.places import alongOf, placeAlong, placeOf, rasOf
from DSASegmentationLib.nodes import referenceOf, setReference
from DSASegmentationLib.runs import OWNER

CURSOR = "Cursor"
COLOUR = (1.0, 0.85, 0.2)


def putCursor(browser: Any, path: Path, along: float, scale: Scale | None = None) -> Any:
    """Put the cursor to a place along a path; it is made if missing.

    Args:
        browser: The run's browser node.
        path: A path of its measurements.
        along: Pixels from the path's begin.
        scale: For millimetres in its label; None for none.

    Returns:
        The vtkMRMLMarkupsFiducialNode.
    """
    node = cursorNodeOf(browser) or _made(browser)
    node.SetNthControlPointPosition(0, rasOf(browser, placeAlong(path, along)))
    node.SetNthControlPointLabel(0, diameterText(path, along, scale))
    return node


def cursorNodeOf(browser: Any) -> Any:
    """Give the cursor's vtkMRMLMarkupsFiducialNode, or None."""
    return referenceOf(browser, CURSOR)


def cursorOf(browser: Any, path: Path) -> float | None:
    """Give where along a path the cursor is, also where the user dragged it off; None if none."""
    node = cursorNodeOf(browser)
    if node is None or node.GetNumberOfControlPoints() == 0:
        return None
    return alongOf(path, placeOf(browser, node.GetNthControlPointPosition(0)))


def diameterText(path: Path, along: float, scale: Scale | None) -> str:
    """Tell the diameter at a place with its error, in mm too where a scale is known."""
    nearest = int(np.argmin(np.abs(path.along - along)))
    if not path.counts[nearest]:
        return "-"
    diameter, error = path.diameter_px[nearest], path.error_px[nearest]
    pixels = f"{diameter:.1f} ± {error:.1f} px"
    return pixels if scale is None else f"{pixels}, {diameter * scale.mm_per_px:.2f} mm"


def _made(browser: Any) -> Any:
    name = f"{browser.GetName()} diameter"
    node = browser.GetScene().AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    setReference(node, OWNER, browser)
    setReference(browser, CURSOR, node)
    node.AddControlPoint(0.0, 0.0, 0.0)
    node.SetFixedNumberOfControlPoints(True)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetSelectedColor(*COLOUR)
    display.SetTextScale(2.5)
    return node
