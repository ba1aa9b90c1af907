"""Measurements in the scene: measured, shown as markups, tables and maps, moved by hand, written.

| what | where |
| --- | --- |
| lesions, vessels, curves of the classes | tables that the run refers to, see `tables` |
| smallest diameter and references of a lesion | a list of markups each, see `lesions` |
| a place along a vessel | one markup, see `cursor` |
| a flow map | a volume with its own colours and legend, see `maps` |
| the calibration by a catheter | attribute `Calibration` of the run, see `calibration` |

All of them are removed with their run.
"""

from DSASegmentationLib.measuring.measured import (
    Measurable,
    Measured,
    measurable,
    measureRun,
    staleness,
)
from DSASegmentationLib.measuring.results import showingMeasured, showMeasured

__all__ = [
    "Measurable",
    "Measured",
    "measurable",
    "measureRun",
    "showMeasured",
    "showingMeasured",
    "staleness",
]
