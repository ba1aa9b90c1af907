"""Polarity: in every prepared run vessels are dark."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun
from dsanet.prepare.coarse import small_structures, without_rim
from dsanet.prepare.masks import STRONGEST_PERCENT

BRIGHT_MARGIN = 1.3
BRIGHT_MARGIN_OF_ONE = 1.8
"""Bright structures must outweigh dark ones by this factor, in one frame by the second; contrast is
dark unless shown. In 90 phantoms with dark vessels the ratio was at most 0.73; in one frame 95 %
were below 0.63 (both before a shutter's rim was left out)."""

NATIVE_MARGIN = 0.2
MOST_CHANGED_PERCENT = 99.5
"""The most changed pixels of a native run must at their extremes be brighter than their
surroundings by this share of the change. Of 125 native runs and pieces of runs with dark vessels
(phantoms that moved, pieces without a frame before contrast, five coronary runs) 6 are inverted by
mistake, and 45 without this rule; of the same in negative 36 and 37 are recognised."""


def displayed(run: DSARun) -> NDArray[Any]:
    """Give the pixels so that a higher value is brighter.

    In MONOCHROME1 the lowest value is shown white: DICOM PS3.3 C.7.6.3.1.2.

    Args:
        run: A run as stored.

    Returns:
        (T, H, W); the run's own array when nothing has to change.
    """
    if run.facts.photometric != "MONOCHROME1":
        return run.pixels
    return reflect(run.pixels, run.facts.bits_stored)


def reflect(pixels: NDArray[Any], bits_stored: int) -> NDArray[Any]:
    """Exchange dark and bright within the values that the stored bits can hold.

    Args:
        pixels: Any shape, integer dtype.
        bits_stored: Bits Stored (0028,0101).

    Returns:
        Same shape and dtype.

    >>> reflect(np.array([0, 1, 4095], np.uint16), 12).tolist()
    [4095, 4094, 0]
    """
    if int(pixels.min()) < 0:
        return np.asarray(np.invert(pixels))
    largest = int(np.iinfo(pixels.dtype).max)
    top = max(min(2**bits_stored - 1, largest), int(pixels.max()))
    return np.asarray(np.subtract(pixels.dtype.type(top), pixels))


def vessels_are_bright(
    coarse: NDArray[np.float32], field: NDArray[np.bool_], native: bool = False
) -> bool:
    """Decide whether contrast makes pixels brighter.

    Motion edges are dark and bright in equal parts; contrast has one sign only. In a native run
    that sign must show in space as well: contrast that leaves makes pixels brighter too.

    Args:
        coarse: float32 (T, h, w), coarse frames.
        field: bool (h, w).
        native: Static anatomy is still there; it is taken away with the first frame, and of one
            frame nothing can be said.

    Returns:
        True when bright structures clearly outweigh dark ones.
    """
    alone = len(coarse) == 1
    if native:
        if alone or not _brighter_than_surroundings(coarse, field):
            return False
        coarse = coarse - coarse[0]
    structures = small_structures(coarse, field)[:, without_rim(field)]
    dark = float(np.percentile(structures.max(axis=0), 100 - STRONGEST_PERCENT))
    bright = -float(np.percentile(structures.min(axis=0), STRONGEST_PERCENT))
    return bright > (BRIGHT_MARGIN_OF_ONE if alone else BRIGHT_MARGIN) * max(dark, 0.0)


def _brighter_than_surroundings(coarse: NDArray[np.float32], field: NDArray[np.bool_]) -> bool:
    """Whether the pixels that change most stand out brightly when they stand out most."""
    structures = small_structures(coarse, field)[:, without_rim(field)]
    darkest, brightest = structures.max(axis=0), structures.min(axis=0)
    change = darkest - brightest
    most = change >= np.percentile(change, MOST_CHANGED_PERCENT)
    excess = float((darkest + brightest)[most].mean())
    return excess < -NATIVE_MARGIN * float(change[most].mean())
