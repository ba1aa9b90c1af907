"""How much of a class two label images share.

All take two bool masks of one shape. A score whose denominator is empty is nan: there is nothing to
agree on, and neither 0 nor 1 would be true.
"""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def dice(answer: Mask, truth: Mask) -> float:
    """Twice the shared pixels over the sum of both.

    Source: L. R. Dice, Measures of the amount of ecologic association between species, 1945.

    >>> dice(np.array([True, True, False]), np.array([True, False, True]))
    0.5
    """
    return _ratio(2 * _count(answer & truth), _count(answer) + _count(truth))


def jaccard(answer: Mask, truth: Mask) -> float:
    """Shared pixels over those of either.

    >>> round(jaccard(np.array([True, True, False]), np.array([True, False, True])), 3)
    0.333
    """
    return _ratio(_count(answer & truth), _count(answer | truth))


def sensitivity(answer: Mask, truth: Mask) -> float:
    """Share of the true pixels that were found.

    >>> sensitivity(np.array([True, False, False]), np.array([True, True, False]))
    0.5
    """
    return _ratio(_count(answer & truth), _count(truth))


def precision(answer: Mask, truth: Mask) -> float:
    """Share of the found pixels that are true.

    >>> precision(np.array([True, True, True]), np.array([True, False, False])) < 0.34
    True
    """
    return _ratio(_count(answer & truth), _count(answer))


def _count(mask: Mask) -> int:
    return int(np.count_nonzero(mask))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
