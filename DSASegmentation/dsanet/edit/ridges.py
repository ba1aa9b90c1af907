"""How much each pixel looks like the middle of a vessel, whatever its width and contrast."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

SCALES_PX = (0.8, 1.3, 2.2, 3.6, 6.0, 10.0)
"""Standard deviations of the smoothing. A dark bar answers most where the standard deviation is
half its width (Lindeberg, Edge detection and ridge detection with automatic scale selection, IJCV
1998): from 1.6 to 20 px."""

FINEST_PX = 2.0
"""From this smoothing on, in pixels of the picture looked at, every second pixel is enough."""

NORMAL_MEDIAN = 0.6745
"""Median of the size of normal noise, in standard deviations."""

RIM_PX = 3
"""Width of the field's rim, whose pixels mix picture and shutter and would look like a ridge."""

TYPICAL = 3.0
"""A ridge this many times the noise of its scale is half sure to be a vessel: strength 0.5."""


def ridge_strength(image: Image, field: Mask) -> Image:
    """Find the middles of dark lines.

    Args:
        image: float32 (H, W), vessels dark, any scale; pixels that are not finite count as outside.
        field: bool (H, W), the exposed pixels.

    Returns:
        float32 (H, W), 0 (background, outside the field) to just below 1 (a clear vessel's middle).

    Source: the largest eigenvalue of the Hessian, normalised by scale, as in Frangi et al.,
    Multiscale vessel enhancement filtering, MICCAI 1998; here each scale is divided by its own
    noise, so that a thin faint vessel counts beside a wide dark one.
    """
    inside = field & np.isfinite(image)
    strongest = np.zeros(image.shape, np.float32)
    if not inside.any():
        return strongest
    sure = ndimage.binary_erosion(inside, iterations=RIM_PX, border_value=1)
    for answer, dark in _answers(_continued(image, sure if sure.any() else inside)):
        noise = float(np.median(np.abs(answer[inside]))) / NORMAL_MEDIAN
        if noise > 0:
            np.maximum(strongest, answer / np.float32(noise), out=strongest, where=dark)
    strongest[~inside] = 0
    return strongest / (strongest + TYPICAL)


def _continued(image: Image, inside: Mask) -> Image:
    """Give pixels outside the field the value of the nearest inside, so that its edge is none."""
    if inside.all():
        return image
    nearest = ndimage.distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return np.asarray(image[tuple(nearest)], np.float32)


def _answers(image: Image) -> Iterator[tuple[Image, Mask]]:
    """The ridge answer at each scale, large scales on a coarser grid, and where to believe it.

    A pixel that is brighter than its surroundings at that scale lies beside a wide vessel or
    between thin ones, not in the middle of one.
    """
    looked_at, step = image, 1
    fine = ndimage.gaussian_filter(image, SCALES_PX[0], mode="nearest")
    for scale in SCALES_PX:
        while scale / step >= 2 * FINEST_PX and min(looked_at.shape) >= 8:
            looked_at, step = _halved(looked_at), 2 * step
        smooth = ndimage.gaussian_filter(looked_at, scale / step, mode="nearest")
        answer = (scale / step) ** 2 * _largest_bend(smooth)
        if step > 1:
            smooth, answer = (_enlarged(part, step, image.shape) for part in (smooth, answer))
        yield answer, fine <= smooth


def _halved(image: Image) -> Image:
    """Mean of each block of two by two pixels; an odd last row or column counts twice."""
    rows, columns = image.shape
    even = np.pad(image, ((0, rows % 2), (0, columns % 2)), mode="edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / np.float32(4)


def _enlarged(image: Image, step: int, shape: tuple[int, ...]) -> Image:
    """Bring a coarse picture back: linear between the centres of its blocks."""
    rows, columns = (
        np.clip((np.arange(side) + 0.5) / step - 0.5, 0, coarse - 1)
        for side, coarse in zip(shape, image.shape, strict=True)
    )
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down = (rows - top).astype(np.float32)[:, None]
    across = (columns - left).astype(np.float32)
    tall = image[top] * (1 - down) + image[np.minimum(top + 1, len(image) - 1)] * down
    right = np.minimum(left + 1, image.shape[1] - 1)
    return np.asarray(tall[:, left] * (1 - across) + tall[:, right] * across, np.float32)


def _largest_bend(smooth: Image) -> Image:
    """The larger eigenvalue of the matrix of second differences."""
    padded = np.pad(smooth, 1, mode="edge")
    middle, up, below = padded[1:-1, 1:-1], padded[:-2, 1:-1], padded[2:, 1:-1]
    left, right = padded[1:-1, :-2], padded[1:-1, 2:]
    down_twice = up + below - 2 * middle
    across_twice = left + right - 2 * middle
    both = (padded[2:, 2:] + padded[:-2, :-2] - padded[2:, :-2] - padded[:-2, 2:]) / 4
    half = (down_twice - across_twice) / 2
    return np.asarray((down_twice + across_twice) / 2 + np.hypot(half, both), np.float32)
