"""The calibration of a run by a catheter of known size, from a line drawn across it."""

import math
from dataclasses import asdict
from typing import Any

from dsanet.errors import MeasureError
from dsanet.measure import Scale, catheter_scale, stated_scale
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.measuring.places import placeOf
from DSASegmentationLib.nodes import factOf, referenceOf, setFact, setReference
from DSASegmentationLib.runs import OWNER, spacingOf

LINE = "CatheterLine"
CLICKS_ERROR_PX = 0.7
"""Standard deviation of a width between two clicks, each half a pixel off; as `catheter_scale`."""


def calibrationOf(browser: Any) -> Scale | None:
    """Give the scale that the user found with a catheter, or None.

    Raises:
        SceneError: What the scene keeps of it is damaged.
    """
    values = factOf(browser, "Calibration")
    if values is None:
        return None
    try:
        return Scale(**values)
    except (TypeError, MeasureError) as error:
        msg = f"the calibration of {browser.GetName()} is damaged; calibrate it again"
        raise SceneError(msg) from error


def scaleOf(browser: Any) -> tuple[Scale | None, str]:
    """Give a run's scale, by catheter before that of the input; or None and why there is none."""
    found = calibrationOf(browser)
    return (found, "") if found is not None else stated_scale(spacingOf(browser))


def addCatheterLine(browser: Any) -> Any:
    """Add a line without points, to be drawn across a catheter; an earlier one is removed.

    Args:
        browser: The run's browser node.

    Returns:
        The vtkMRMLMarkupsLineNode. It tells no length, for Slicer would call pixels mm.
    """
    forgetCalibration(browser)
    name = f"{browser.GetName()} catheter"
    line = browser.GetScene().AddNewNodeByClass("vtkMRMLMarkupsLineNode", name)
    setReference(line, OWNER, browser)
    setReference(browser, LINE, line)
    line.CreateDefaultDisplayNodes()
    line.GetMeasurement("length").SetEnabled(False)
    line.GetDisplayNode().SetPropertiesLabelVisibility(False)
    return line


def catheterLineOf(browser: Any) -> Any:
    """Give the line across the catheter, or None."""
    return referenceOf(browser, LINE)


def catheterWidth(browser: Any) -> float | None:
    """Give the length of the line across the catheter in pixels, None before both clicks."""
    line = catheterLineOf(browser)
    if line is None or line.GetNumberOfDefinedControlPoints() < 2:
        return None
    ends = [placeOf(browser, line.GetNthControlPointPosition(nth)) for nth in (0, 1)]
    return math.dist(*ends)


def calibrate(browser: Any, french: float) -> Scale | None:
    """Calibrate a run by the line across a catheter.

    Args:
        browser: The run's browser node.
        french: The catheter's size in French; 0 where it is not known.

    Returns:
        The scale, which the run keeps; None, and no calibration, before line and size are known.
    """
    width = catheterWidth(browser)
    known = bool(width) and french > 0
    scale = catheter_scale(width, CLICKS_ERROR_PX, french) if known and width else None
    setFact(browser, "Calibration", asdict(scale) if scale else None)
    setFact(browser, "French", french)
    return scale


def frenchOf(browser: Any) -> float:
    """Give the size of the catheter in French that was stated for a run, 0 if none was."""
    return float(factOf(browser, "French") or 0)


def forgetCalibration(browser: Any) -> None:
    """Remove line and calibration."""
    line = catheterLineOf(browser)
    if line is not None:
        browser.GetScene().RemoveNode(line)
    setReference(browser, LINE, None)
    setFact(browser, "Calibration", None)
