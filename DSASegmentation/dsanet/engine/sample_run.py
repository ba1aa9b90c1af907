"""A small made-up run, for checking a machine without any file: a trunk that fills and forks."""

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun, RunFacts

SIDE, FRAMES = 256, 6
BACKGROUND, CONTRAST, NOISE = 2400.0, 1100.0, 25.0
"""Grey values of 12 bits: background, depth of a vessel 6 px wide, standard deviation of noise."""

PATHS = (
    ((250, 120), (190, 132), (130, 120), (6.0, 1)),
    ((130, 120), (90, 90), (40, 60), (3.0, 2)),
    ((130, 120), (80, 150), (30, 200), (3.5, 2)),
    ((80, 150), (90, 190), (70, 240), (2.0, 3)),
)
"""Vessels: three points (row, column), then width in pixels and the frame in which it fills."""


def sample_run() -> DSARun:
    """Make the run: 6 subtracted frames of 256 x 256, three a second, dark vessels, some noise."""
    rng = np.random.default_rng(0)
    pixels = BACKGROUND + rng.normal(0, NOISE, (FRAMES, SIDE, SIDE))
    for *points, (width, arrival) in PATHS:
        depth = CONTRAST * width / 6 * _tube(np.array(points, float), width)
        pixels[arrival:] -= depth
    return DSARun(
        pixels=pixels.clip(0, 4095).astype(np.uint16),
        times=np.arange(FRAMES) / 3,
        spacing=None,
        facts=RunFacts(viewing_mode="SUB", bits_stored=12, times_stated=True),
        name="made by dsanet",
    )


def _tube(points: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Thickness of a bent tube seen from the front: (256, 256), 1 on its axis, 0 outside."""
    start, middle, end = points
    share = np.linspace(0, 1, 200)[:, None]
    axis = (1 - share) ** 2 * start + 2 * share * (1 - share) * middle + share**2 * end
    rows, columns = np.mgrid[:SIDE, :SIDE]
    squared = np.full((SIDE, SIDE), np.inf)
    for row, column in axis:
        np.minimum(squared, (rows - row) ** 2 + (columns - column) ** 2, out=squared)
    return np.sqrt(np.clip(1 - squared / (width / 2 + 0.5) ** 2, 0, None))
