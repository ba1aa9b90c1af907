"""The label values of a DSA segmentation, their names, colours and precedence.

The order is that of the DSCA data set (https://github.com/jiongzhang-john/DSCA): 0 background,
1 bifurcated vessels, 2 main artery trunk. No other module writes these numbers down.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BACKGROUND = 0
BV = 1
MAT = 2
CLASS_COUNT = 3


@dataclass(frozen=True)
class LabelClass:
    """One foreground class.

    Attributes:
        value: Its value in a uint8 label image.
        name: Short name shown to users and used as segment name.
        title: Full name.
        color: RGB, each 0 to 255.
    """

    value: int
    name: str
    title: str
    color: tuple[int, int, int]


CLASSES = (
    LabelClass(BV, "BV", "Bifurcated vessels", (64, 190, 255)),
    LabelClass(MAT, "MAT", "Main artery trunk", (255, 112, 67)),
)


def merge(bv: NDArray[np.bool_], mat: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Join two class masks into one label image; where they cross MAT wins.

    Args:
        bv: Mask of the bifurcated vessels, any shape.
        mat: Mask of the main artery trunk, same shape.

    Returns:
        uint8 labels of the same shape.

    >>> merge(np.array([True, True, False]), np.array([False, True, False])).tolist()
    [1, 2, 0]
    """
    labels = np.where(bv, BV, BACKGROUND).astype(np.uint8)
    labels[mat] = MAT
    return labels


def pixel_counts(labels: NDArray[np.uint8]) -> dict[str, int]:
    """Count the pixels of each foreground class.

    >>> pixel_counts(np.array([[0, 1], [2, 1]], np.uint8))
    {'BV': 2, 'MAT': 1}
    """
    return {entry.name: int(np.count_nonzero(labels == entry.value)) for entry in CLASSES}
