"""Re-reading: more or fewer vessels within a region, by the model's own probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.edit.pieces import EIGHT_NEIGHBOURS, split
from dsanet.labels import BACKGROUND, BV, MAT

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

EVEN = 0.5
"""Probability at which the model itself tells vessel from background."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What the model thinks of each pixel, made ready for many looks.

    Attributes:
        strength: float32 (H, W), 0 to 1: the probability of vessel; in what the model takes for
            vessel its mean over the piece between branch points, so that a piece stays or goes as a
            whole and no vessel gets thinner.
        classes: uint8 (H, W), BV or MAT, whichever is more probable.
    """

    strength: Floats
    classes: Labels

    @classmethod
    def of(cls, probabilities: NDArray[np.floating[Any]]) -> "Reading":
        """Read a prediction's probabilities, (3, H, W), one plane a label value."""
        chance = np.nan_to_num(probabilities.astype(np.float32))
        strength = 1 - chance[BACKGROUND]
        pieces = split((strength > EVEN).astype(np.uint8)).pieces
        mean = np.bincount(pieces.ravel(), strength.ravel()) / np.maximum(
            np.bincount(pieces.ravel()), 1
        )
        strength = np.where(pieces > 0, mean[pieces], strength).astype(np.float32)
        return cls(strength, np.where(chance[MAT] > chance[BV], MAT, BV).astype(np.uint8))


def with_more(labels: Labels, reading: Reading, region: Mask, level: float) -> Labels:
    """Add vessels that the model saw, if only faintly; those that are labelled get no wider.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        reading: Of the same run.
        region: bool (H, W), where to look: a brush's mask.
        level: Strength from which on a pixel is taken, 0 to 1.

    Returns:
        The new labels.
    """
    box = _box(region)
    vessel = labels[box] != BACKGROUND
    seen = (reading.strength[box] >= level) & region[box] & ~vessel
    core = seen & ~ndimage.binary_dilation(vessel, EIGHT_NEIGHBOURS)
    taken = seen & ndimage.binary_dilation(core, EIGHT_NEIGHBOURS)
    changed = labels.copy()
    changed[box][taken] = reading.classes[box][taken]
    return changed


def with_fewer(labels: Labels, reading: Reading, region: Mask, level: float) -> Labels:
    """Take away vessel of which the model is less sure than a level.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        reading: Of the same run.
        region: bool (H, W), where to look: a brush's mask.
        level: Strength below which a pixel goes, 0 to 1.

    Returns:
        The new labels.
    """
    return np.where((reading.strength < level) & region, np.uint8(BACKGROUND), labels)


def _box(region: Mask) -> tuple[slice, slice]:
    """The part of the picture that holds a region and a pixel round it."""
    sides = (np.flatnonzero(region.any(axis=axis)) for axis in (1, 0))
    rows, columns = (
        slice(max(0, int(at[0]) - 1), int(at[-1]) + 2) if len(at) else slice(0) for at in sides
    )
    return rows, columns
