"""When contrast medium arrives in a piece of vessel: late means vein, never means artefact."""

import numpy as np
from numpy.typing import NDArray

from dsanet.edit.brush import Mask
from dsanet.prepare.curves import crossing

SHARE = 0.5
"""Contrast has arrived when it first reaches this share of its peak: later than the foot of the
curve, but hardly moved by noise."""

LEAST_RISE = 5.0
"""Standard errors, over the pixels, of the difference between the fullest and the emptiest frame;
the difference of the most unlike two of 40 frames of noise hardly reaches 5."""


def arrival_time(
    frames: NDArray[np.float32], times: NDArray[np.float64], mask: Mask
) -> float | None:
    """Find when contrast medium arrives.

    Args:
        frames: float32 (T, H, W), vessels dark.
        times: float64 (T,), seconds, rising.
        mask: bool (H, W), the pixels that are looked at as one.

    Returns:
        Seconds on the run's clock, between frames on the straight line from one to the next; None
        where it is not known: a single frame, an empty mask, no rise above noise, or contrast in
        the first frame already.
    """
    if len(frames) < 2 or not mask.any():
        return None
    depth = -np.nan_to_num(frames[:, mask]).astype(np.float64)
    curve = depth.mean(axis=1)
    rise = depth[curve.argmax()] - depth[curve.argmin()]
    if rise.mean() <= LEAST_RISE * rise.std() / np.sqrt(rise.size):
        return None
    share = (curve - curve.min()) / np.ptp(curve)
    if share[0] >= SHARE:
        return None
    return float(crossing(share[:, None], times, SHARE)[0])
