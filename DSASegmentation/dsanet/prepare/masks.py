"""Which frames show no contrast: those before it arrives, or after it has washed out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare.coarse import small_structures

ARRIVAL_SHARE = 0.15
"""Contrast has surely arrived when this share of its greatest amount is there."""

TRACE_SHARE = 0.03
"""Frames just before that still show contrast when they have more than this share."""

STRONGEST_PERCENT = 0.5
"""Pixels that stand for the vessels: a trunk fills that much (MAT covers 0.9 to 1.0 % in DSCA)."""

MOST_MASK_FRAMES = 8
"""Frames to average: 8 bring the mask's noise to a third; more would add old motion."""


def contrast_amount(
    structures: NDArray[np.float32], field: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Measure how much contrast each frame shows.

    Motion makes as many pixels darker as brighter; contrast only makes them darker. So it is what
    the strongest dark structures exceed the strongest bright ones by.

    Args:
        structures: float32 (T, h, w), darker is positive (`small_structures`).
        field: bool (h, w).

    Returns:
        float64 (T,), grey values; about 0 without contrast.
    """
    bright, dark = strongest(structures, field)
    return np.asarray(dark - bright, np.float64)


def strongest(
    structures: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Give how strong the strongest bright and dark structures of each frame are.

    Args:
        structures: float32 (T, h, w), darker is positive (`small_structures`).
        field: bool (h, w).

    Returns:
        Both (T,), grey values: the weakest of the `STRONGEST_PERCENT` strongest pixels.
    """
    ends = [STRONGEST_PERCENT, 100 - STRONGEST_PERCENT]
    brightest, darkest = np.percentile(structures[:, field], ends, axis=1)
    return -brightest, darkest


def frames_before_contrast(
    log_frames: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[int, ...]:
    """Find the frames of an un-subtracted run just before contrast arrives.

    Args:
        log_frames: float32 (T, h, w), coarse frames on a logarithmic scale, vessels dark.
        field: bool (h, w).

    Returns:
        At most 8 rising frame numbers; none where the first frame shows contrast already, or none
        does.
    """
    contrast = contrast_amount(small_structures(log_frames - log_frames[0], field), field)
    greatest = float(contrast.max())
    if greatest <= max(0.0, -float(contrast.min())):
        return ()
    arrival = int(np.argmax(contrast > ARRIVAL_SHARE * greatest))
    while arrival > 1 and TRACE_SHARE * greatest < contrast[arrival - 1] < contrast[arrival]:
        arrival -= 1
    return tuple(range(max(0, arrival - MOST_MASK_FRAMES), arrival))


def frames_after_contrast(
    log_frames: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[int, ...]:
    """Find the last frames of a run whose contrast has left by then.

    Args:
        log_frames: float32 (T, h, w), coarse frames on a logarithmic scale, vessels dark.
        field: bool (h, w).

    Returns:
        At most 8 rising frame numbers; none where the last frame shows more contrast than others.
    """
    last = len(log_frames) - 1
    backwards = frames_before_contrast(log_frames[::-1], field)
    return tuple(sorted(last - frame for frame in backwards))
