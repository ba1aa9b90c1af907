"""Lesions as markups that the user may move: where it is narrowest, and where its references lie.

| point | label | moved along the vessel it |
| --- | --- | --- |
| the smallest diameter | `1 NASCET 62 %` | grades that place |
| the reference beyond, distal | `1d` | takes that reference for NASCET |
| the reference before, proximal | `1p` | takes that reference for WASID |

A reference that was moved stays where it was put; one that was not follows the lesion. Where none
was found its point lies at the vessel's end, to be taken from there.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dsanet.measure import Lesion, lesion_at
from dsanet.measure.lines.paths import Path
from dsanet.measure.stenosis.lesions import Rule
from DSASegmentationLib.measuring.measured import Measured
from DSASegmentationLib.measuring.places import (
    Place,
    alongOf,
    placeAlong,
    placeOf,
    rasOf,
)
from DSASegmentationLib.nodes import factOf, setFact, setReference
from DSASegmentationLib.runs import OWNER, ownedBy

REFERENCES: tuple[Rule, ...] = ("NASCET", "WASID")
"""Of points 1 and 2 of a marker; point 0 is the smallest diameter."""

LABELS = ("d", "p")
"""Of points 1 and 2, after the number: short, for they lie close together."""

MOVED_PX = 0.01
"""Points nearer to where they were put were not moved."""

BEFORE_PX = 1e-6
"""A reference before a lesion lies at least so much before its narrowest place."""

COLOUR, REFERENCE_COLOUR = (0.95, 0.2, 0.15), (0.27, 0.51, 0.71)
"""The reference's is that of its line in the plot."""


def addMarker(measured: Measured, number: int) -> Any:
    """Add the markups of a lesion.

    Args:
        measured: The run's measurements.
        number: Of the lesion, from 0.

    Returns:
        The vtkMRMLMarkupsFiducialNode.
    """
    browser, lesion = measured.run, measured.values.lesions[number]
    name = f"{browser.GetName()} stenosis {number + 1}"
    node = browser.GetScene().AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    setReference(node, OWNER, browser)
    setFact(node, "Lesion", number)
    setFact(node, "References", {})
    for point in range(1 + len(REFERENCES)):
        node.AddControlPoint(0.0, 0.0, 0.0)
        node.SetNthControlPointSelected(point, point == 0)
    node.SetFixedNumberOfControlPoints(True)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetSelectedColor(*COLOUR)
    display.SetColor(*REFERENCE_COLOUR)
    display.SetTextScale(2.5)
    putMarker(node, measured, lesion)
    return node


def markersOf(browser: Any) -> dict[int, Any]:
    """Give the markups of a run's lesions by the lesions' numbers, from 0."""
    nodes = {factOf(node, "Lesion"): node for node in ownedBy(browser)}
    return {number: node for number, node in nodes.items() if number is not None}


def putMarker(node: Any, measured: Measured, lesion: Lesion, held: int | None = None) -> None:
    """Put the points of a marker where a lesion has them.

    Args:
        node: The lesion's markups.
        measured: The run's measurements.
        lesion: Graded.
        held: A point that a hand is holding, which stays.
    """
    number = factOf(node, "Lesion") + 1
    for point, place in enumerate(_places(measured, lesion)):
        if point != held:
            node.SetNthControlPointPosition(point, rasOf(measured.run, place))
        words = LABELS[point - 1] if point else f" {severityText(lesion)}"
        node.SetNthControlPointLabel(point, f"{number}{words}")


def movedPoint(node: Any, measured: Measured) -> int | None:
    """Give the point of a marker that is farthest from where it was put, None if none is away."""
    lesion = measured.values.lesions[factOf(node, "Lesion")]
    apart = {
        point: math.dist(_place(node, point, measured), place)
        for point, place in enumerate(_places(measured, lesion))
    }
    farthest = max(apart, key=lambda point: apart[point])
    return farthest if apart[farthest] > MOVED_PX else None


def gradedAnew(measured: Measured, node: Any, point: int) -> tuple[Measured, Lesion]:
    """Grade a lesion anew after one of its points was moved; nothing else is measured again.

    Args:
        measured: The run's measurements.
        node: The lesion's markups.
        point: Which point; its nearest place along the lesion's path counts.

    Returns:
        The measurements with that lesion, and the lesion.
    """
    number = factOf(node, "Lesion")
    lesion = measured.values.lesions[number]
    path = measured.path(lesion.path)
    assert path is not None
    along = alongOf(path, _place(node, point, measured))
    references = dict(factOf(node, "References") or {})
    if point:
        references[REFERENCES[point - 1]] = along
        setFact(node, "References", references)
    at = lesion.at_px if point else along
    again = graded(path, at, references)
    return measured.withLesion(number, again), again


def graded(path: Path, at: float, references: Mapping[Rule, float]) -> Lesion:
    """Grade a place of a path.

    Args:
        path: Of the measurements.
        at: Pixels along it.
        references: Where along it references are to be taken, by rule; others are found.

    Returns:
        The lesion; where no diameter counts, without percentages.

    Raises:
        MeasureError: Too few diameters of the path count.
    """
    at = float(path.along[int(np.argmin(np.abs(path.along - at)))])
    beside: dict[Rule, float] = {
        rule: max(place, at) if rule == "NASCET" else min(place, at - BEFORE_PX)
        for rule, place in references.items()
    }
    lesion = lesion_at(path, at, references=beside)
    if not math.isfinite(lesion.minimum_px):
        return lesion
    taken = {
        rule: replace(lesion.percents[rule], reference_at_px=place)
        for rule, place in beside.items()
    }
    return replace(lesion, percents={**lesion.percents, **taken})


def severityText(lesion: Lesion) -> str:
    """Tell how narrow a lesion is, by the first rule that can tell."""
    for rule, percent in lesion.percents.items():
        if percent.value is not None:
            return f"{rule} {percent.value:.0f} %"
    return "-"


def _places(measured: Measured, lesion: Lesion) -> list[Place]:
    """Where the points of a lesion lie."""
    path = measured.path(lesion.path)
    assert path is not None
    found = [lesion.percents[rule].reference_at_px for rule in REFERENCES]
    ends = (float(path.along[-1]), 0.0)
    places = [end if at is None else at for at, end in zip(found, ends, strict=True)]
    return [placeAlong(path, at) for at in (lesion.at_px, *places)]


def _place(node: Any, point: int, measured: Measured) -> Place:
    return placeOf(measured.run, node.GetNthControlPointPosition(point))
