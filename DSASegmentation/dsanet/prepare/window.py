"""The arterial window, from the frames' own time-density curves."""

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare.coarse import small_structures

VESSEL_SHARE = 0.25
"""A candidate vessel pixel's peak, as a share of the run's strongest (99.5th percentile) peak."""

NOISE_FACTOR = 6.0
"""A candidate's peak must stand this many noise standard deviations above the background."""


def find_window(
    frames: NDArray[np.float32], times: NDArray[np.float64], field: NDArray[np.bool_]
) -> tuple[tuple[int, int], tuple[str, ...]]:
    """Find the frames that show arteries and no veins yet.

    Args:
        frames: float32 (T, h, w), coarse frames, vessels dark.
        times: float64 (T,), seconds.
        field: bool (h, w).

    Returns:
        First and last frame, both included; and warnings.
    """
    whole = (0, len(frames) - 1)
    if len(frames) == 1:
        return whole, ()
    depth = small_structures(frames, field)[:, field]
    peak = depth.max(axis=0)
    noise = 1.4826 * float(np.median(np.median(np.abs(depth), axis=1)))
    candidates = peak > max(VESSEL_SHARE * float(np.percentile(peak, 99.5)), NOISE_FACTOR * noise)
    if candidates.sum() < 4:
        return whole, ("No contrast-filled vessel was found, so all frames are used.",)
    depth = depth[:, candidates] / peak[candidates]
    arrival = times[(depth >= 0.5).argmax(axis=0)]
    split = _split(arrival)
    early = depth[:, arrival <= split].mean(axis=1)
    late = depth[:, arrival > split].mean(axis=1) if (arrival > split).any() else None
    return _bounds(early, late), ()


def frames_before_contrast(
    frames: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[int, ...]:
    """Find the frames of a run that come before contrast arrives.

    Args:
        frames: float32 (T, h, w), coarse frames on a logarithmic scale, vessels dark.
        field: bool (h, w).

    Returns:
        0, 1, ... up to the last frame before contrast; none where the first shows contrast.
    """
    if len(frames) == 1:
        return ()
    change = small_structures(frames - frames[0], field)[:, field]
    dark = np.percentile(change, 99.5, axis=1)
    bright = -np.percentile(change, 0.5, axis=1)
    contrast = dark - bright
    if contrast.max() <= 0 or contrast.max() < -contrast.min():
        return ()
    arrival = int(np.argmax(contrast > 0.15 * contrast.max()))
    return tuple(range(arrival))


def _split(arrival: NDArray[np.float64]) -> float:
    """Otsu's threshold between two populations of arrival times; the last time if there is one."""
    values, counts = np.unique(arrival, return_counts=True)
    shares = counts / counts.sum()
    below = np.cumsum(shares)[:-1]
    moments = np.cumsum(shares * values)[:-1]
    mean = float(np.sum(shares * values))
    if not below.size:
        return float(values[-1])
    between = (mean * below - moments) ** 2 / (below * (1 - below))
    best = int(np.argmax(between))
    within = float(np.sum(shares * (values - mean) ** 2))
    separated = between[best] > 0.8 * within and 1 - below[best] > 0.05
    return float(values[best]) if separated else float(values[-1])


def _bounds(early: NDArray[np.float64], late: NDArray[np.float64] | None) -> tuple[int, int]:
    first = int(np.argmax(early > 0.05 * early.max()))
    last = len(early) - 1
    if late is None:
        return first, last
    veins = np.flatnonzero(late > 0.15 * late.max())
    after = veins[veins > int(np.argmax(early))]
    if after.size:
        last = int(after[0]) - 1
    faded = np.flatnonzero(early[int(np.argmax(early)) :] < 0.5 * early.max())
    if faded.size:
        last = min(last, int(np.argmax(early) + faded[0]) - 1)
    return first, max(first, last)
