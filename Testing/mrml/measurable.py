"""A drawn run to measure: a trunk from below with a stenosis, a branch to the right, in a scene."""

from dataclasses import replace
from typing import Any

import numpy as np

from dsanet.io import DSARun, RunFacts, Spacing
from dsanet.labels import BV, MAT
from dsanet.prepare import PreparedRun

from .conftest import make_prediction

OBLONG = Spacing(row_mm=0.5, column_mm=0.25, meaning="detector", source="(0018,1164)")
ROWS, COLUMNS, FRAMES = 140, 110, 10
TRUNK_COLUMN, TRUNK_PX, LESION_ROW = 48.0, 12.0, 84.0
BRANCH_ROW, BRANCH_PX = 50.0, 6.0
BACKGROUND, CONTRAST = 200.0, 6.0
FACTS = RunFacts(viewing_mode="SUB", times_stated=True, intensity_relationship="LOG")


def draw(
    percent: float = 60.0, frames: int = FRAMES, timed: bool = True, **changes: Any
) -> tuple[DSARun, PreparedRun, np.ndarray]:
    """A run, prepared, and its labels; contrast comes from below at 200 px a second."""
    row, column = np.mgrid[:ROWS, :COLUMNS].astype(float)
    narrow = 0.5 * (1 + np.cos(np.pi * np.clip((row - LESION_ROW) / 12, -1, 1)))
    width = TRUNK_PX * (1 - percent / 100 * narrow)
    trunk = np.where(row >= 20, _chord(column - TRUNK_COLUMN, width), 0)
    branch = np.where(column >= TRUNK_COLUMN, _chord(row - BRANCH_ROW, BRANCH_PX), 0)
    way = np.where(trunk > 0, ROWS - row, ROWS - BRANCH_ROW + column - TRUNK_COLUMN)
    depth, delay = CONTRAST * np.maximum(trunk, branch), 0.8 + way / 200
    times = np.arange(frames) * 0.25
    noise = np.random.default_rng(3).normal(0, 1, (frames, ROWS, COLUMNS))
    stack = np.stack([BACKGROUND - depth * _gamma(time - delay) for time in times])
    stack = (stack + noise).astype(np.float32)
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[(np.abs(row - BRANCH_ROW) < BRANCH_PX / 2) & (column >= TRUNK_COLUMN)] = BV
    labels[(np.abs(column - TRUNK_COLUMN) < width / 2) & (row >= 20)] = MAT
    run = DSARun(
        pixels=np.round(stack).astype(np.uint16),
        times=times,
        spacing=changes.pop("spacing", None),
        facts=replace(FACTS, times_stated=timed),
        name="Doe^Jane 1970",
    )
    first = min(4, frames - 1)
    prepared = PreparedRun(
        frames=stack,
        times=times,
        field=np.ones((ROWS, COLUMNS), np.bool_),
        arterial_window=(first, frames - 1),
        minip=stack[first:].min(axis=0),
        center=BACKGROUND,
        scale=CONTRAST * TRUNK_PX,
        subtraction="as stored",
        warnings=(),
    )
    return run, prepared, labels


def put(scene: Any, labels: np.ndarray | None = None, **options: Any) -> tuple[Any, Any]:
    """Put a drawn run into a scene: its browser node and its segmentation node."""
    from DSASegmentationLib.prepared import addPrepared
    from DSASegmentationLib.runs import addRun
    from DSASegmentationLib.segments import addPrediction

    run, prepared, drawn = draw(**options)
    browser = addRun(scene, run)
    addPrepared(browser, prepared)
    found = drawn if labels is None else labels
    return browser, addPrediction(browser, make_prediction(run, found, prepared))


def place(node: Any, point: int, browser: Any) -> tuple[float, float]:
    """Row and column of a point of markups."""
    from DSASegmentationLib.measuring.places import placeOf

    return placeOf(browser, node.GetNthControlPointPosition(point))


def move(node: Any, point: int, browser: Any, row: float, column: float) -> None:
    """Put a point of markups to a row and column."""
    from DSASegmentationLib.measuring.places import rasOf

    node.SetNthControlPointPosition(point, rasOf(browser, (row, column)))


def cells(browser: Any, role: str, column: str) -> list[Any]:
    """A column of one of a run's tables."""
    from DSASegmentationLib.nodes import referenceOf

    table = referenceOf(browser, role).GetTable()
    found = table.GetColumnByName(column)
    return [found.GetValue(nth) for nth in range(table.GetNumberOfRows())]


KEPT: dict[Any, Any] = {}


def measured_once(patch: Any) -> None:
    """Have the same run and labels measured once for all tests; the values are the real ones.

    Args:
        patch: A pytest.MonkeyPatch.
    """
    from DSASegmentationLib.measuring import measured

    real = measured.measure

    def measure(prepared: PreparedRun, labels: np.ndarray, **given: Any) -> Any:
        key = prepared.frames.tobytes(), prepared.arterial_window, labels.tobytes(), repr(given)
        if key not in KEPT:
            KEPT[key] = real(prepared, labels, **given)
        return KEPT[key]

    patch.setattr(measured, "measure", measure)


def _gamma(seconds: np.ndarray) -> np.ndarray:
    share = np.maximum(seconds / 0.6, 0)
    return share**3 * np.exp(3 * (1 - share))


def _chord(distance: np.ndarray, diameter: np.ndarray | float) -> np.ndarray:
    """Path through a round vessel, averaged over a blur."""
    steps = np.linspace(-0.9, 0.9, 13)
    half = (np.asarray(diameter) / 2) ** 2
    return 2 * np.mean([np.sqrt(np.maximum(half - (distance + s) ** 2, 0)) for s in steps], axis=0)
