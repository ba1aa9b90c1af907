"""Whether vessels hang together as they should: centreline Dice and pieces."""

import numpy as np
from scipy import ndimage

from dsatrain.metrics.overlap import Mask

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


def cl_dice(answer: Mask, truth: Mask) -> float:
    """Harmonic mean of the share of each skeleton that lies in the other mask.

    Returns:
        0 to 1; 0 where one mask is empty, nan where both are.

    Source: Shit et al., clDice, CVPR 2021, eq. 1 to 3; skeletons by Zhang's thinning
    (scikit-image).
    """
    from skimage.morphology import skeletonize

    if not answer.any() or not truth.any():
        return 0.0 if answer.any() or truth.any() else float("nan")
    precise = float(truth[skeletonize(answer)].mean())
    sensitive = float(answer[skeletonize(truth)].mean())
    return 2 * precise * sensitive / (precise + sensitive) if precise + sensitive else 0.0


def components(mask: Mask) -> int:
    """Number of pieces; pixels that touch at a corner are one piece.

    >>> components(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool))
    2
    """
    return int(ndimage.label(mask, EIGHT_NEIGHBOURS)[1])
