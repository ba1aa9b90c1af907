"""Smooth random fields."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Map = NDArray[np.float32]


def rough(size: tuple[int, int], scale_px: float, rng: np.random.Generator) -> Map:
    """Draw a smooth random field with mean 0 and standard deviation 1.

    Args:
        size: H and W.
        scale_px: Its width of correlation (standard deviation of the kernel), pixels.
        rng: Random stream.

    Returns:
        float32 (H, W).
    """
    coarse = max(1.0, scale_px / 2)
    small = (int(np.ceil(size[0] / coarse)) + 3, int(np.ceil(size[1] / coarse)) + 3)
    field = gaussian_filter(rng.standard_normal(small, np.float32), scale_px / coarse)
    if coarse > 1:
        field = enlarged(field, np.arange(size[0]) / coarse, np.arange(size[1]) / coarse)
    field = field[: size[0], : size[1]]
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-6), np.float32)


def enlarged(image: Map, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Map:
    """Interpolate an image linearly on a grid.

    Args:
        image: float32 (h, w), each side at least 2.
        rows: float64 (H,), rows of the image between 0 and h - 1 to look at.
        columns: float64 (W,), columns.

    Returns:
        float32 (H, W).

    >>> enlarged(np.float32([[0, 2], [4, 6]]), np.array([0.5]), np.array([0.0, 0.5])).tolist()
    [[2.0, 3.0]]
    """
    for axis, places in enumerate((rows, columns)):
        lower = np.clip(places.astype(np.int64), 0, image.shape[axis] - 2)
        share = (places - lower).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None]
        first = np.take(image, lower, axis=axis)
        second = np.take(image, lower + 1, axis=axis)
        second -= first
        second *= share
        first += second
        image = first
    return image
