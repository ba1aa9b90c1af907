"""The two constants that bring a run's grey values to the network's scale."""

import numpy as np
from numpy.typing import NDArray

VESSEL_PERCENTILE = 2.0
"""Vessels cover 4.5 to 6 % of a run's MinIP (DSCA label shares), so this lies inside them."""


def normalisation(
    window_frames: NDArray[np.float32], minip: NDArray[np.float32], field: NDArray[np.bool_]
) -> tuple[float, float]:
    """Find the background's grey value and the depth of a well-filled vessel below it.

    Both are medians and percentiles over the whole exposed field, so that one more frame, a bright
    edge or a metal clip hardly moves them, unlike a mean and standard deviation.

    Args:
        window_frames: float32 (T, H, W), frames of the arterial window, vessels dark.
        minip: float32 (H, W), their minimum.
        field: bool (H, W), the exposed pixels, at least one.

    Returns:
        center and scale, scale > 0.
    """
    center = float(np.median(window_frames[:, field]))
    depth = center - float(np.percentile(minip[field], VESSEL_PERCENTILE))
    return center, depth if depth > 0 else 1.0
