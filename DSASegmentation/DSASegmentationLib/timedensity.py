"""Time-density curve of a run: how much contrast its vessels show, frame by frame."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from DSASegmentationLib.nodes import factOf, imageOf
from DSASegmentationLib.prepared import partsOf
from DSASegmentationLib.runs import FIELD as FIELD_NODE
from DSASegmentationLib.runs import SUBTRACTED
from DSASegmentationLib.segments import labelsOf, segmentationOf
from DSASegmentationLib.sequences import framesIn, timesOf

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


def timeDensity(
    frames: Iterable[NDArray[Any]], pixels: NDArray[np.bool_], center: float, scale: float
) -> NDArray[np.float64]:
    """Average the contrast of some pixels of a prepared run.

    Args:
        frames: T pictures (H, W).
        pixels: bool (H, W), at least one of them True.
        center: Grey value of the background, `PreparedRun.center`.
        scale: How much darker a well-filled vessel is, `PreparedRun.scale`.

    Returns:
        float64 (T,): (background - mean grey value) / (background - grey value of a vessel).
    """
    places = np.flatnonzero(pixels)  # faster than a mask where few pixels are vessels
    grey = np.array([frame.ravel()[places].mean(dtype=np.float64) for frame in frames])
    return np.asarray((center - grey) / scale, np.float64)


def timeDensityOf(browser: Any) -> TimeDensity | None:
    """Give the curve of a run: of its segmented vessels, of its exposure field before there are.

    Args:
        browser: A run's browser node.

    Returns:
        None before the run is prepared.

    Raises:
        SceneError: Parts of the run were removed from the scene or damaged.
    """
    parts = partsOf(browser)
    if parts is None:
        return None
    values, nodes = parts
    segmentation = segmentationOf(browser)
    vessels = segmentation is not None and labelsOf(segmentation, browser).astype(bool)
    found = bool(np.any(vessels))
    pixels = vessels if found else imageOf(nodes[FIELD_NODE]).astype(np.bool_)
    frames = framesIn(nodes[SUBTRACTED])  # not copied: the curve is drawn after every brush stroke
    return TimeDensity(
        times=timesOf(nodes[SUBTRACTED]),
        density=timeDensity(frames, pixels, values["center"], values["scale"]),
        timed=bool(factOf(browser, "Facts")["times_stated"]),
        pixels=VESSELS if found else FIELD,
    )
