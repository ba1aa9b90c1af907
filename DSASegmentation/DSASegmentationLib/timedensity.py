"""Time-density curve of a run: how much contrast its vessels show, frame by frame."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare import PreparedRun
from DSASegmentationLib.nodes import factOf
from DSASegmentationLib.prepared import preparedOf
from DSASegmentationLib.segments import labelsOf, segmentationOf

VESSELS, FIELD = "vessels", "exposure field"


@dataclass(frozen=True, eq=False)
class TimeDensity:
    """A time-density curve.

    Attributes:
        times: float64 (T,), seconds from the first frame where `timed`, else frame numbers from 0.
        density: float64 (T,), mean contrast of the pixels: 0 is the background, 1 a well-filled
            vessel.
        timed: Whether the input states the times.
        pixels: Which pixels were averaged: `VESSELS` or `FIELD`.
    """

    times: NDArray[np.float64]
    density: NDArray[np.float64]
    timed: bool
    pixels: str


def timeDensity(prepared: PreparedRun, pixels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Average the contrast of some pixels of a prepared run.

    Args:
        prepared: A prepared run.
        pixels: bool (H, W), at least one of them True.

    Returns:
        float64 (T,): (background - mean grey value) / (background - grey value of a vessel).
    """
    grey = prepared.frames[:, pixels].mean(axis=1, dtype=np.float64)
    return np.asarray((prepared.center - grey) / prepared.scale, np.float64)


def timeDensityOf(browser: Any) -> TimeDensity | None:
    """Give the curve of a run: of its segmented vessels, of its exposure field before there are.

    Args:
        browser: A run's browser node.

    Returns:
        None before the run is prepared.

    Raises:
        SceneError: Parts of the run were removed from the scene or damaged.
    """
    prepared = preparedOf(browser)
    if prepared is None:
        return None
    segmentation = segmentationOf(browser)
    vessels = segmentation is not None and labelsOf(segmentation, browser).astype(bool)
    found = bool(np.any(vessels))
    return TimeDensity(
        times=prepared.times,
        density=timeDensity(prepared, vessels if found else prepared.field),
        timed=bool(factOf(browser, "Facts")["times_stated"]),
        pixels=VESSELS if found else FIELD,
    )
