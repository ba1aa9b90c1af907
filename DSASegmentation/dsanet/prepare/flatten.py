"""What can be done for a native run without a mask frame: its wide background is taken away."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.prepare.coarse import exposed_weight

BACKGROUND_SHARE = 1 / 24
"""Width (standard deviation) of what counts as background over the picture's longer side. The
carotid artery, the widest vessel, is 1 / 30 of it on a real run of the whole head."""


def flatten(log_frames: NDArray[np.float32], field: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Subtract the wide surroundings of each pixel in the mean frame.

    Soft tissue and the slope of the skull fall away; vessels and sharp bone edges stay.

    Args:
        log_frames: float32 (T, H, W), logarithms of grey values, vessels dark.
        field: bool (H, W), exposed pixels; only they count as surroundings.

    Returns:
        float32 (T, H, W), 0 outside the field.
    """
    sigma = max(log_frames.shape[1:]) * BACKGROUND_SHARE
    mean = np.where(field, log_frames.mean(axis=0), 0)
    around = ndimage.gaussian_filter(mean, sigma) / exposed_weight(field, sigma)
    return np.where(field, log_frames - around, 0).astype(np.float32)
