"""Places of a run's picture in the scene and back, and along a path."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dsanet.measure.lines.paths import Path
from DSASegmentationLib.runs import spacingOf

Place = tuple[float, float]
"""Row and column, from the centre of the top left pixel."""


def rasOf(browser: Any, place: Place) -> list[float]:
    """Give where a place of the picture lies in the scene, RAS as in `nodes.ijkToRAS`.

    Args:
        browser: A run's browser node.
        place: Row and column.
    """
    row_mm, column_mm = _steps(browser)
    return [-place[1] * column_mm, -place[0] * row_mm, 0.0]


def placeOf(browser: Any, position: Sequence[float]) -> Place:
    """Give the row and column of a position in the scene.

    Args:
        browser: A run's browser node.
        position: RAS.
    """
    row_mm, column_mm = _steps(browser)
    return -position[1] / row_mm, -position[0] / column_mm


def alongOf(path: Path, place: Place) -> float:
    """Give where along a path the station lies that is nearest to a place, in pixels."""
    apart = np.hypot(*(path.points - np.asarray(place)).T)
    return float(path.along[int(np.argmin(apart))])


def placeAlong(path: Path, along: float) -> Place:
    """Give the row and column so far along a path; beyond its ends, those of the end."""
    row, column = (float(np.interp(along, path.along, path.points[:, axis])) for axis in (0, 1))
    return row, column


def _steps(browser: Any) -> tuple[float, float]:
    spacing = spacingOf(browser)
    return (spacing.row_mm, spacing.column_mm) if spacing else (1.0, 1.0)
