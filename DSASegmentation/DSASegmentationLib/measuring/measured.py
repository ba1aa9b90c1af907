"""A run of the scene, measured."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io import RunFacts, Spacing
from dsanet.measure import Lesion, Measurements, Scale, measure
from dsanet.measure.lines.paths import Path
from dsanet.prepare import PreparedRun
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.facts import factsFromJson
from DSASegmentationLib.measuring.calibration import calibrationOf, scaleOf
from DSASegmentationLib.nodes import factOf
from DSASegmentationLib.prepared import arterialWindowOf, preparedOf
from DSASegmentationLib.runs import isRun, spacingOf
from DSASegmentationLib.segments import labelsOf, segmentationOf


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured in a run, and of what.

    Attributes:
        run: The run's browser node.
        segmentation: The vtkMRMLSegmentationNode.
        labels: uint8 (H, W), the segments as they were measured.
        window: The arterial window then.
        values: The measurements; lesions that the user moved are graded anew.
    """

    run: Any
    segmentation: Any
    labels: NDArray[np.uint8]
    window: tuple[int, int]
    values: Measurements

    def path(self, name: str) -> Path | None:
        """Give a path by its name."""
        return next((path for path in self.values.paths if path.name == name), None)

    def withLesion(self, number: int, lesion: Lesion) -> "Measured":
        """Replace one lesion, from 0; the number after the last one adds it."""
        lesions = (*self.values.lesions[:number], lesion, *self.values.lesions[number + 1 :])
        return replace(self, values=replace(self.values, lesions=lesions))

    def calibrated(self) -> "Measured":
        """Take over the run's calibration as it is now; nothing is measured anew."""
        scale, reason = scaleOf(self.run)
        return replace(self, values=replace(self.values, scale=scale, no_scale=reason))


@dataclass(frozen=True, eq=False)
class Measurable:
    """What is needed of a run and its segments to measure them, copied out of the scene.

    Attributes:
        run: The run's browser node.
        segmentation: The vtkMRMLSegmentationNode.
        prepared: The prepared run.
        labels: uint8 (H, W), the segments.
        facts: Of the run.
        spacing: Of the run, None where none is stated.
        scale: The user's calibration, None where there is none.
    """

    run: Any
    segmentation: Any
    prepared: PreparedRun
    labels: NDArray[np.uint8]
    facts: RunFacts
    spacing: Spacing | None
    scale: Scale | None

    def values(self) -> Measurements:
        """Measure; it touches no node, so that a thread may do it.

        Raises:
            MeasureError: The segments cannot be measured.
        """
        return measure(
            self.prepared, self.labels, facts=self.facts, spacing=self.spacing, scale=self.scale
        )

    def measured(self, values: Measurements) -> Measured:
        """Put measurements together with what was measured."""
        window = self.prepared.arterial_window
        return Measured(self.run, self.segmentation, self.labels, window, values)


def measurable(browser: Any, segmentation: Any = None) -> Measurable:
    """Take out of the scene what is measured; the scene is not changed.

    Args:
        browser: The run's browser node, prepared.
        segmentation: A vtkMRMLSegmentationNode; None is the run's own.

    Raises:
        SceneError: The node is no run, is not prepared, or has no segments.
    """
    chosen = segmentation if segmentation is not None else _segments(browser)
    return Measurable(
        run=browser,
        segmentation=chosen,
        prepared=preparedOrRefused(browser),
        labels=labelsOf(chosen, browser),
        facts=factsFromJson(factOf(browser, "Facts") or {}),
        spacing=spacingOf(browser),
        scale=calibrationOf(browser),
    )


def measureRun(browser: Any, segmentation: Any = None) -> Measured:
    """Measure a run in the scene and wait for it; the scene is not changed.

    Args:
        browser: As for `measurable`.
        segmentation: As for `measurable`.

    Raises:
        SceneError: As `measurable`.
        MeasureError: The segments cannot be measured.
    """
    found = measurable(browser, segmentation)
    return found.measured(found.values())


def preparedOrRefused(browser: Any) -> PreparedRun:
    """Give the prepared run.

    Raises:
        SceneError: There is none.
    """
    prepared = preparedOf(browser)
    if prepared is None:
        msg = f"{browser.GetName()} is not prepared; prepare or segment it before it is measured"
        raise SceneError(msg)
    return prepared


def staleness(measured: Measured) -> str:
    """Say what has changed since a run was measured; empty if nothing has."""
    if measured.segmentation.GetScene() is None or not isRun(measured.run):
        return "the segments were removed"
    if arterialWindowOf(measured.run) != measured.window:
        return "the arterial phase was moved"
    if not np.array_equal(labelsOf(measured.segmentation, measured.run), measured.labels):
        return "the segments were edited"
    return ""


def _segments(browser: Any) -> Any:
    if not isRun(browser):
        msg = f"{browser.GetName() if browser is not None else 'nothing'} is no run; choose a run"
        raise SceneError(msg)
    found = segmentationOf(browser)
    if found is None:
        msg = f"{browser.GetName()} has no segments to measure; segment it first"
        raise SceneError(msg)
    return found
