"""What the panel says below the curve: what distances mean, and what a user should know."""

from typing import Any

from slicer.i18n import tr as _

from DSASegmentationLib.nodes import factOf
from DSASegmentationLib.runs import spacingOf
from DSASegmentationLib.segments import segmentationOf, warningsOf


def notesOf(browser: Any) -> list[str]:
    """Give sentences about a run.

    Args:
        browser: A run's browser node, or None.

    Returns:
        What to do first, if there is no run. Else the warnings of its segmentation, or those of
        its preparation before it is segmented, and what distances in it are distances of.
    """
    if browser is None:
        return [_("Load a DSA run, or drop its files on the list.")]
    segmentation = segmentationOf(browser)
    prepared = factOf(browser, "Prepared") or {}
    warnings = prepared.get("warnings", ()) if segmentation is None else warningsOf(segmentation)
    none = segmentation is not None and factOf(segmentation, "NoMAT")
    without = [_("No MAT was found in this run.")] if none else []
    return [*without, *warnings, spacingText(browser)]


def spacingText(browser: Any) -> str:
    """Say what a pixel measures and who says so; no millimetres without a source."""
    spacing = spacingOf(browser)
    if spacing is None:
        return _("No spacing is stated: distances are in pixels.")
    meanings = {
        "detector": _("on the detector, not in the patient"),
        "object by magnification": _("in the patient, by the stated magnification"),
        "calibrated": _("calibrated"),
    }
    return _("A pixel is {rows:.3g} x {columns:.3g} mm {meaning}: {source}.").format(
        rows=spacing.row_mm,
        columns=spacing.column_mm,
        meaning=meanings[spacing.meaning],
        source=spacing.source,
    )
