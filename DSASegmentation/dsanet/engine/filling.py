"""Which pieces of vessel do not fill with contrast as the largest one does.

A skull's edge or a clip that moves is as dark as a vessel in some frames, but not in those in which
contrast comes and goes. What belongs to the tree is not judged, only pieces beside it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.labels import BACKGROUND
from dsanet.prepare import PreparedRun

ALIKE = 0.8
"""Least correlation with the largest piece's curve, at the best of all lags. Chosen on 120 phantoms
(seeds from 863160); on 60 others (`bench_false_pixels`) what falls below it was 273 false pixels
and 92 true ones; on the 24 of `bench_cleanup` clDice of BV +0.003 (0.000 to 0.007)."""

EARLIEST_S, LATEST_S = -0.5, 1.5
EARLIEST_FRAMES, LATEST_FRAMES = -2, 5
"""How much earlier, and later, a piece may fill than the largest one; what allows more counts, as
in runs whose times are not known."""

FEWEST_FRAMES = 8
"""Fewer make no curve."""

MOST_REMOVED = 0.2
"""Where more than this share of the vessels would go, the largest piece is no guide."""

AROUND_PX = (2.5, 7.0)
"""Distances from a piece between which pixels count as its background."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)

Curves = NDArray[np.float64]
"""(frames, pieces)."""


def without_unfilled(found: NDArray[np.uint8], prepared: PreparedRun) -> NDArray[np.uint8]:
    """Make pieces that do not fill as the largest one does background.

    Args:
        found: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        prepared: The run that they were found in.

    Returns:
        uint8 (H, W); the same values where there are too few frames to tell, or too little to tell
        it by.
    """
    pieces, count = ndimage.label(found != BACKGROUND, EIGHT_NEIGHBOURS)
    if count < 2 or len(prepared.frames) < FEWEST_FRAMES:
        return found
    sizes = np.bincount(pieces.ravel())[1:]
    alike = _likeness(depth_curves(prepared, pieces, count), int(sizes.argmax()), prepared.times)
    removed = np.concatenate(([False], alike < ALIKE))[pieces]
    if removed.sum() > MOST_REMOVED * sizes.sum():
        return found
    return np.where(removed, np.uint8(BACKGROUND), found)


def depth_curves(prepared: PreparedRun, pieces: NDArray[np.int32], count: int) -> Curves:
    """How much darker each piece is than what lies around it, in every frame.

    Args:
        prepared: The run.
        pieces: int32 (H, W), 0 or the number of a piece, from 1.
        count: Number of pieces.

    Returns:
        float64 (T, count), grey values; nan for a piece that has no exposed pixel around it.
    """
    away, nearest = ndimage.distance_transform_edt(pieces == 0, return_indices=True)
    inner, outer = AROUND_PX
    beside = prepared.field & (away > inner) & (away < outer)
    around = np.where(beside, pieces[tuple(nearest)], 0)
    return _means(prepared.frames, around, count) - _means(prepared.frames, pieces, count)


def _means(frames: NDArray[np.float32], regions: NDArray[np.int32], count: int) -> Curves:
    """Mean grey value of each region in every frame, nan for a region without pixels."""
    at = regions.nonzero()
    numbers = regions[at]
    sizes = np.bincount(numbers, minlength=count + 1)[1:]
    sums = [np.bincount(numbers, frame[at], count + 1)[1:] for frame in frames]
    with np.errstate(invalid="ignore"):
        return np.asarray(sums) / sizes


def _likeness(curves: Curves, largest: int, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Highest correlation of each curve with the largest piece's over the lags; 1 for itself."""
    interval = float(np.median(np.diff(times)))
    half = len(curves) // 2
    first = max(min(round(EARLIEST_S / interval), EARLIEST_FRAMES), -half)
    last = min(max(round(LATEST_S / interval), LATEST_FRAMES), half)
    reference = curves[:, largest]
    best = np.max([_lagged(curves, reference, lag) for lag in range(first, last + 1)], axis=0)
    return np.where(np.isfinite(best), best, 1.0)


def _lagged(curves: Curves, reference: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """Correlation of each curve with the reference that many frames earlier; nan if constant."""
    total = len(reference)
    late = curves[max(0, lag) : total + min(0, lag)]
    early = reference[max(0, -lag) : total - max(0, lag)]
    late, early = late - late.mean(axis=0), early - early.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(early @ late / np.sqrt((early @ early) * (late * late).sum(axis=0)))
