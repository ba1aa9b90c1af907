"""The soft edge of a shutter: a dark band that subtraction leaves and that looks like a vessel."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.prepare.field import a_few

REACH_SHARE = 1 / 24
"""Width of the widest band, as a share of the picture's larger side."""

SMALLEST_REACH_PX = 12
DIRECTIONS = 8
"""Sides of the field, rounded to so many directions: each blade has an edge of its own."""

FEWEST_PIXELS = 24
"""At one distance from one side; fewer say nothing."""

LOOKED_AT = 9
"""Frames, evenly over the run, of which the median tells the band, which is there in all of them,
from vessels."""

Image = NDArray[np.float32]


def without_penumbra(frames: Image, field: NDArray[np.bool_]) -> Image:
    """Make a shutter's soft edge as bright as the picture beyond it.

    On each side of the field the median grey value at every distance from the shutter is raised to
    that beyond the band; farther in no more than farther out, so that a line that only runs along
    the edge stays. Changes over time stay as they are.

    Args:
        frames: float32 (T, H, W), vessels dark.
        field: bool (H, W), exposed pixels.

    Returns:
        float32 (T, H, W), the same array where there is no shutter.
    """
    if field.all():
        return frames
    reach = max(SMALLEST_REACH_PX, round(max(field.shape) * REACH_SHARE))
    distance, side = _from_shutter(field)
    near = field & (distance < 2 * reach)
    level = np.median(frames[a_few(len(frames), LOOKED_AT)][:, near], axis=0)
    lift = np.zeros(field.shape, np.float32)
    lift[near] = _lift(level, distance[near], side[near], reach)
    return frames + lift


def _from_shutter(field: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Whole pixels to the nearest shuttered one, and in which direction it lies."""
    distance, nearest = ndimage.distance_transform_edt(field, return_indices=True)
    down, across = nearest - np.indices(field.shape)
    turn = np.arctan2(down, across) / (2 * np.pi) * DIRECTIONS
    return distance.round().astype(np.intp), turn.round().astype(np.intp) % DIRECTIONS


def _lift(
    level: Image, distance: NDArray[np.intp], side: NDArray[np.intp], reach: int
) -> NDArray[np.float32]:
    """How much each pixel is raised."""
    lift = np.zeros(level.shape, np.float32)
    for one in np.unique(side):
        here = side == one
        beyond = level[here & (distance >= reach)]
        if len(beyond) < FEWEST_PIXELS:
            continue
        profile = np.zeros(2 * reach, np.float32)
        for away in range(1, reach):
            band = level[here & (distance == away)]
            if len(band) < FEWEST_PIXELS:
                break
            profile[away] = max(0.0, float(np.median(beyond) - np.median(band)))
        profile[1:reach] = np.minimum.accumulate(profile[1:reach])
        lift[here] = profile[distance[here]]
    return lift
