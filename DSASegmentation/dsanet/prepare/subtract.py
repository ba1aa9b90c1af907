"""Mask subtraction: whether a run needs it, from which frames, and the subtraction itself."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.io import RunFacts

FLAT_SHARE = 0.35
"""A static background is flat when its central 80 % spans less than this share of the range of
all grey values; the real subtracted run at hand has 0.05, native runs have 0.5 and more."""

SMALLEST_LEVEL = 0.02
"""Below this share of the median grey value the logarithm is cut off: noise would explode."""

LARGEST_SHIFT = 0.02
"""A shift beyond this share of the picture's side is a failed registration, not motion."""

SMALLEST_SHIFT = 0.1
"""Shifts below this many pixels leave no visible edge (science.md 6: edges appear at 0.5 px)."""


def looks_subtracted(coarse: NDArray[np.float32], field: NDArray[np.bool_]) -> bool:
    """Decide from the pixels whether static anatomy has been taken away.

    Args:
        coarse: float32 (T, h, w), coarse frames as stored.
        field: bool (h, w).

    Returns:
        True when the background, the median over time, is flat against the whole range of values.
    """
    background = np.median(coarse, axis=0)[field]
    low, high = np.percentile(background, [10, 90])
    bottom, top = np.percentile(coarse[:, field], [0.1, 99.9])
    return bool(high - low < FLAT_SHARE * (top - bottom)) or top == bottom


def header_mask(facts: RunFacts, frame_count: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Read the mask frames from the Mask Subtraction Sequence (0028,6100).

    Only the first item with the operation AVG_SUB is used; Mask Frame Numbers (0028,6110) count
    from 1: DICOM PS3.3 C.7.6.10.

    Args:
        facts: What the header says.
        frame_count: Number of frames of the run.

    Returns:
        Frame numbers from 0, none where the header names no usable one; and warnings.
    """
    for item in facts.mask_subtraction:
        if item.get("MaskOperation") != "AVG_SUB":
            continue
        stated = np.atleast_1d(item.get("MaskFrameNumbers") or []).astype(int)
        outside = [int(number) for number in stated if not 1 <= number <= frame_count]
        notes = (
            (
                f"The header's mask frame numbers {outside} were ignored: the run's frames are"
                f" numbered 1 to {frame_count}.",
            )
            if outside
            else ()
        )
        inside = tuple(int(number) - 1 for number in stated if 1 <= number <= frame_count)
        return inside, notes
    return (), ()


def to_log(
    grey: NDArray[np.generic], relationship: str | None, floor: float
) -> NDArray[np.float32]:
    """Bring grey values to a scale on which layers of attenuation add.

    Args:
        grey: Any shape, higher is brighter.
        relationship: Pixel Intensity Relationship (0028,1040). LOG and DISP values are kept; LIN
            and None go through the logarithm (Beer-Lambert).
        floor: Smallest value that the logarithm sees, above 0.

    Returns:
        float32, same shape.
    """
    if relationship in ("LOG", "DISP"):
        return grey.astype(np.float32)
    return np.log(np.maximum(grey.astype(np.float32), np.float32(floor)))


def log_floor(coarse: NDArray[np.float32], field: NDArray[np.bool_]) -> float:
    """Choose the smallest grey value that the logarithm shall see."""
    return max(1.0, SMALLEST_LEVEL * float(np.median(coarse[:, field])))


def shift_between(
    mask: NDArray[np.float32], frame: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[float, float]:
    """Find the translation that brings the mask onto a frame (Gauss-Newton, robust).

    Args:
        mask: float32 (h, w).
        frame: float32 (h, w).
        field: bool (h, w).

    Returns:
        Rows and columns by which the mask has to move, in pixels; (0, 0) where none fits.
    """
    limit = max(1.0, LARGEST_SHIFT * max(mask.shape))
    shift = np.zeros(2)
    for _ in range(3):
        moved = ndimage.shift(mask, shift, order=1, mode="nearest")
        down, across = np.gradient(moved)
        error = moved - frame
        error -= np.median(error[field])
        inner = field & (np.abs(error) < 3 * np.median(np.abs(error[field])) + 1e-6)
        gradients = np.stack([down[inner], across[inner]])
        normal = gradients @ gradients.T
        if np.linalg.cond(normal) > 1e6:
            return 0.0, 0.0
        shift += np.linalg.solve(normal, gradients @ error[inner])
        if np.abs(shift).max() > limit:
            return 0.0, 0.0
    return float(shift[0]), float(shift[1])


def subtract(
    log_frames: NDArray[np.float32],
    mask: NDArray[np.float32],
    shifts: NDArray[np.float64],
) -> None:
    """Take the mask, moved by each frame's shift, from the frames in place.

    Args:
        log_frames: float32 (T, H, W), changed in place.
        mask: float32 (H, W).
        shifts: float64 (T, 2), rows and columns in pixels.
    """
    for frame, shift in zip(log_frames, shifts, strict=True):
        if np.abs(shift).max() < SMALLEST_SHIFT:
            frame -= mask
        else:
            frame -= ndimage.shift(mask, shift, order=1, mode="nearest")
