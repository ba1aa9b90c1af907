"""Large images are scored in overlapping tiles whose scores are blended with Gaussian weights.

The rule: images up to 768 px are scored whole, larger ones in as few tiles of at most 512 px as
overlap by a quarter, each no larger than that needs: 3 x 3 of 416 px for 1024 px.

What it rests on, the first bundled model on phantoms of 1024 px: whole-vessel Dice was 0.824 in
tiles of 512 px and 0.778 whole (eight phantoms); tiles of 768 px were no clear winner (0.837
against 0.848, five). 3 x 3 tiles of 416 px against 3 x 3 of 512 px, which overlap by a half and
cost a third more, twelve phantoms of eight frames, difference with 95 % bootstrap interval: whole
+0.001 (-0.002 to 0.005), BV -0.008 (-0.018 to 0.002), MAT -0.013 (-0.033 to 0.004).
`Testing/benchmarks/bench_tiles.py` measures this again.
"""

import numpy as np
from numpy.typing import NDArray

from dsanet.model import STRIDE

WHOLE_LIMIT_PX = 768
"""Sides up to this are scored whole."""

TILE_PX = 512
"""Longest side of a tile."""

SMALLER_TILE_PX = 256
"""The same where memory is short: a quarter of the pixels. The network was trained on crops of
256 px, so the answer changes little."""

OVERLAP = 0.25
SIGMA_SHARE = 1 / 8
"""Standard deviation of the weights over the tile's side (as nnU-Net's sliding window)."""

Region = tuple[slice, slice]
"""Rows and columns of one tile."""


def tiles(height: int, width: int, tile_px: int = TILE_PX) -> list[Region]:
    """The regions to score: one for a small image, else overlapping tiles.

    Args:
        height: Of the image, at least 1.
        width: Of the image, at least 1.
        tile_px: Longest side of a tile, `TILE_PX` or where memory is short `SMALLER_TILE_PX`.

    Returns:
        Regions of one size that cover the image.
    """
    whole_px = WHOLE_LIMIT_PX if tile_px == TILE_PX else tile_px
    if max(height, width) <= whole_px:
        return [(slice(0, height), slice(0, width))]
    return [
        (rows, columns) for rows in _along(height, tile_px) for columns in _along(width, tile_px)
    ]


def _along(length: int, tile_px: int) -> list[slice]:
    side, starts = tile_starts(length, tile_px)
    return [slice(start, start + side) for start in starts]


def tile_starts(length: int, longest: int, overlap: float = OVERLAP) -> tuple[int, list[int]]:
    """As few tiles as cover a length, no larger than their overlap asks for.

    Args:
        length: Pixels to cover.
        longest: Longest tile, a multiple of `STRIDE`.
        overlap: Least share of a tile that it has in common with the next.

    Returns:
        The tiles' length and their first pixels, evenly spread.

    >>> tile_starts(1024, 512)
    (416, [0, 304, 608])
    >>> tile_starts(300, 512)
    (300, [0])
    """
    if length <= longest:
        return length, [0]
    count = int(np.ceil((length / longest - overlap) / (1 - overlap)))
    needed = length / (count - (count - 1) * overlap)
    side = STRIDE * int(np.ceil(needed / STRIDE))
    return side, [round(start) for start in np.linspace(0, length - side, count)]


def tile_weights(height: int, width: int) -> NDArray[np.float32]:
    """Gaussian weights, highest in the middle: float32 (height, width), all above 0."""

    def profile(length: int) -> NDArray[np.float64]:
        distance = (np.arange(length) - (length - 1) / 2) / (length * SIGMA_SHARE)
        return np.asarray(np.exp(-0.5 * distance**2))

    return np.outer(profile(height), profile(width)).astype(np.float32)
