"""A course: an ordered line in the middle of a vessel, at sub-pixel places."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]

STEP_PX = 1.0
"""Between the stations of the trunk; those of branches, which are many, are twice as far apart."""

SMOOTHING_PX = 2.0
"""Standard deviation along the line of what smooths away the steps between pixels."""


@dataclass(frozen=True, eq=False)
class Course:
    """Stations along a vessel.

    Attributes:
        points: float64 (N, 2), row and column from the centre of the top left pixel, N >= 2.
        half_width: float64 (N,), the mask's half width there, pixels; a first guess only.
    """

    points: Floats
    half_width: Floats

    @property
    def along(self) -> Floats:
        """Length from the first station to each, float64 (N,), pixels."""
        steps = np.diff(self.points, axis=0)
        return np.concatenate(([0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))))

    @property
    def normals(self) -> Floats:
        """Unit vectors across the line, float64 (N, 2), row and column."""
        way = np.gradient(self.points, axis=0)
        way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
        return np.stack((way[:, 1], -way[:, 0]), axis=1)

    def reversed(self) -> "Course":
        """The same line from its end to its begin."""
        return Course(self.points[::-1].copy(), self.half_width[::-1].copy())

    def moved(self, aside: Floats) -> "Course":
        """Shift each station along its normal by so many pixels, float64 (N,)."""
        return replace(self, points=self.points + aside[:, None] * self.normals)


def course_of(
    pixels: NDArray[np.int64],
    half_width: NDArray[np.float32],
    *,
    closed: bool = False,
    step_px: float = STEP_PX,
) -> Course:
    """Smooth a chain of pixels and space its stations evenly.

    Args:
        pixels: int64 (N, 2), row and column, neighbours in order, N >= 2.
        half_width: float32 (H, W), half width of the mask at each pixel.
        closed: The chain is a ring.
        step_px: Distance between stations.

    Returns:
        The course, its ends where the chain's are.
    """
    mode = "wrap" if closed else "nearest"
    points = smoothed(pixels.astype(np.float64), SMOOTHING_PX, mode)
    widths = ndimage.gaussian_filter1d(half_width[tuple(pixels.T)].astype(np.float64), 2.0)
    rough = Course(points, widths).along
    count = max(2, round(float(rough[-1]) / step_px) + 1)
    at = np.linspace(0, rough[-1], count)
    even = np.stack([np.interp(at, rough, points[:, axis]) for axis in (0, 1)], axis=1)
    return Course(even, np.interp(at, rough, widths))


def smoothed(points: Floats, sigma: float, mode: str = "nearest") -> Floats:
    """Smooth a line along itself; its ends stay (a straight line stays as it is).

    Args:
        points: float64 (N, 2) or (N,).
        sigma: Standard deviation in stations.
        mode: `nearest`, or `wrap` for a ring.
    """
    if len(points) < 3:
        return points.copy()
    if mode == "wrap":
        return np.asarray(ndimage.gaussian_filter1d(points, sigma, axis=0, mode="wrap"))
    reach = min(len(points) - 1, int(4 * sigma) + 1)
    head = 2 * points[0] - points[reach:0:-1]
    tail = 2 * points[-1] - points[-2 : -reach - 2 : -1]
    wide = ndimage.gaussian_filter1d(np.concatenate((head, points, tail)), sigma, axis=0)
    return np.asarray(wide[reach : reach + len(points)])
