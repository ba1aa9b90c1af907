"""Polarity: in every prepared run vessels are dark."""

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun

BRIGHT_MARGIN = 1.3
"""Bright structure must outweigh dark by this factor; X-ray vessels are dark unless shown."""

STRONGEST_SHARE = 0.5
"""Percent of the pixels that stand for the vessels: a trunk fills that much of any arterial frame
(MAT covers 0.9 to 1.0 % in DSCA)."""


def displayed(run: DSARun) -> NDArray[np.generic]:
    """Give the pixels so that a higher value is brighter.

    MONOCHROME1 means that the lowest value is shown white: DICOM PS3.3 C.7.6.3.1.2.

    Args:
        run: A run as stored.

    Returns:
        (T, H, W); the run's own array when nothing has to change.
    """
    if run.facts.photometric != "MONOCHROME1":
        return run.pixels
    return reflect(run.pixels, run.facts.bits_stored)


def reflect(pixels: NDArray[np.generic], bits_stored: int) -> NDArray[np.generic]:
    """Exchange dark and bright within the values that the stored bits can hold.

    Args:
        pixels: Any shape, integer dtype.
        bits_stored: Bits Stored (0028,0101).

    Returns:
        Same shape and dtype.
    """
    signed = np.issubdtype(pixels.dtype, np.signedinteger)
    ends = -1 if signed and int(pixels.min()) < 0 else 2**bits_stored - 1
    ends = max(ends, int(pixels.max()) + int(min(0, pixels.min())))
    return (ends - pixels.astype(np.int64)).astype(pixels.dtype)


def vessels_are_bright(structures: NDArray[np.float32], field: NDArray[np.bool_]) -> bool:
    """Decide from small structures whether contrast makes pixels brighter.

    Motion edges are dark and bright in equal parts; contrast has one sign only.

    Args:
        structures: float32 (T, h, w), darker is positive (`small_structures`), of frames from
            which static anatomy has been taken away if there was any.
        field: bool (h, w).

    Returns:
        True when bright structures clearly outweigh dark ones.
    """
    inside = structures[:, field]
    dark = float(np.percentile(inside.max(axis=0), 100 - STRONGEST_SHARE))
    bright = -float(np.percentile(inside.min(axis=0), STRONGEST_SHARE))
    return bright > BRIGHT_MARGIN * max(dark, 0.0)
