"""One translation between two pictures, to a fraction of a pixel."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

LARGEST_SHIFT = 0.02
"""A shift beyond this share of the picture's side is a failed registration, not motion."""

ROUNDS = 3
"""Gauss-Newton converges from a few pixels in two rounds; the third refines."""

TRIMMED = 3.0
"""Pixels whose error is this many times the median, such as vessels, do not count."""


def shift_between(
    mask: NDArray[np.float32], frame: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[float, float]:
    """Find the translation that brings a mask onto a frame, by trimmed least squares.

    Args:
        mask: float32 (h, w).
        frame: float32 (h, w).
        field: bool (h, w), the pixels that count.

    Returns:
        Rows and columns by which the mask has to move, in pixels; (0, 0) where nothing fits.
    """
    if min(mask.shape) < 2:
        return 0.0, 0.0
    limit = max(1.0, LARGEST_SHIFT * max(mask.shape))
    shift = np.zeros(2)
    for _ in range(ROUNDS):
        moved = ndimage.shift(mask, shift, order=1, mode="nearest")
        error = moved - frame
        error -= np.median(error[field])
        kept = field & (np.abs(error) <= TRIMMED * np.median(np.abs(error[field])))
        gradients = np.stack([slope[kept] for slope in np.gradient(moved)]).astype(np.float64)
        normal = gradients @ gradients.T
        if not np.linalg.det(normal) > 1e-9 * np.trace(normal) ** 2:
            return 0.0, 0.0
        shift += np.linalg.solve(normal, gradients @ error[kept])
        if np.abs(shift).max() > limit:
            return 0.0, 0.0
    return float(shift[0]), float(shift[1])
