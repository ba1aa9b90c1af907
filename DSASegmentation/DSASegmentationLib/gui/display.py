"""How a run and its segments look: opacity, outline, grey values inverted."""

from typing import Any

from DSASegmentationLib.nodes import factOf, referenceOf, setFact
from DSASegmentationLib.prepared import arterialWindowOf
from DSASegmentationLib.runs import MINIP, NATIVE, SUBTRACTED, segmentationsOf

GREYS = ("vtkMRMLColorTableNodeGrey", "vtkMRMLColorTableNodeInvertedGrey")


def setLook(browser: Any, opacity: float, outlineOnly: bool) -> None:
    """Set how the segments of a run look.

    Args:
        browser: A run's browser node.
        opacity: Of the fill, 0 to 1.
        outlineOnly: Whether nothing is filled.
    """
    for segmentation in segmentationsOf(browser):
        segmentation.CreateDefaultDisplayNodes()
        display = segmentation.GetDisplayNode()
        display.SetOpacity2DFill(opacity)
        display.SetVisibility2DFill(not outlineOnly)


def isInverted(browser: Any) -> bool:
    """Whether the user has exchanged black and white."""
    return bool(factOf(browser, "Inverted"))


def setInverted(browser: Any, inverted: bool) -> None:
    """Exchange black and white in all images of a run, or show them as they are meant."""
    setFact(browser, "Inverted", inverted or None)
    applyInverted(browser)


def applyInverted(browser: Any) -> None:
    """Show black and white as chosen, also in images that have come since."""
    for role in (NATIVE, SUBTRACTED, MINIP):
        node = referenceOf(browser, role)
        volume = node if role == MINIP else node and browser.GetProxyNode(node)
        if volume is not None and volume.GetDisplayNode() is not None:
            grey = GREYS[isInverted(browser) != _meansInverted(browser, role)]
            volume.GetDisplayNode().SetAndObserveColorNodeID(grey)


def _meansInverted(browser: Any, role: str) -> bool:
    """Whether an image has its lowest values white: the stored ones of MONOCHROME1."""
    stored = role == NATIVE or (role == MINIP and arterialWindowOf(browser) is None)
    photometric = (factOf(browser, "Facts") or {}).get("photometric")
    return bool(stored and photometric == "MONOCHROME1")
