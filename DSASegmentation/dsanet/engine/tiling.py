"""Large images are scored in overlapping tiles whose scores are blended with Gaussian weights."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

WHOLE_LIMIT_PX = 768
"""Sides up to this are scored whole."""

TILE_PX = 512
OVERLAP = 0.25
SIGMA_SHARE = 1 / 8
"""Standard deviation of the weights over the tile's side (as nnU-Net's sliding window)."""


def tile_starts(length: int, tile: int, overlap: float) -> list[int]:
    """First pixels of evenly spread tiles that cover a length.

    >>> tile_starts(1024, 512, 0.25)
    [0, 256, 512]
    >>> tile_starts(300, 512, 0.25)
    [0]
    """
    if length <= tile:
        return [0]
    count = int(np.ceil((length - tile) / (tile * (1 - overlap)))) + 1
    return [round(start) for start in np.linspace(0, length - tile, count)]


def tiles(height: int, width: int) -> list[tuple[slice, slice]]:
    """The regions to score: one for a small image, else overlapping tiles of 512 px."""
    if max(height, width) <= WHOLE_LIMIT_PX:
        return [(slice(0, height), slice(0, width))]

    def along(length: int) -> Iterator[slice]:
        for start in tile_starts(length, TILE_PX, OVERLAP):
            yield slice(start, min(start + TILE_PX, length))

    return [(rows, columns) for rows in along(height) for columns in along(width)]


def tile_weights(height: int, width: int) -> NDArray[np.float32]:
    """Gaussian weights, highest in the middle: float32 (height, width), all above 0."""

    def profile(length: int) -> NDArray[np.float64]:
        distance = (np.arange(length) - (length - 1) / 2) / (length * SIGMA_SHARE)
        return np.asarray(np.exp(-0.5 * distance**2))

    return np.outer(profile(height), profile(width)).astype(np.float32)
