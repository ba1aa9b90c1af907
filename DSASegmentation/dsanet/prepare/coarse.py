"""A small copy of a run, on which polarity, subtraction and arterial window are decided."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

COARSE_SIDE = 256
"""Longest side in pixels: a trunk is 2 to 5 wide, a branch about 1, and 40 frames take 10 MB."""

STRUCTURE_SIGMA = 6.0
"""Gaussian sigma in coarse pixels (about 1 cm) that separates vessels from blush and drift."""


def shrink_factor(shape: tuple[int, ...]) -> int:
    """Say by how much frames of (..., H, W) are made smaller: 1 or more.

    >>> shrink_factor((37, 1024, 1024))
    4
    """
    return max(1, -(-max(shape[-2:]) // COARSE_SIDE))


def shrink(frames: NDArray[np.generic]) -> NDArray[np.float32]:
    """Average blocks of pixels; rows and columns that fill no block are left out.

    Args:
        frames: (T, H, W), any real dtype.

    Returns:
        float32 (T, h, w), the longer of h and w at most 256.
    """
    factor = shrink_factor(frames.shape)
    rows, columns = (side // factor * factor for side in frames.shape[1:])
    small = np.empty((len(frames), max(1, rows // factor), max(1, columns // factor)), np.float32)
    if min(rows, columns) == 0:
        factor, rows, columns = 1, *frames.shape[1:]
        small = np.empty(frames.shape, np.float32)
    for index, frame in enumerate(frames):
        down = np.add.reduceat(
            frame[:rows, :columns], np.arange(0, rows, factor), axis=0, dtype=np.float32
        )
        small[index] = np.add.reduceat(down, np.arange(0, columns, factor), axis=1) / factor**2
    return small


def shrink_field(field: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the blocks that lie wholly inside the exposed field.

    Args:
        field: bool (H, W).

    Returns:
        bool (h, w), as `shrink` makes it; all True when no block lies wholly inside.
    """
    whole = shrink(field[np.newaxis])[0] > 1 - 1e-6
    return whole if whole.any() else np.ones_like(whole)


def small_structures(
    grey: NDArray[np.float32], field: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Give how much darker each pixel is than its surroundings.

    Blush, scatter and drift are wide and fall away; vessels, edges and noise stay.

    Args:
        grey: float32 (T, h, w), coarse frames.
        field: bool (h, w), exposed pixels; only they count as surroundings.

    Returns:
        float32 (T, h, w), darker is positive, 0 outside the field.
    """
    weight = ndimage.gaussian_filter(field.astype(np.float32), STRUCTURE_SIGMA)
    weight = np.maximum(weight, 1e-3)
    darker = np.empty_like(grey)
    for index, frame in enumerate(grey):
        level = np.float32(np.median(frame[field]))
        depth = np.where(field, level - frame, 0)
        around = ndimage.gaussian_filter(depth, STRUCTURE_SIGMA) / weight
        darker[index] = np.where(field, ndimage.gaussian_filter(depth - around, 0.7), 0)
    return darker
