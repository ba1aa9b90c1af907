"""Mask subtraction: whether a run needs it, and the subtraction itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.io import RunFacts
from dsanet.prepare.header_mask import FrameMask
from dsanet.prepare.register import ALIKE, Match, match

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
    facts: RunFacts, spread: float, mask_stated: bool
) -> tuple[bool, tuple[str, ...]]:
    """Decide whether static anatomy was taken away already.

    Headers are often silent, and SUB in Recommended Viewing Mode (0028,1090) is found on stored
    subtractions as well as on native frames with a mask; so the pixels decide where they are clear.

    Args:
        facts: What the header says.
        spread: From `background_spread`.
        mask_stated: Whether the header names a mask that can be used.

    Returns:
        The answer, and warnings.
    """
    if spread < FLAT:
        note = "The header names mask frames, but the frames are subtracted already."
        return True, (note,) if mask_stated else ()
    if spread > UNEVEN:
        return False, ()
    if mask_stated or facts.viewing_mode == "NAT":
        return False, ()
    if facts.viewing_mode == "SUB" or any("SUB" in word for word in facts.image_type):
        return True, ()
    done = spread < (FLAT + UNEVEN) / 2
    taken = "as subtracted" if done else "as not subtracted"
    note = f"It is not certain whether the run is subtracted already; it was taken {taken}."
    return done, (note,)


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


def mask_pictures(
    log_frames: NDArray[np.float32], masks: tuple[FrameMask, ...]
) -> dict[tuple[int, ...], NDArray[np.float32]]:
    """Average the frames of each mask that occurs.

    Args:
        log_frames: float32 (T, h, w), on a scale on which attenuation adds.
        masks: One a frame.

    Returns:
        float32 (h, w) by the frames that it is the mean of.
    """
    return {mask.frames: log_frames[list(mask.frames)].mean(axis=0) for mask in masks}


def matches(
    coarse_log: NDArray[np.float32], field: NDArray[np.bool_], masks: tuple[FrameMask, ...]
) -> tuple[Match, ...]:
    """Measure where each frame's mask has to go, from where the last one that fitted lay.

    Args:
        coarse_log: float32 (T, h, w), coarse frames.
        field: bool (h, w).
        masks: One a frame, their shifts in coarse pixels; these are where the search begins.

    Returns:
        One match a frame.
    """
    pictures = mask_pictures(coarse_log, masks)
    found: list[Match] = []
    for index, mask in enumerate(masks):
        start = mask.shift
        if index and masks[index - 1] == mask and found[-1].alike >= ALIKE:
            start = found[-1].shift
        found.append(match(pictures[mask.frames], coarse_log[index], field, start))
    return tuple(found)


def subtracted(
    log_frames: NDArray[np.float32], masks: tuple[FrameMask, ...], field: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Take each frame's mask away from it.

    Args:
        log_frames: float32 (T, H, W), from `to_log`; changed in place.
        masks: One a frame.
        field: bool (H, W), the exposed pixels; a mask that moves brings nothing else along.

    Returns:
        `log_frames`, now negative where contrast is and 0 where the moved mask does not reach.
    """
    pictures = mask_pictures(log_frames, masks)
    for index, mask in enumerate(masks):
        if mask.averaged > 1:
            log_frames[index] = log_frames[index : index + mask.averaged].mean(axis=0)
        picture = pictures[mask.frames]
        if max(map(abs, mask.shift)) < SMALLEST_SHIFT:
            log_frames[index] -= picture
            continue
        exposed = np.where(field, picture, np.float32(np.nan))
        moved = ndimage.shift(exposed, mask.shift, order=1, cval=np.nan)
        log_frames[index] = np.nan_to_num(log_frames[index] - moved, nan=0.0)
    return log_frames
