"""A small copy of a run, on which polarity, subtraction and arterial window are decided."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

COARSE_SIDE = 256
"""Longest side in pixels: a trunk is 2 to 5 wide, a branch about 1, and 40 frames take 10 MB."""

STRUCTURE_SIGMA = 6.0
"""Gaussian sigma in coarse pixels (about 5 mm) that separates vessels from blush and drift."""

RIM = 2
"""Width of a shutter's soft edge in coarse pixels."""

NOISE_SIGMA = 0.7
"""Gaussian sigma in coarse pixels that halves the noise and keeps vessels one pixel wide."""


def shrink_factor(shape: tuple[int, ...]) -> int:
    """Say by how much frames of (..., H, W) are made smaller: 1 or more.

    >>> shrink_factor((37, 1024, 1024))
    4
    """
    return max(1, -(-max(shape[-2:]) // COARSE_SIDE))


def shrink(frames: NDArray[Any]) -> NDArray[np.float32]:
    """Average square blocks of pixels; those cut off by the last row or column are smaller.

    Args:
        frames: (T, H, W), any real dtype.

    Returns:
        float32 (T, h, w), the longer of h and w at most 256.
    """
    factor = shrink_factor(frames.shape)
    if factor == 1:
        return frames.astype(np.float32)
    rows, columns = (np.arange(0, side, factor) for side in frames.shape[1:])
    heights, widths = (
        np.diff(rows, append=frames.shape[1]),
        np.diff(columns, append=frames.shape[2]),
    )
    area = np.outer(heights, widths).astype(np.float32)
    small = np.empty((len(frames), len(rows), len(columns)), np.float32)
    for index, frame in enumerate(frames):
        down = np.add.reduceat(frame, rows, axis=0, dtype=np.float32)
        small[index] = np.add.reduceat(down, columns, axis=1) / area
    return small


def shrink_field(field: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the blocks that lie wholly inside the exposed field.

    Args:
        field: bool (H, W).

    Returns:
        bool (h, w), shaped as `shrink` shapes frames; all True when no block lies wholly inside.
    """
    whole = shrink(field[np.newaxis])[0] > 1 - 1e-4
    return whole if whole.any() else np.ones_like(whole)


def without_rim(field: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out the pixels beside a shutter, whose soft edge is an edge of the picture.

    Args:
        field: bool (h, w), exposed pixels.

    Returns:
        bool (h, w); all of the field where nothing would be left.
    """
    inner = ndimage.binary_erosion(field, iterations=RIM, border_value=1)
    return inner if inner.any() else field


def exposed_weight(field: NDArray[np.bool_], sigma: float) -> NDArray[np.float32]:
    """Give the exposed share of each pixel's surroundings.

    A picture that is 0 outside the field, blurred and divided by it, is blurred within the field.

    Args:
        field: bool (h, w), exposed pixels.
        sigma: Standard deviation of the blur in pixels.

    Returns:
        float32 (h, w), at least 0.001.
    """
    weight = ndimage.gaussian_filter(field.astype(np.float32), sigma)
    return np.asarray(np.maximum(weight, np.float32(1e-3)))


def small_structures(grey: NDArray[np.float32], field: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give how much darker each pixel is than its surroundings.

    Blush, scatter and drift are wide and fall away; vessels, edges and noise stay.

    Args:
        grey: float32 (T, h, w), coarse frames.
        field: bool (h, w), exposed pixels; only they count as surroundings.

    Returns:
        float32 (T, h, w), darker is positive, 0 outside the field.
    """
    weight = exposed_weight(field, STRUCTURE_SIGMA)
    darker = np.empty_like(grey)
    for index, frame in enumerate(grey):
        level = np.median(frame[field])
        depth = np.where(field, level - frame, 0)
        around = ndimage.gaussian_filter(depth, STRUCTURE_SIGMA) / weight
        smooth = ndimage.gaussian_filter(np.where(field, depth - around, 0), NOISE_SIGMA)
        darker[index] = np.where(field, smooth, 0)
    return darker
