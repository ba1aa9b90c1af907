"""Scores of a segmentation against a truth.

| score | averaged how | where a class is absent |
| --- | --- | --- |
| Dice, Jaccard | a case's pixels, then the mean over cases whose truth has the class | left out, \
counted |
| sensitivity, precision | the same | precision of an empty answer is left out, counted |
| surface Dice at 1 px, clDice | the same | left out, counted |
| HD95 in px | the same | an empty answer has none: left out, counted |
| components | answer's pieces over the truth's, the same mean | left out |
| MAT painted without MAT | share of the cases whose truth has no MAT | is what it counts |
| ECE | all counted pixels of all cases in one | has no classes |
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dsatrain.metrics.calibration import Reliability, reliability
from dsatrain.metrics.overlap import Mask, dice, jaccard, precision, sensitivity
from dsatrain.metrics.surface import hausdorff_95, surface_dice
from dsatrain.metrics.topology import cl_dice, components

MASK_SCORES: dict[str, Callable[[Mask, Mask], float]] = {
    "dice": dice,
    "jaccard": jaccard,
    "sensitivity": sensitivity,
    "precision": precision,
    "surface_dice_1px": surface_dice,
    "cl_dice": cl_dice,
    "hd95_px": hausdorff_95,
    "components_ratio": lambda answer, truth: (
        components(answer) / components(truth) if truth.any() else float("nan")
    ),
}
"""Every score of two bool (H, W) masks; nan where it has no meaning."""

__all__ = ["MASK_SCORES", "Reliability", "masks_of", "reliability"]


def masks_of(answer: NDArray[np.uint8], truth: NDArray[np.uint8], value: int) -> tuple[Mask, Mask]:
    """Pick one class from two label images.

    Raises:
        ValueError: The shapes differ, so that comparing would only broadcast.
    """
    if answer.shape != truth.shape:
        msg = f"prediction is {answer.shape}, truth is {truth.shape}; expected the same shape"
        raise ValueError(msg)
    return answer == value, truth == value
