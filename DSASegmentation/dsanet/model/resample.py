"""Resampling of a run to the eight frames that `temporal="fixed8"` takes."""

import numpy as np
from numpy.typing import NDArray

FIXED_FRAMES = 8
"""Frames of the paper's input (DSCA runs hold eight each)."""


def resampling_weights(times: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights of linear interpolation in time at eight even moments.

    Args:
        times: (T,), seconds, rising, T >= 1.

    Returns:
        float32 (8, T), rows summing to 1: eight frames are `weights @ frames`.

    >>> resampling_weights(np.array([0.0])).tolist() == [[1.0]] * 8
    True
    """
    wanted = np.linspace(times[0], times[-1], FIXED_FRAMES)
    columns = [np.interp(wanted, times, row) for row in np.eye(len(times))]
    return np.stack(columns, axis=1).astype(np.float32)
