"""Time-density curves of the pixels in which a vessel fills or empties during the run."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.prepare.coarse import without_rim

VESSEL_SHARE = 0.15
"""A vessel's peak, as a share of the run's strongest (99.5th percentile) small structure. Thin
arteries fill and empty last: without those under 0.25 the window ended two frames and more early
in 8 % of phantom runs of more than 2.5 frames a second, instead of 3 %."""

NOISE_FACTOR = 6.0
"""A vessel's peak must stand this many noise standard deviations above the background."""

EDGE_WIDTH = 7
EDGE_SHARE = 0.6
"""A pixel belongs to a motion edge when in a square of so many coarse pixels around it another is
bright by this share of its depth."""

REBOUND_SHARE = 0.35
"""A pixel that also gets brighter than its surroundings by this share of its peak moves."""

STATIC_SHARE = 0.7
"""A pixel that never falls below this share of its peak tells nothing about time."""

SMALLEST_VESSEL = 8
"""Connected coarse pixels; smaller spots are noise, teeth or clips."""

MOVING_SHARE = 0.3
"""If fewer of the vessel pixels than this change with time, contrast fills them in all frames."""


@dataclass(frozen=True, eq=False)
class VesselCurves:
    """Time-density curves of n vessel pixels.

    Attributes:
        values: float32 (T, n), contrast as a share of the pixel's own peak.
        peak: float32 (n,), the peaks in grey values.
        arrival: float64 (n,), seconds at which the curve first crosses half its peak.
        noise: Standard deviation of the grey values away from vessels.
        found: Number of vessel pixels, with those that do not change.
    """

    values: NDArray[np.float32]
    peak: NDArray[np.float32]
    arrival: NDArray[np.float64]
    noise: float
    found: int


def vessel_curves(
    depth: NDArray[np.float32], times: NDArray[np.float64], field: NDArray[np.bool_]
) -> VesselCurves:
    """Collect the curves of the pixels that show a vessel at some time.

    Args:
        depth: float32 (T, h, w), coarse frames' `small_structures`.
        times: float64 (T,), seconds.
        field: bool (h, w).

    Returns:
        The curves; none of them where no pixel changes with time as a vessel does.
    """
    noise = 1.4826 * float(np.median([np.median(np.abs(frame[field])) for frame in depth]))
    peak, low = depth.max(axis=0), depth.min(axis=0)
    vessels = _vessels(peak, low, field, noise)
    moving = vessels & (low < STATIC_SHARE * peak)
    if np.count_nonzero(moving) < MOVING_SHARE * np.count_nonzero(vessels):
        moving &= False
    values = depth[:, moving] / peak[moving]
    arrival = crossing(values, times, 0.5)
    return VesselCurves(values, peak[moving], arrival, noise, int(np.count_nonzero(vessels)))


def _vessels(
    peak: NDArray[np.float32], low: NDArray[np.float32], field: NDArray[np.bool_], noise: float
) -> NDArray[np.bool_]:
    """Pixels that are at some time dark, small structures and no motion edges."""
    inner = without_rim(field)
    strong = float(np.percentile(peak[inner], 99.5))
    bright_nearby = ndimage.maximum_filter(-low, EDGE_WIDTH)
    vessels = inner & (peak > max(VESSEL_SHARE * strong, NOISE_FACTOR * noise))
    vessels &= (bright_nearby < EDGE_SHARE * peak) & (low > -REBOUND_SHARE * peak)
    parts, _ = ndimage.label(vessels, np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())
    return np.asarray(vessels & (sizes[parts] >= SMALLEST_VESSEL))


def crossing(
    values: NDArray[np.floating[Any]], times: NDArray[np.float64], level: float
) -> NDArray[np.float64]:
    """Find when curves first reach a level, linearly between frames.

    Args:
        values: Floating point (T, n), each curve reaching the level somewhere.
        times: float64 (T,), seconds.
        level: The level.

    Returns:
        float64 (n,), seconds; the first frame's time for curves that begin above the level.

    >>> crossing(np.array([[0.0], [0.25], [0.75]], np.float32), np.array([0.0, 1.0, 3.0]), 0.5)
    array([2.])
    """
    after = (values >= level).argmax(axis=0)
    before = np.maximum(after - 1, 0)
    column = np.arange(values.shape[1])
    low, high = values[before, column], values[after, column]
    share = np.where(after > before, (level - low) / np.where(high > low, high - low, 1), 0)
    return np.asarray(times[before] + share * (times[after] - times[before]))
