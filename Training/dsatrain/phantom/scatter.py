"""Scattered X-rays and veiling glare: slow light that is added to the primary image.

Grids leave a scatter fraction of 0.2 to 0.5 (science notes, section 6). Because what is added is
slow and the primary light is not, contrast falls most where bone is dense: behind the petrous
bones the carotid looks pale.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dsatrain.phantom.fields import Map, enlarged

STEP = 16
"""Pixels of a cell in which slow light is even enough."""
WIDTH_MM = 25.0
"""Width (standard deviation) of the scatter kernel in the image."""


@dataclass(frozen=True, eq=False)
class Spreader:
    """Spreads light over the image by way of a small one.

    Attributes:
        starts: First rows and first columns of the cells.
        counts: float32 (h, w), pixels in each cell.
        places: Where each row and column lies between cells, float64 (H,) and (W,).
        width: Standard deviation of the kernel, cells.
    """

    starts: tuple[NDArray[np.int64], NDArray[np.int64]]
    counts: Map
    places: tuple[NDArray[np.float64], NDArray[np.float64]]
    width: float

    def __call__(self, light: Map) -> Map:
        """Blur an image widely: float32 (H, W) to (H, W); an even image stays as it is."""
        cells = np.add.reduceat(np.add.reduceat(light, self.starts[0]), self.starts[1], axis=1)
        slow = gaussian_filter(cells / self.counts, self.width, mode="nearest")
        return enlarged(slow, *self.places)


def spreader(size: tuple[int, int], width_px: float) -> Spreader:
    """Prepare the blur of images of a size.

    Args:
        size: H and W, each at least 2.
        width_px: Standard deviation of the kernel, pixels.
    """
    starts = tuple(np.arange(0, side, min(STEP, -(-side // 2))) for side in size)
    counts = [np.diff(start, append=side) for start, side in zip(starts, size, strict=True)]
    places = []
    for side, start, count in zip(size, starts, counts, strict=True):
        centres = start + 0.5 * (count - 1)
        places.append(np.interp(np.arange(side), centres, np.arange(len(centres))))
    cells = np.outer(*counts).astype(np.float32)
    return Spreader((starts[0], starts[1]), cells, (places[0], places[1]), width_px / STEP)


def scattered(primary: Map, slow: Map, scatter: float, glare: float) -> Map:
    """Add scatter and glare to the primary light.

    Args:
        primary: float32 (H, W), 1 where the dose is the nominal one.
        slow: float32 (H, W), the same, spread.
        scatter: Scattered over primary radiation.
        glare: Share of all light that veils the image evenly.

    Returns:
        float32 (H, W), the light detected; 1 where both are 1.
    """
    light = primary + np.float32(scatter) * slow
    light *= np.float32((1 - glare) / (1 + scatter))
    light += np.float32(glare * float(slow.mean()))
    return light
