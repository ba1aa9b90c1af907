"""Flow maps over a run: a volume, its colours from early to late, and a legend in seconds."""

from typing import Any

import numpy as np
import slicer

from dsanet.errors import MeasureError
from dsanet.measure.flow.maps import QUANTITIES
from dsanet.measure.report.colours import QUANTILES, colours_of
from DSASegmentationLib.measuring.measured import Measured
from DSASegmentationLib.nodes import referenceOf, setFact, setReference
from DSASegmentationLib.runs import FLOW_MAP, OWNER, putVolume
from DSASegmentationLib.visibility import showFlowMap

COLOURS = 256
LEAST_RANGE = 1e-3
"""Between the first colour and the last, as in `dsanet.measure.report.colours`."""


def withheld(measured: Measured, key: str) -> str:
    """Say why a map may not be shown; empty if it may.

    Args:
        measured: The run's measurements.
        key: Of `dsanet.measure.flow.maps.QUANTITIES`.
    """
    flow = measured.values.flow
    if flow is None:
        about = (text for text in measured.values.warnings if "flow" in text.lower())
        return next(about, "no flow was measured").rstrip(".")
    one = flow.maps[key]
    return "" if one.valid else one.reason


def showMap(measured: Measured, key: str) -> Any:
    """Lay a flow map over a run, with a legend; an earlier one is replaced.

    Args:
        measured: The run's measurements.
        key: Of `dsanet.measure.flow.maps.QUANTITIES`.

    Returns:
        The vtkMRMLScalarVolumeNode, transparent beside the vessels.

    Raises:
        MeasureError: The map is withheld; the message says why.
    """
    reason, flow = withheld(measured, key), measured.values.flow
    if reason or flow is None:
        msg = f"{QUANTITIES[key].title} is not shown: {reason}"
        raise MeasureError(msg)
    image = flow.maps[key].image(flow.curves, measured.values.owners)
    known = np.isfinite(image)
    values = image[known]
    beside = float(np.floor(values.min())) - 1
    volume = putVolume(measured.run, FLOW_MAP, np.where(known, image, np.float32(beside)))
    setFact(volume, "Shows", f"{titleOf(key)}; {beside:g} beside the vessels")
    low, high = (float(value) for value in np.quantile(values, QUANTILES))
    _colour(measured.run, volume, (low, max(high, low + LEAST_RANGE)), beside + 0.5)
    _legend(volume, titleOf(key))
    showFlowMap(measured.run, True)
    return volume


def hideMap(browser: Any) -> None:
    """Take the flow map away from a run."""
    showFlowMap(browser, False)


def titleOf(key: str) -> str:
    """Say what a map shows, with its unit."""
    quantity = QUANTITIES[key]
    unit = "seconds" if quantity.unit == "s" else quantity.unit
    return f"{quantity.title}, {unit}"


def _colour(browser: Any, volume: Any, ends: tuple[float, float], least: float) -> None:
    volume.CreateDefaultDisplayNodes()
    display = volume.GetDisplayNode()
    display.SetAndObserveColorNodeID(_colours(browser).GetID())
    display.SetInterpolate(False)
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(*ends)
    display.SetAutoThreshold(False)
    display.SetThreshold(least, float(np.finfo(np.float32).max))
    display.SetApplyThreshold(True)


def _colours(browser: Any) -> Any:
    """The run's colour table: red is early, blue late."""
    role = "FlowColours"
    node = referenceOf(browser, role)
    if node is None:
        name = f"{browser.GetName()} flow colours"
        node = browser.GetScene().AddNewNodeByClass("vtkMRMLColorTableNode", name)
        setReference(node, OWNER, browser)
        setReference(browser, role, node)
        node.SetTypeToUser()
        node.SetNumberOfColors(COLOURS)
        for nth, colour in enumerate(colours_of(np.linspace(0, 1, COLOURS)).tolist()):
            node.SetColor(nth, *(channel / 255 for channel in colour), 1.0)
        node.SetNamesFromColors()
    return node


def _legend(volume: Any, title: str) -> None:
    """Add or name the volume's colour legend.

    Source: Slicer 5.10 `Modules/Loadable/Colors/Logic/vtkSlicerColorLogic.h`.
    """
    legend = slicer.vtkSlicerColorLogic.AddDefaultColorLegendDisplayNode(volume)
    legend.SetTitleText(title)
    legend.SetLabelFormat("%.2f")
    legend.SetVisibility(True)
