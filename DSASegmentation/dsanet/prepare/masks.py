"""Which frames make the mask: the header's, or those before contrast arrives."""

import numpy as np
from numpy.typing import NDArray

from dsanet.io import RunFacts
from dsanet.prepare.coarse import small_structures

ARRIVAL_SHARE = 0.15
"""Contrast has surely arrived when this share of its greatest amount is there."""

TRACE_SHARE = 0.03
"""Frames just before that still show contrast when they have more than this share."""

STRONGEST_PERCENT = 0.5
"""Pixels that stand for the vessels: a trunk fills that much (MAT covers 0.9 to 1.0 % in DSCA)."""

MOST_MASK_FRAMES = 8
"""Frames to average: 8 bring the mask's noise to a third; more would add old motion."""


def header_mask(facts: RunFacts, frame_count: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Read the mask frames from the Mask Subtraction Sequence (0028,6100).

    Only the first item with the operation AVG_SUB is used, for the whole run; Mask Frame Numbers
    (0028,6110) count from 1: DICOM PS3.3 C.7.6.10. Its Mask Sub-pixel Shift is not used, because
    each frame's shift is measured.

    Args:
        facts: What the header says.
        frame_count: Number of frames of the run.

    Returns:
        Frame numbers from 0, none where the header names no usable one; and warnings.
    """
    for item in facts.mask_subtraction:
        if item.get("MaskOperation") != "AVG_SUB":
            continue
        stated = item.get("MaskFrameNumbers")
        numbers = [] if stated is None else np.atleast_1d(stated).astype(int).tolist()
        outside = [number for number in numbers if not 1 <= number <= frame_count]
        inside = tuple(number - 1 for number in numbers if 1 <= number <= frame_count)
        return inside, (_outside_note(outside, frame_count),) if outside else ()
    return (), ()


def _outside_note(outside: list[int], frame_count: int) -> str:
    return (
        f"The header's mask frame numbers {outside} were ignored, because the run's frames are"
        f" numbered 1 to {frame_count}."
    )


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
    ends = [STRONGEST_PERCENT, 100 - STRONGEST_PERCENT]
    brightest, darkest = np.percentile(structures[:, field], ends, axis=1)
    return np.asarray(darkest + brightest, np.float64)


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
