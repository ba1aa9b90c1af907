"""Mask subtraction: whether a run needs it, and the subtraction itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.io import RunFacts
from dsanet.prepare.coarse import shrink_factor
from dsanet.prepare.register import shift_between

FLAT = 0.4
UNEVEN = 0.6
"""Spread of the background against the depth of vessels. The real subtracted run at hand has 0.1
(0.33 in one frame), 90 phantoms up to 0.25; native runs have 0.67 and more."""

SMALLEST_LEVEL = 0.02
"""Below this share of the median grey value the logarithm is cut off: noise would explode."""

SMALLEST_SHIFT = 0.1
"""Shifts below this many pixels leave no visible edge; those of 0.5 do."""

ADDITIVE = ("LOG", "DISP")
"""Pixel Intensity Relationships (0028,1040) without a further logarithm."""


def background_spread(coarse: NDArray[np.float32], field: NDArray[np.bool_]) -> float:
    """Compare the unevenness of the static background with the depth of the darkest structures.

    Args:
        coarse: float32 (T, h, w), coarse frames as stored, vessels dark.
        field: bool (h, w).

    Returns:
        Central 80 % of the background, the median over time, divided by its median's distance to
        the darkest thousandth of all pixels; 0 for a constant picture.
    """
    background = np.median(coarse, axis=0)[field]
    low, middle, high = np.percentile(background, [10, 50, 90])
    depth = middle - np.percentile(coarse[:, field], 0.1)
    return float((high - low) / depth) if depth > 0 else 0.0


def is_subtracted(
    facts: RunFacts, spread: float, mask_frames: tuple[int, ...]
) -> tuple[bool, tuple[str, ...]]:
    """Decide whether static anatomy was taken away already.

    Headers are often silent, and SUB in Recommended Viewing Mode (0028,1090) is found on stored
    subtractions as well as on native frames with a mask; so the pixels decide where they are clear.

    Args:
        facts: What the header says.
        spread: From `background_spread`.
        mask_frames: From `header_mask`.

    Returns:
        The answer, and warnings.
    """
    if spread < FLAT:
        note = "The header names mask frames, but the frames are subtracted already."
        return True, (note,) if mask_frames else ()
    if spread > UNEVEN:
        return False, ()
    if mask_frames or facts.viewing_mode == "NAT":
        return False, ()
    says_so = facts.viewing_mode == "SUB" or any("SUB" in word for word in facts.image_type)
    return says_so or spread < (FLAT + UNEVEN) / 2, ()


def log_floor(coarse: NDArray[np.float32], field: NDArray[np.bool_]) -> float:
    """Choose the smallest grey value that the logarithm shall see, above 0."""
    return max(1.0, SMALLEST_LEVEL * float(np.median(coarse[:, field])))


def to_log(grey: NDArray[Any], relationship: str | None, floor: float) -> NDArray[np.float32]:
    """Bring grey values to a scale on which layers of attenuation add (Beer-Lambert).

    Args:
        grey: Any shape, higher is brighter.
        relationship: Pixel Intensity Relationship (0028,1040). LOG and DISP values are kept; LIN
            and None go through the natural logarithm.
        floor: Smallest value that the logarithm sees, above 0.

    Returns:
        float32, same shape, a new array.
    """
    values = grey.astype(np.float32)
    if relationship not in ADDITIVE:
        np.maximum(values, np.float32(floor), out=values)
        np.log(values, out=values)
    return values


def subtracted(
    log_frames: NDArray[np.float32],
    mask_frames: tuple[int, ...],
    coarse_log: NDArray[np.float32],
    field: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Take the mean of the mask frames, moved onto each frame, from all frames.

    Args:
        log_frames: float32 (T, H, W), from `to_log`; changed in place.
        mask_frames: Frame numbers from 0, at least one.
        coarse_log: float32 (T, h, w), the same run, coarse.
        field: bool (h, w).

    Returns:
        `log_frames`, now negative where contrast is.
    """
    chosen = list(mask_frames)
    mask, coarse_mask = log_frames[chosen].mean(axis=0), coarse_log[chosen].mean(axis=0)
    factor = shrink_factor(log_frames.shape)
    for index, coarse_frame in enumerate(coarse_log):
        shift = [factor * step for step in shift_between(coarse_mask, coarse_frame, field)]
        still = max(map(abs, shift)) < SMALLEST_SHIFT
        moved = mask if still else ndimage.shift(mask, shift, order=1, mode="nearest")
        log_frames[index] -= moved
    return log_frames
