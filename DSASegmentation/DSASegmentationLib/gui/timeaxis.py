"""The time axis of the plot: where frames lie, which one is meant, how the edges move."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST, LAST = 0, 1
"""The two edges of the arterial phase."""


@dataclass(frozen=True, eq=False)
class TimeAxis:
    """Frames on a line of pixels.

    Attributes:
        times: float64 (T,), rising.
        left: Pixel of the axis's beginning.
        width: Its length in pixels.
    """

    times: NDArray[np.float64]
    left: float
    width: float

    @property
    def borders(self) -> NDArray[np.float64]:
        """Times at which one frame gives way to the next, float64 (T + 1,).

        >>> TimeAxis(np.array([0.0, 1.0, 3.0]), 0, 100).borders.tolist()
        [-0.5, 0.5, 2.0, 4.0]
        """
        if len(self.times) == 1:
            return np.array([self.times[0] - 0.5, self.times[0] + 0.5])
        middle = (self.times[1:] + self.times[:-1]) / 2
        before = 2 * self.times[0] - middle[0]
        after = 2 * self.times[-1] - middle[-1]
        return np.array([before, *middle, after])

    def pixel(self, time: float) -> float:
        """Give the pixel of a time."""
        borders = self.borders
        return self.left + self.width * float((time - borders[0]) / (borders[-1] - borders[0]))

    def time(self, pixel: float) -> float:
        """Give the time at a pixel."""
        borders = self.borders
        share = (pixel - self.left) / self.width
        return float(borders[0] + share * (borders[-1] - borders[0]))

    def frame(self, pixel: float) -> int:
        """Give the frame nearest to a pixel, from 0."""
        return int(np.argmin(np.abs(self.times - self.time(pixel))))

    def edges(self, window: tuple[int, int]) -> tuple[float, float]:
        """Give the pixels between which the frames of a window lie, both frames included."""
        borders = self.borders
        return self.pixel(float(borders[window[0]])), self.pixel(float(borders[window[1] + 1]))

    def edgeAt(self, pixel: float, window: tuple[int, int], reach: float) -> int | None:
        """Say which edge of a window is meant by a pixel: `FIRST`, `LAST`, or None beyond reach."""
        distances = [abs(pixel - edge) for edge in self.edges(window)]
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= reach else None

    def moved(self, window: tuple[int, int], edge: int, pixel: float) -> tuple[int, int]:
        """Move one edge of a window to the border between frames that is nearest to a pixel.

        Args:
            window: First and last frame, both included, from 0.
            edge: `FIRST` or `LAST`.
            pixel: Where the edge was dragged to.

        Returns:
            The new window, of at least one frame.
        """
        border = int(np.argmin(np.abs(self.borders - self.time(pixel))))
        first, last = window
        if edge == FIRST:
            return min(border, last), last
        return first, max(border - 1, first)
